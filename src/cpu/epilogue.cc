#include "cpu/epilogue.h"

namespace exeunt::cpu {

std::optional<Map> map_of(ops::UnaryFn function) noexcept {
  switch (function) {
    case ops::UnaryFn::Abs:
      return Map::abs;
    case ops::UnaryFn::Clip:
    case ops::UnaryFn::Relu:
      return Map::clamp;
    case ops::UnaryFn::Elu:
      return Map::elu;
    case ops::UnaryFn::Erf:
      return Map::erf;
    case ops::UnaryFn::Exp:
      return Map::exp;
    case ops::UnaryFn::Gelu:
      return Map::gelu;
    case ops::UnaryFn::GeluTanh:
      return Map::gelu_tanh;
    case ops::UnaryFn::HardSigmoid:
      return Map::hard_sigmoid;
    case ops::UnaryFn::HardSwish:
      return Map::hard_swish;
    case ops::UnaryFn::LeakyRelu:
      return Map::leaky_relu;
    case ops::UnaryFn::Mish:
      return Map::mish;
    case ops::UnaryFn::Neg:
      return Map::negate;
    case ops::UnaryFn::Reciprocal:
      return Map::reciprocal;
    case ops::UnaryFn::Sigmoid:
      return Map::sigmoid;
    case ops::UnaryFn::Sqrt:
      return Map::sqrt;
    case ops::UnaryFn::Swish:
      return Map::swish;
    case ops::UnaryFn::Tanh:
      return Map::tanh;
    default:
      return std::nullopt;
  }
}

Epilogue epilogue_of(const ops::Unary& activation) noexcept {
  Epilogue epilogue;
  epilogue.alpha = static_cast<float>(activation.alpha);
  epilogue.beta = static_cast<float>(activation.beta);
  if (activation.fn == ops::UnaryFn::Relu) {
    epilogue.low = 0;
  } else if (activation.fn == ops::UnaryFn::Clip) {
    epilogue.low = epilogue.alpha;
    epilogue.high = epilogue.beta;
  } else if (const std::optional<Map> map = map_of(activation.fn)) {
    epilogue.map = active_kernels().elementwise.map(*map);
  }
  return epilogue;
}

}  // namespace exeunt::cpu
