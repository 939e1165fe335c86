#include "cpu/kernels/multiply_add.inl.h"
#include "cpu/kernels/quantized_conv.inl.h"
#include "cpu/kernels/quantized_winograd.inl.h"
#include "cpu/simd/avx2_pairs.h"

namespace exeunt::cpu {

namespace {

// Larger tiles have no registers left for products that wait to be added.
constexpr QuantizedDirectConvTile kDirect[] = {
    {8, 8, quantized_direct_conv<Avx2Pairs, 8, 1>},  {1, 8, quantized_direct_conv<Avx2Pairs, 1, 1>},
    {4, 16, quantized_direct_conv<Avx2Pairs, 4, 2>}, {1, 16, quantized_direct_conv<Avx2Pairs, 1, 2>},
    {1, 32, quantized_direct_conv<Avx2Pairs, 1, 4>},
};

constexpr QuantizedWinogradTile kWinograd[] = {
    {4, 16, quantized_multiply_ahead<Avx2Pairs, 4, 2>},
    {8, 8, quantized_multiply<Avx2Pairs, 8, 1>},
    {2, 32, quantized_multiply<Avx2Pairs, 2, 4>},
};

constexpr QuantizedKernels kKernels{.isa = "avx2",
                                    .lanes = Avx2Pairs::kLanes,
                                    .group = Avx2Pairs::kGroup,
                                    .direct = kDirect,
                                    .widen = Avx2Pairs::widen,
                                    .shorts = Avx2Pairs::kShorts,
                                    .winograd = kWinograd,
                                    .winograd_forms = kQuantizedForms<Avx2Pairs>,
                                    .add = quantized_add<Avx2Pairs>,
                                    .quantize = quantize_line<Avx2Pairs>,
                                    .dequantize = dequantize_line<Avx2Pairs>,
                                    .multiply_add = multiply_add<Avx2Pairs>};

}  // namespace

const QuantizedKernels& avx2_quantized_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
