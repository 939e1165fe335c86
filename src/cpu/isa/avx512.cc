#include "cpu/simd/avx512.h"

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
    {16, 16, direct_conv<Avx512, 16, 1>},
    {8, 16, direct_conv<Avx512, 8, 1>},
    {4, 16, direct_conv<Avx512, 4, 1>},
    {1, 16, direct_conv<Avx512, 1, 1>},
    {14, 32, direct_conv<Avx512, 14, 2>},
    {8, 32, direct_conv<Avx512, 8, 2>},
    {7, 32, direct_conv<Avx512, 7, 2>},
    {4, 32, direct_conv<Avx512, 4, 2>},
    {1, 32, direct_conv<Avx512, 1, 2>},
    {6, 64, direct_conv<Avx512, 6, 4>},
    {4, 64, direct_conv<Avx512, 4, 4>},
    {2, 64, direct_conv<Avx512, 2, 4>},
    {1, 64, direct_conv<Avx512, 1, 4>},
    // First layers, of three channels: 3x3, 5x5 and 7x7.
    {16, 16, direct_conv<Avx512, 16, 1, 9>, 9},
    {8, 16, direct_conv<Avx512, 8, 1, 9>, 9},
    {8, 32, direct_conv<Avx512, 8, 2, 9>, 9},
    {8, 32, direct_conv<Avx512, 8, 2, 15>, 15},
    {8, 32, direct_conv<Avx512, 8, 2, 21>, 21},
};

constexpr const WinogradForm* kWinogradForms[] = {
    &kWinogradForm<Avx512, 4, 2>, &kWinogradForm<Avx512, 6, 4>,  &kWinogradForm<Avx512, 6, 2>,
    &kWinogradForm<Avx512, 8, 4>, &kWinogradStride2Form<Avx512>,
};

constexpr WinogradTile kWinogradTiles[] = {
    {16, 16, winograd_multiply<Avx512, 16, 1>}, {8, 16, winograd_multiply<Avx512, 8, 1>},
    {4, 16, winograd_multiply<Avx512, 4, 1>},   {8, 32, winograd_multiply<Avx512, 8, 2>},
    {4, 32, winograd_multiply<Avx512, 4, 2>},   {6, 64, winograd_multiply<Avx512, 6, 4>},
    {4, 64, winograd_multiply<Avx512, 4, 4>},   {4, 32, winograd_multiply_shorts<Avx512, 4, 2>, true},
};

constexpr KernelTable kTable{.isa = "avx512",
                             .lanes = Avx512::kLanes,
                             .direct_conv = kDirectConv,
                             .winograd_forms = kWinogradForms,
                             .winograd_tiles = kWinogradTiles,
                             .depthwise_conv = depthwise_conv<Avx512>,
                             .max_pool = pool2d<Avx512, true, MaxOfWindow>,
                             .average_pool = pool2d<Avx512, false, SumOfWindow>,
                             .gemm = kGemm<Avx512>,
                             .elementwise = kElementwise<Avx512>,
                             .rows = kRows<Avx512>,
                             .transpose = transpose<Avx512>,
                             .lrn = lrn<Avx512>,
                             .multiply_add = multiply_add<Avx512>};

}  // namespace

const KernelTable& avx512_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
