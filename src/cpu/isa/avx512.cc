#include "cpu/simd/avx512.h"

#include "cpu/kernels/conv_depthwise.inl.h"
#include "cpu/kernels/conv_direct.inl.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/kernels/pool.inl.h"
#include "cpu/kernels/winograd.inl.h"

namespace exeunt::cpu {

namespace {

constexpr DirectConvTile kDirectConv[] = {
    {16, 16, direct_conv<Avx512, 16, 1>}, {8, 16, direct_conv<Avx512, 8, 1>}, {4, 16, direct_conv<Avx512, 4, 1>},
    {1, 16, direct_conv<Avx512, 1, 1>},   {8, 32, direct_conv<Avx512, 8, 2>}, {4, 32, direct_conv<Avx512, 4, 2>},
    {1, 32, direct_conv<Avx512, 1, 2>},   {4, 64, direct_conv<Avx512, 4, 4>}, {2, 64, direct_conv<Avx512, 2, 4>},
    {1, 64, direct_conv<Avx512, 1, 4>},
};

constexpr WinogradTile kWinograd[] = {
    {3, 16, 16, winograd<Avx512, 3, 16, 1>}, {3, 8, 16, winograd<Avx512, 3, 8, 1>},
    {3, 8, 32, winograd<Avx512, 3, 8, 2>},   {3, 4, 32, winograd<Avx512, 3, 4, 2>},
    {3, 4, 64, winograd<Avx512, 3, 4, 4>},   {5, 8, 16, winograd<Avx512, 5, 8, 1>},
    {5, 8, 32, winograd<Avx512, 5, 8, 2>},   {5, 4, 64, winograd<Avx512, 5, 4, 4>},
};

constexpr KernelTable kTable{"avx512",
                             Avx512::kLanes,
                             kDirectConv,
                             kWinograd,
                             depthwise_conv<Avx512>,
                             pool2d<Avx512, true>,
                             pool2d<Avx512, false>};

}  // namespace

const KernelTable& avx512_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
