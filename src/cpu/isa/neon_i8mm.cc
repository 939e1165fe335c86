#include "cpu/simd/neon_i8mm.h"
#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/quantized_i8mm.inl.h"

namespace exeunt::cpu {

namespace {

constexpr QuantizedDirectConvTile kDirect[] = {
    {8, 4, i8mm_direct_conv<NeonI8mm, 8, 1>},  {1, 4, i8mm_direct_conv<NeonI8mm, 1, 1>},
    {8, 8, i8mm_direct_conv<NeonI8mm, 8, 2>},  {4, 16, i8mm_direct_conv<NeonI8mm, 4, 4>},
    {1, 16, i8mm_direct_conv<NeonI8mm, 1, 4>}, {6, 16, i8mm_direct_conv<NeonI8mm, 6, 4>},
};

constexpr QuantizedKernels kKernels{.isa = "neon_i8mm",
                                    .lanes = NeonI8mm::kLanes,
                                    .group = NeonI8mm::kGroup,
                                    .together = 2,
                                    .is_signed = true,
                                    .direct = kDirect,
                                    .widen = NeonI8mm::widen,
                                    .add = quantized_add<NeonI8mm>,
                                    .quantize = quantize_line<NeonI8mm>,
                                    .dequantize = dequantize_line<NeonI8mm>,
                                    .multiply_add = multiply_add<NeonI8mm>};

}  // namespace

const QuantizedKernels& neon_i8mm_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
