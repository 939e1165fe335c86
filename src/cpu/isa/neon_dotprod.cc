#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/quantized_conv.inl.h"
#include "cpu/simd/neon_quads.h"

namespace exeunt::cpu {

namespace {

constexpr QuantizedDirectConvTile kDirect[] = {
    {8, 4, quantized_direct_conv<NeonQuads, 8, 1>},  {1, 4, quantized_direct_conv<NeonQuads, 1, 1>},
    {8, 8, quantized_direct_conv<NeonQuads, 8, 2>},  {4, 16, quantized_direct_conv<NeonQuads, 4, 4>},
    {1, 16, quantized_direct_conv<NeonQuads, 1, 4>}, {6, 16, quantized_direct_conv<NeonQuads, 6, 4>},
};

constexpr QuantizedKernels kKernels{.isa = "neon_dotprod",
                                    .lanes = NeonQuads::kLanes,
                                    .group = NeonQuads::kGroup,
                                    .is_signed = true,
                                    .direct = kDirect,
                                    .widen = NeonQuads::widen,
                                    .add = quantized_add<NeonQuads>,
                                    .quantize = quantize_line<NeonQuads>,
                                    .dequantize = dequantize_line<NeonQuads>,
                                    .multiply_add = multiply_add<NeonQuads>};

}  // namespace

const QuantizedKernels& neon_dotprod_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
