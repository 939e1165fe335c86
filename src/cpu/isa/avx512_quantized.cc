#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/quantized_conv.inl.h"
#include "cpu/kernels/quantized_winograd.inl.h"
#include "cpu/simd/avx512_words.h"

namespace exeunt::cpu {

namespace {

constexpr QuantizedDirectConvTile kDirect[] = {
    {16, 16, quantized_direct_conv<Avx512Pairs, 16, 1>}, {4, 16, quantized_direct_conv<Avx512Pairs, 4, 1>},
    {1, 16, quantized_direct_conv<Avx512Pairs, 1, 1>},   {12, 32, quantized_direct_conv<Avx512Pairs, 12, 2>},
    {8, 32, quantized_direct_conv<Avx512Pairs, 8, 2>},   {1, 32, quantized_direct_conv<Avx512Pairs, 1, 2>},
    {4, 64, quantized_direct_conv<Avx512Pairs, 4, 4>},   {1, 64, quantized_direct_conv<Avx512Pairs, 1, 4>},
};

constexpr QuantizedWinogradTile kWinograd[] = {
    {16, 16, quantized_multiply<Avx512Pairs, 16, 1>}, {8, 16, quantized_multiply<Avx512Pairs, 8, 1>},
    {8, 32, quantized_multiply<Avx512Pairs, 8, 2>},   {4, 32, quantized_multiply<Avx512Pairs, 4, 2>},
    {4, 64, quantized_multiply<Avx512Pairs, 4, 4>},   {2, 64, quantized_multiply<Avx512Pairs, 2, 4>},
};

constexpr QuantizedKernels kKernels{.isa = "avx512",
                                    .lanes = Avx512Pairs::kLanes,
                                    .group = Avx512Pairs::kGroup,
                                    .direct = kDirect,
                                    .widen = Avx512Pairs::widen,
                                    .shorts = Avx512Pairs::kShorts,
                                    .winograd = kWinograd,
                                    .winograd_forms = kQuantizedForms<Avx512Pairs>,
                                    .add = quantized_add<Avx512Pairs>,
                                    .quantize = quantize_line<Avx512Pairs>,
                                    .dequantize = dequantize_line<Avx512Pairs>,
                                    .multiply_add = multiply_add<Avx512Pairs>};

}  // namespace

const QuantizedKernels& avx512_quantized_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
