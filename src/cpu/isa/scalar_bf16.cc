#include "cpu/simd/scalar_bf16.h"
#include "cpu/kernels/bf16_winograd.inl.h"
#include "cpu/kernels/pool.inl.h"

namespace exeunt::cpu {

namespace {

constexpr HalfDirectConvTile kDirect[] = {
    {4, 4, bf16_direct_conv<ScalarBf16, 4, 1>},
    {1, 4, bf16_direct_conv<ScalarBf16, 1, 1>},
    {2, 8, bf16_direct_conv<ScalarBf16, 2, 2>},
};

constexpr Bf16WinogradForm kForms[] = {kBf16WinogradForm<ScalarBf16, 2>, kBf16WinogradForm<ScalarBf16, 4>};

constexpr Bf16WinogradTile kWinograd[] = {{2, 8, bf16_multiply<ScalarBf16, 2, 2>}};

constexpr HalfKernels kKernels{.name = "scalar_bf16",
                               .lanes = ScalarBf16::kLanes,
                               .direct = kDirect,
                               .winograd_forms = kForms,
                               .winograd = kWinograd,
                               .max_pool = pool2d<HalfMemory<ScalarBf16>, true, MaxOfWindow>,
                               .narrow = half_narrow<ScalarBf16>,
                               .widen = half_widen<ScalarBf16>};

}  // namespace

const HalfKernels& scalar_bf16_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
