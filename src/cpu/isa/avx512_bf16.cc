#include "cpu/simd/avx512_bf16.h"
#include "cpu/kernels/bf16_winograd.inl.h"
#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/pool.inl.h"

namespace exeunt::cpu {

namespace {

constexpr HalfDirectConvTile kDirect[] = {
    {16, 16, bf16_direct_conv<Avx512Bf16, 16, 1>}, {4, 16, bf16_direct_conv<Avx512Bf16, 4, 1>},
    {1, 16, bf16_direct_conv<Avx512Bf16, 1, 1>},   {14, 32, bf16_direct_conv<Avx512Bf16, 14, 2>},
    {8, 32, bf16_direct_conv<Avx512Bf16, 8, 2>},   {1, 32, bf16_direct_conv<Avx512Bf16, 1, 2>},
    {6, 64, bf16_direct_conv<Avx512Bf16, 6, 4>},   {4, 64, bf16_direct_conv<Avx512Bf16, 4, 4>},
    {1, 64, bf16_direct_conv<Avx512Bf16, 1, 4>},
};

constexpr Bf16WinogradForm kForms[] = {kBf16WinogradForm<Avx512Bf16, 2>, kBf16WinogradForm<Avx512Bf16, 4>};

constexpr Bf16WinogradTile kWinograd[] = {
    {16, 16, bf16_multiply<Avx512Bf16, 16, 1>}, {8, 16, bf16_multiply<Avx512Bf16, 8, 1>},
    {8, 32, bf16_multiply<Avx512Bf16, 8, 2>},   {4, 32, bf16_multiply<Avx512Bf16, 4, 2>},
    {6, 64, bf16_multiply<Avx512Bf16, 6, 4>},   {4, 64, bf16_multiply<Avx512Bf16, 4, 4>},
};

constexpr HalfKernels kKernels{.name = "avx512_bf16",
                               .lanes = Avx512Bf16::kLanes,
                               .direct = kDirect,
                               .winograd_forms = kForms,
                               .winograd = kWinograd,
                               .max_pool = pool2d<HalfMemory<Avx512Bf16>, true, MaxOfWindow>,
                               .narrow = half_narrow<Avx512Bf16>,
                               .widen = half_widen<Avx512Bf16>,
                               .multiply_add = multiply_add<Avx512Bf16>};

}  // namespace

const HalfKernels& avx512_bf16_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
