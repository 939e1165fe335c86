#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/quantized_conv.inl.h"
#include "cpu/kernels/quantized_winograd.inl.h"
#include "cpu/simd/avx512_words.h"

namespace exeunt::cpu {

namespace {

constexpr QuantizedDirectConvTile kDirect[] = {
    {16, 16, quantized_direct_conv<Avx512VnniQuads, 16, 1>}, {4, 16, quantized_direct_conv<Avx512VnniQuads, 4, 1>},
    {1, 16, quantized_direct_conv<Avx512VnniQuads, 1, 1>},   {12, 32, quantized_direct_conv<Avx512VnniQuads, 12, 2>},
    {8, 32, quantized_direct_conv<Avx512VnniQuads, 8, 2>},   {1, 32, quantized_direct_conv<Avx512VnniQuads, 1, 2>},
    {4, 64, quantized_direct_conv<Avx512VnniQuads, 4, 4>},   {1, 64, quantized_direct_conv<Avx512VnniQuads, 1, 4>},
};

constexpr QuantizedWinogradTile kWinograd[] = {
    {16, 16, quantized_multiply<Avx512VnniPairs, 16, 1>}, {8, 16, quantized_multiply<Avx512VnniPairs, 8, 1>},
    {8, 32, quantized_multiply<Avx512VnniPairs, 8, 2>},   {4, 32, quantized_multiply<Avx512VnniPairs, 4, 2>},
    {4, 64, quantized_multiply<Avx512VnniPairs, 4, 4>},   {2, 64, quantized_multiply<Avx512VnniPairs, 2, 4>},
};

constexpr QuantizedKernels kKernels{.isa = "avx512_vnni",
                                    .lanes = Avx512VnniQuads::kLanes,
                                    .group = Avx512VnniQuads::kGroup,
                                    .direct = kDirect,
                                    .widen = Avx512VnniQuads::widen,
                                    .shorts = Avx512VnniPairs::kShorts,
                                    .winograd = kWinograd,
                                    .winograd_forms = kQuantizedForm<Avx512VnniPairs>,
                                    .add = quantized_add<Avx512VnniQuads>,
                                    .quantize = quantize_line<Avx512VnniQuads>,
                                    .dequantize = dequantize_line<Avx512VnniQuads>,
                                    .multiply_add = multiply_add<Avx512VnniQuads>};

}  // namespace

const QuantizedKernels& avx512_vnni_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
