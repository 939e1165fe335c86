#include "cpu/simd/scalar.h"

#include "cpu/kernels/conv_depthwise.inl.h"
#include "cpu/kernels/conv_direct.inl.h"
#include "cpu/kernels/elementwise.inl.h"
#include "cpu/kernels/gemm.inl.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/kernels/lrn.inl.h"
#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/pool.inl.h"
#include "cpu/kernels/rows.inl.h"
#include "cpu/kernels/transpose.inl.h"
#include "cpu/kernels/winograd.inl.h"
#include "cpu/kernels/winograd_stride2.inl.h"

namespace exeunt::cpu {

namespace {

constexpr DirectConvTile kDirectConv[] = {
    {8, 4, direct_conv<Scalar, 8, 1>},
    {1, 4, direct_conv<Scalar, 1, 1>},
    {4, 8, direct_conv<Scalar, 4, 2>},
    {1, 8, direct_conv<Scalar, 1, 2>},
};

constexpr const WinogradForm* kWinogradForms[] = {
    &kWinogradForm<Scalar, 4, 2>, &kWinogradForm<Scalar, 6, 4>,  &kWinogradForm<Scalar, 6, 2>,
    &kWinogradForm<Scalar, 8, 4>, &kWinogradStride2Form<Scalar>,
};

constexpr WinogradTile kWinogradTiles[] = {
    {8, 4, winograd_multiply<Scalar, 8, 1>},
    {4, 8, winograd_multiply<Scalar, 4, 2>},
};

constexpr KernelTable kTable{.isa = "scalar",
                             .lanes = Scalar::kLanes,
                             .direct_conv = kDirectConv,
                             .winograd_forms = kWinogradForms,
                             .winograd_tiles = kWinogradTiles,
                             .depthwise_conv = depthwise_conv<Scalar>,
                             .max_pool = pool2d<Scalar, true, MaxOfWindow>,
                             .average_pool = pool2d<Scalar, false, SumOfWindow>,
                             .gemm = kGemm<Scalar>,
                             .elementwise = kElementwise<Scalar>,
                             .rows = kRows<Scalar>,
                             .transpose = transpose<Scalar>,
                             .lrn = lrn<Scalar>,
                             .multiply_add = multiply_add<Scalar>};

}  // namespace

const KernelTable& scalar_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
