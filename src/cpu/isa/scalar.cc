#include "cpu/simd/scalar.h"

#include "cpu/kernels/conv_depthwise.inl.h"
#include "cpu/kernels/conv_direct.inl.h"
#include "cpu/kernels/kernel_table.h"
#include "cpu/kernels/pool.inl.h"
#include "cpu/kernels/winograd.inl.h"

namespace exeunt::cpu {

namespace {

constexpr DirectConvTile kDirectConv[] = {
    {8, 4, direct_conv<Scalar, 8, 1>},
    {1, 4, direct_conv<Scalar, 1, 1>},
    {4, 8, direct_conv<Scalar, 4, 2>},
    {1, 8, direct_conv<Scalar, 1, 2>},
};

constexpr WinogradTile kWinograd[] = {
    {3, 8, 4, winograd<Scalar, 3, 8, 1>},
    {3, 4, 8, winograd<Scalar, 3, 4, 2>},
    {5, 4, 8, winograd<Scalar, 5, 4, 2>},
};

constexpr KernelTable kTable{"scalar",
                             Scalar::kLanes,
                             kDirectConv,
                             kWinograd,
                             depthwise_conv<Scalar>,
                             pool2d<Scalar, true>,
                             pool2d<Scalar, false>};

}  // namespace

const KernelTable& scalar_kernels() noexcept { return kTable; }

}  // namespace exeunt::cpu
