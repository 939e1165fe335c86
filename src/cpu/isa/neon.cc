#include "cpu/simd/neon.h"

#include "cpu/kernels/conv_depthwise.inl.h"
#include "cpu/kernels/conv_direct.inl.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/kernels/pool.inl.h"
#include "cpu/kernels/winograd.inl.h"

namespace exeunt::cpu {

namespace {

// A tile holds pixels times vectors of sums, a vector of each pixel and a vector of weights in 32 registers. On
// Cortex-A78AE two multiply-adds start a cycle and take four, so eight sums keep it busy; more of them only save loads.
constexpr DirectConvTile kDirectConv[] = {
    {12, 4, direct_conv<Neon, 12, 1>}, {4, 4, direct_conv<Neon, 4, 1>},  {1, 4, direct_conv<Neon, 1, 1>},
    {8, 8, direct_conv<Neon, 8, 2>},   {4, 8, direct_conv<Neon, 4, 2>},  {7, 12, direct_conv<Neon, 7, 3>},
    {5, 16, direct_conv<Neon, 5, 4>},  {4, 16, direct_conv<Neon, 4, 4>}, {2, 16, direct_conv<Neon, 2, 4>},
    {1, 16, direct_conv<Neon, 1, 4>},  {1, 32, direct_conv<Neon, 1, 8>},
};

constexpr WinogradTile kWinograd[] = {
    {3, 8, 8, winograd<Neon, 3, 8, 2>},  {3, 7, 12, winograd<Neon, 3, 7, 3>}, {3, 4, 16, winograd<Neon, 3, 4, 4>},
    {3, 5, 16, winograd<Neon, 3, 5, 4>}, {5, 8, 8, winograd<Neon, 5, 8, 2>},  {5, 4, 16, winograd<Neon, 5, 4, 4>},
};

constexpr KernelTable kTable{
    "neon", Neon::kLanes, kDirectConv, kWinograd, depthwise_conv<Neon>, pool2d<Neon, true>, pool2d<Neon, false>};

}  // namespace

const KernelTable& neon_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
