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
#include "cpu/kernels/winograd_shorts.inl.h"

namespace exeunt::cpu {

namespace {

// Few forms: no machine with AVX2 or NEON runs them, and they are in every program.
constexpr DirectConvTile kDirectConv[] = {
    {4, 4, direct_conv<Scalar, 4, 1>},
    {1, 4, direct_conv<Scalar, 1, 1>},
    {4, 8, direct_conv<Scalar, 4, 2>},
};

constexpr const WinogradForm* kWinogradForms[] = {&kWinogradForm<Scalar, 4, 2>, &kWinogradForm<Scalar, 6, 4>};

constexpr WinogradTile kWinogradTiles[] = {{4, 8, winograd_multiply<Scalar, 4, 2>},
                                           {4, 8, winograd_multiply_shorts<Scalar, 4, 2>, true}};

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
