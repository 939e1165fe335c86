#include "cpu/simd/scalar_bf16.h"
#include "cpu/kernels/bf16_winograd.inl.h"
#include "cpu/kernels/pool.inl.h"

namespace exeunt::cpu {

namespace {

constexpr Bf16DirectConvTile kDirect[] = {
    {4, 4, bf16_direct_conv<ScalarBf16, 4, 1>},
    {1, 4, bf16_direct_conv<ScalarBf16, 1, 1>},
    {2, 8, bf16_direct_conv<ScalarBf16, 2, 2>},
};

constexpr Bf16WinogradForm kForms[] = {kBf16WinogradForm<ScalarBf16, 2>, kBf16WinogradForm<ScalarBf16, 4>};

constexpr Bf16WinogradTile kWinograd[] = {{2, 8, bf16_multiply<ScalarBf16, 2, 2>}};

constexpr Bf16Kernels kKernels{.isa = "scalar",
                               .lanes = ScalarBf16::kLanes,
                               .direct = kDirect,
                               .winograd_forms = kForms,
                               .winograd = kWinograd,
                               .max_pool = pool2d<Bf16Memory<ScalarBf16>, true, MaxOfWindow>,
                               .narrow = bf16_narrow<ScalarBf16>,
                               .widen = bf16_widen<ScalarBf16>};

}  // namespace

const Bf16Kernels& scalar_bf16_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
