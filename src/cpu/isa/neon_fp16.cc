#include "cpu/simd/neon_fp16.h"
#include "cpu/kernels/fp16_conv.inl.h"
#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/pool.inl.h"

namespace exeunt::cpu {

namespace {

// Sums of halves, a vector of each pixel and one of each vector of weights in 32 registers, those of pixels in the
// lower 16. Sums in floats lie in memory.
constexpr HalfDirectConvTile kDirect[] = {
    {8, 8, fp16_direct_conv<NeonFp16, 8, 1>},  {4, 8, fp16_direct_conv<NeonFp16, 4, 1>},
    {1, 8, fp16_direct_conv<NeonFp16, 1, 1>},  {8, 16, fp16_direct_conv<NeonFp16, 8, 2>},
    {4, 16, fp16_direct_conv<NeonFp16, 4, 2>}, {7, 24, fp16_direct_conv<NeonFp16, 7, 3>},
    {5, 32, fp16_direct_conv<NeonFp16, 5, 4>}, {4, 32, fp16_direct_conv<NeonFp16, 4, 4>},
    {1, 32, fp16_direct_conv<NeonFp16, 1, 4>}, {1, 64, fp16_direct_conv<NeonFp16, 1, 8>},
};

constexpr HalfKernels kKernels{.name = "neon_fp16",
                               .lanes = NeonFp16::kLanes,
                               .group = 1,
                               .direct = kDirect,
                               .max_pool = pool2d<HalfMemory<NeonHalves>, true, MaxOfWindow>,
                               .narrow = half_narrow<NeonHalves>,
                               .widen = half_widen<NeonHalves>,
                               .multiply_add = multiply_add<NeonFp16>};

}  // namespace

const HalfKernels& neon_fp16_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
