#include "cpu/simd/avx2.h"

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
#include "cpu/kernels/winograd_stride2.inl.h"

namespace exeunt::cpu {

namespace {

constexpr DirectConvTile kDirectConv[] = {
    {8, 8, direct_conv<Avx2, 8, 1>},
    {4, 8, direct_conv<Avx2, 4, 1>},
    {1, 8, direct_conv<Avx2, 1, 1>},
    {6, 16, direct_conv<Avx2, 6, 2>},
    {4, 16, direct_conv<Avx2, 4, 2>},
    {1, 16, direct_conv<Avx2, 1, 2>},
    {3, 32, direct_conv<Avx2, 3, 4>},
    {1, 32, direct_conv<Avx2, 1, 4>},
    // First layers, of three channels: 3x3, 5x5 and 7x7.
    {6, 16, direct_conv<Avx2, 6, 2, 9>, 9},
    {6, 16, direct_conv<Avx2, 6, 2, 15>, 15},
    {6, 16, direct_conv<Avx2, 6, 2, 21>, 21},
};

constexpr const WinogradForm* kWinogradForms[] = {
    &kWinogradForm<Avx2, 4, 2>, &kWinogradForm<Avx2, 6, 4>,  &kWinogradForm<Avx2, 6, 2>,
    &kWinogradForm<Avx2, 8, 4>, &kWinogradStride2Form<Avx2>,
};

constexpr WinogradTile kWinogradTiles[] = {
    {8, 8, winograd_multiply<Avx2, 8, 1>},
    {4, 8, winograd_multiply<Avx2, 4, 1>},
    {6, 16, winograd_multiply<Avx2, 6, 2>},
    {4, 16, winograd_multiply_ahead<Avx2, 4, 2>},
    {2, 32, winograd_multiply<Avx2, 2, 4>},
    {3, 32, winograd_multiply<Avx2, 3, 4>},
    {4, 16, winograd_multiply_shorts_ahead<Avx2, 4, 2>, true},
};

constexpr KernelTable kTable{.isa = "avx2",
                             .lanes = Avx2::kLanes,
                             .direct_conv = kDirectConv,
                             .winograd_forms = kWinogradForms,
                             .winograd_tiles = kWinogradTiles,
                             .depthwise_conv = depthwise_conv<Avx2>,
                             .max_pool = pool2d<Avx2, true, MaxOfWindow>,
                             .average_pool = pool2d<Avx2, false, SumOfWindow>,
                             .gemm = kGemm<Avx2>,
                             .elementwise = kElementwise<Avx2>,
                             .rows = kRows<Avx2>,
                             .transpose = transpose<Avx2>,
                             .lrn = lrn<Avx2>,
                             .multiply_add = multiply_add<Avx2>};

}  // namespace

const KernelTable& avx2_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
