#include "cpu/simd/avx2.h"

#include "cpu/kernels/conv_depthwise.inl.h"
#include "cpu/kernels/conv_direct.inl.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/kernels/pool.inl.h"
#include "cpu/kernels/winograd.inl.h"

namespace exeunt::cpu {

namespace {

constexpr DirectConvTile kDirectConv[] = {
    {12, 8, direct_conv<Avx2, 12, 1>}, {8, 8, direct_conv<Avx2, 8, 1>},  {4, 8, direct_conv<Avx2, 4, 1>},
    {1, 8, direct_conv<Avx2, 1, 1>},   {6, 16, direct_conv<Avx2, 6, 2>}, {4, 16, direct_conv<Avx2, 4, 2>},
    {2, 16, direct_conv<Avx2, 2, 2>},  {1, 16, direct_conv<Avx2, 1, 2>}, {3, 32, direct_conv<Avx2, 3, 4>},
    {1, 32, direct_conv<Avx2, 1, 4>},
};

constexpr WinogradTile kWinograd[] = {
    {3, 8, 8, winograd<Avx2, 3, 8, 1>},  {3, 4, 16, winograd<Avx2, 3, 4, 2>}, {3, 6, 16, winograd<Avx2, 3, 6, 2>},
    {3, 4, 24, winograd<Avx2, 3, 4, 3>}, {5, 8, 8, winograd<Avx2, 5, 8, 1>},  {5, 4, 16, winograd<Avx2, 5, 4, 2>},
    {5, 4, 24, winograd<Avx2, 5, 4, 3>},
};

constexpr KernelTable kTable{
    "avx2", Avx2::kLanes, kDirectConv, kWinograd, depthwise_conv<Avx2>, pool2d<Avx2, true>, pool2d<Avx2, false>};

}  // namespace

const KernelTable& avx2_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
