#include "cpu/kernels/quantized_conv.inl.h"
#include "cpu/kernels/quantized_winograd.inl.h"
#include "cpu/simd/scalar_pairs.h"

namespace exeunt::cpu {

namespace {

constexpr QuantizedDirectConvTile kDirect[] = {
    {4, 4, quantized_direct_conv<ScalarPairs, 4, 1>},
    {1, 4, quantized_direct_conv<ScalarPairs, 1, 1>},
    {2, 8, quantized_direct_conv<ScalarPairs, 2, 2>},
};

constexpr QuantizedWinogradTile kWinograd[] = {{2, 8, quantized_multiply<ScalarPairs, 2, 2>}};

constexpr QuantizedKernels kKernels{.isa = "scalar",
                                    .lanes = ScalarPairs::kLanes,
                                    .group = ScalarPairs::kGroup,
                                    .direct = kDirect,
                                    .widen = ScalarPairs::widen,
                                    .shorts = ScalarPairs::kShorts,
                                    .winograd = kWinograd,
                                    .winograd_forms = kQuantizedForms<ScalarPairs>,
                                    .add = quantized_add<ScalarPairs>,
                                    .quantize = quantize_line<ScalarPairs>,
                                    .dequantize = dequantize_line<ScalarPairs>};

}  // namespace

const QuantizedKernels& scalar_quantized_kernels() noexcept { return kKernels; }

}  // namespace exeunt::cpu
