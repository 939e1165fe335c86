#pragma once

#include <limits>

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/math.inl.h"
#include "cpu/kernels/unrolled.h"

namespace exeunt::cpu {

/// Calls body(n, load, store) for each vector of `count` floats: n is its first element, load(p) and store(p, v) move
/// the lanes that exist.
template <class S, class Body>
[[gnu::always_inline]] inline void for_each_vector(std::ptrdiff_t count, const Body& body) noexcept {
  using Vec = typename S::Vec;
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) {
    body(
        i, [](const float* p) EXEUNT_INLINE { return S::load(p); },
        [](float* p, Vec v) EXEUNT_INLINE { S::store(p, v); });
  }
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    body(
        i, [rest](const float* p) EXEUNT_INLINE { return S::load_part(p, rest); },
        [rest](float* p, Vec v) EXEUNT_INLINE { S::store_part(p, v, rest); });
  }
}

template <class S, Map kMap>
[[gnu::always_inline]] inline typename S::Vec map_vector(typename S::Vec x, typename S::Vec alpha,
                                                         typename S::Vec beta) noexcept {
  using Vec = typename S::Vec;
  const Vec one = S::set1(1);
  switch (kMap) {
    case Map::abs:
      return S::abs(x);
    case Map::clamp:
      return S::clamp(x, alpha, beta);
    case Map::elu:
      return S::select_less(x, S::zero(), S::mul(alpha, exp_minus_1_of<S>(x)), x);
    case Map::erf:
      return erf_of<S>(x);
    case Map::exp:
      return exp_of<S>(x);
    case Map::gelu:
      return gelu_of<S>(x);
    case Map::gelu_tanh:
      return gelu_tanh_of<S>(x);
    case Map::hard_sigmoid:
      return S::clamp(S::fma(alpha, x, beta), S::zero(), one);
    case Map::hard_swish:
      return S::mul(x, S::clamp(S::fma(x, S::set1(1.0F / 6), S::set1(0.5F)), S::zero(), one));
    case Map::leaky_relu:
      return S::select_less(x, S::zero(), S::mul(alpha, x), x);
    case Map::mish:
      return mish_of<S>(x);
    case Map::negate:
      return S::sub(S::set1(-0.0F), x);
    case Map::reciprocal:
      return S::div(one, x);
    case Map::sigmoid:
      return sigmoid_of<S>(x);
    case Map::sqrt:
      return S::sqrt(x);
    case Map::swish:
      return S::mul(x, sigmoid_of<S>(S::mul(alpha, x)));
    case Map::tanh:
      return tanh_of<S>(x);
  }
}

template <class S, Map kMap>
void map_floats(const float* x, float* y, std::ptrdiff_t count, float alpha, float beta) noexcept {
  const typename S::Vec a = S::set1(alpha);
  const typename S::Vec b = S::set1(beta);
  for_each_vector<S>(count, [&](std::ptrdiff_t i, auto load, auto store)
                                EXEUNT_INLINE { store(y + i, map_vector<S, kMap>(load(x + i), a, b)); });
}

template <class S, Pairing kPairing>
[[gnu::always_inline]] inline typename S::Vec pair_vectors(typename S::Vec a, typename S::Vec b) noexcept {
  switch (kPairing) {
    case Pairing::add:
      return S::add(a, b);
    case Pairing::div:
      return S::div(a, b);
    case Pairing::max:
      return S::max(a, b);
    case Pairing::min:
      return S::min(a, b);
    case Pairing::mul:
      return S::mul(a, b);
    case Pairing::sub:
      return S::sub(a, b);
  }
}

template <class S, Pairing kPairing, Repeated kRepeat>
void pair_floats(const float* a, const float* b, float* y, std::ptrdiff_t count) noexcept {
  const typename S::Vec first = S::set1(*a);
  const typename S::Vec second = S::set1(*b);
  for_each_vector<S>(count, [&](std::ptrdiff_t i, auto load, auto store) EXEUNT_INLINE {
    store(y + i, pair_vectors<S, kPairing>(kRepeat == Repeated::first ? first : load(a + i),
                                           kRepeat == Repeated::second ? second : load(b + i)));
  });
}

template <class S>
void scale_shift(const float* x, const float* scale, const float* shift, bool repeated, float low, float high, float* y,
                 std::ptrdiff_t count) noexcept {
  using Vec = typename S::Vec;
  const Vec lowest = S::set1(low);
  const Vec highest = S::set1(high);
  const Vec factor = S::set1(*scale);
  const Vec summand = S::set1(*shift);
  if (repeated) {
    for_each_vector<S>(count, [&](std::ptrdiff_t i, auto load, auto store) EXEUNT_INLINE {
      store(y + i, S::clamp(S::fma(load(x + i), factor, summand), lowest, highest));
    });
    return;
  }
  for_each_vector<S>(count, [&](std::ptrdiff_t i, auto load, auto store) EXEUNT_INLINE {
    store(y + i, S::clamp(S::fma(load(x + i), load(scale + i), load(shift + i)), lowest, highest));
  });
}

/// In the order of Map.
template <class S>
inline constexpr MapTable kMapTable = {
    map_floats<S, Map::abs>,        map_floats<S, Map::clamp>,        map_floats<S, Map::elu>,
    map_floats<S, Map::erf>,        map_floats<S, Map::exp>,          map_floats<S, Map::gelu>,
    map_floats<S, Map::gelu_tanh>,  map_floats<S, Map::hard_sigmoid>, map_floats<S, Map::hard_swish>,
    map_floats<S, Map::leaky_relu>, map_floats<S, Map::mish>,         map_floats<S, Map::negate>,
    map_floats<S, Map::reciprocal>, map_floats<S, Map::sigmoid>,      map_floats<S, Map::sqrt>,
    map_floats<S, Map::swish>,      map_floats<S, Map::tanh>};

template <class S, Pairing kPairing>
inline constexpr std::array<PairFn, kRepeated> kPairRow = {pair_floats<S, kPairing, Repeated::none>,
                                                           pair_floats<S, kPairing, Repeated::first>,
                                                           pair_floats<S, kPairing, Repeated::second>};

/// In the order of Pairing.
template <class S>
inline constexpr PairTable kPairTable = {kPairRow<S, Pairing::add>, kPairRow<S, Pairing::div>,
                                         kPairRow<S, Pairing::max>, kPairRow<S, Pairing::min>,
                                         kPairRow<S, Pairing::mul>, kPairRow<S, Pairing::sub>};

template <class S>
inline constexpr ElementwiseKernels kElementwise = {&kMapTable<S>, &kPairTable<S>, scale_shift<S>};

}  // namespace exeunt::cpu
