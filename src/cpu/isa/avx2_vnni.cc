#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/quantized_conv.inl.h"
#include "cpu/kernels/quantized_winograd.inl.h"
#include "cpu/simd/avx2_vnni_words.h"

namespace exeunt::cpu {

namespace {

constexpr QuantizedDirectConvTile kDirect[] = {
    {8, 8, quantized_direct_conv<Avx2VnniQuads, 8, 1>},  {1, 8, quantized_direct_conv<Avx2VnniQuads, 1, 1>},
    {6, 16, quantized_direct_conv<Avx2VnniQuads, 6, 2>}, {4, 16, quantized_direct_conv<Avx2VnniQuads, 4, 2>},
    {1, 16, quantized_direct_conv<Avx2VnniQuads, 1, 2>}, {3, 32, quantized_direct_conv<Avx2VnniQuads, 3, 4>},
    {1, 32, quantized_direct_conv<Avx2VnniQuads, 1, 4>},
};

constexpr QuantizedWinogradTile kWinograd[] = {
    {8, 8, quantized_multiply<Avx2VnniPairs, 8, 1>},
    {4, 16, quantized_multiply<Avx2VnniPairs, 4, 2>},
    {6, 16, quantized_multiply<Avx2VnniPairs, 6, 2>},
    {2, 32, quantized_multiply<Avx2VnniPairs, 2, 4>},
};

constexpr QuantizedKernels kKernels{.isa = "avx2_vnni",
                                    .lanes = Avx2VnniQuads::kLanes,
                                    .group = Avx2VnniQuads::kGroup,
                                    .direct = kDirect,
                                    .widen = Avx2VnniQuads::widen,
                                    .shorts = Avx2VnniPairs::kShorts,
                                    .winograd = kWinograd,
                                    .winograd_forms = kQuantizedForm<Avx2VnniPairs>,
                                    .add = quantized_add<Avx2VnniQuads>,
                                    .quantize = quantize_line<Avx2VnniQuads>,
                                    .dequantize = dequantize_line<Avx2VnniQuads>,
                                    .multiply_add = multiply_add<Avx2VnniQuads>};

}  // namespace

const QuantizedKernels& avx2_vnni_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
