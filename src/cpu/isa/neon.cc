#include "cpu/simd/neon.h"

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

// A tile holds pixels times vectors of sums, a vector of each pixel and one of each vector of weights in 32 registers.
// On Cortex-A78AE two multiply-adds start a cycle and take four, so eight sums keep it busy; more only save loads.
constexpr DirectConvTile kDirectConv[] = {
    {12, 4, direct_conv<Neon, 12, 1>}, {4, 4, direct_conv<Neon, 4, 1>},  {1, 4, direct_conv<Neon, 1, 1>},
    {8, 8, direct_conv<Neon, 8, 2>},   {4, 8, direct_conv<Neon, 4, 2>},  {7, 12, direct_conv<Neon, 7, 3>},
    {5, 16, direct_conv<Neon, 5, 4>},  {4, 16, direct_conv<Neon, 4, 4>}, {2, 16, direct_conv<Neon, 2, 4>},
    {1, 16, direct_conv<Neon, 1, 4>},  {1, 32, direct_conv<Neon, 1, 8>},
};

constexpr const WinogradForm* kWinogradForms[] = {
    &kWinogradForm<Neon, 4, 2>, &kWinogradForm<Neon, 6, 4>,  &kWinogradForm<Neon, 6, 2>,
    &kWinogradForm<Neon, 8, 4>, &kWinogradStride2Form<Neon>,
};

constexpr WinogradTile kWinogradTiles[] = {
    {8, 8, winograd_multiply<Neon, 8, 2>},  {7, 12, winograd_multiply<Neon, 7, 3>},
    {4, 16, winograd_multiply<Neon, 4, 4>}, {5, 16, winograd_multiply<Neon, 5, 4>},
    {2, 16, winograd_multiply<Neon, 2, 4>}, {4, 16, winograd_multiply_shorts<Neon, 4, 4>, true},
};

constexpr KernelTable kTable{.isa = "neon",
                             .lanes = Neon::kLanes,
                             .direct_conv = kDirectConv,
                             .winograd_forms = kWinogradForms,
                             .winograd_tiles = kWinogradTiles,
                             .depthwise_conv = depthwise_conv<Neon>,
                             .max_pool = pool2d<Neon, true, MaxOfWindow>,
                             .average_pool = pool2d<Neon, false, SumOfWindow>,
                             .gemm = kGemm<Neon>,
                             .elementwise = kElementwise<Neon>,
                             .rows = kRows<Neon>,
                             .transpose = transpose<Neon>,
                             .lrn = lrn<Neon>,
                             .multiply_add = multiply_add<Neon>};

}  // namespace

const KernelTable& neon_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
