#pragma once

namespace exeunt::cpu {

// Functions of a vector of floats. NaN stays NaN. The polynomials are minimax fits of our own (linear programming on a
// dense grid, coefficients rounded to float); the errors stated were measured on a few million arguments against the
// functions of double precision. Method of exp and tanh: S. L. Moshier, the Cephes library (netlib.org/cephes): a
// reduction to a small interval with a constant in two parts, then a polynomial.

/// exp(x) = 2^n * (1 + r + r^2 * tail) for |r| up to ln(2) / 2.
template <class Vec>
struct ExpParts {
  Vec n, r, tail;
};

template <class S>
[[gnu::always_inline]] inline ExpParts<typename S::Vec> exp_parts(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  // Below and above the result is 0 and infinite.
  x = S::clamp(x, S::set1(-104), S::set1(89));
  const Vec n = S::round(S::mul(x, S::set1(1.44269504F)));
  // ln(2) in two parts, so that n times the first one is exact.
  Vec r = S::fnma(n, S::set1(0.693359375F), x);
  r = S::fnma(n, S::set1(-2.12194440e-4F), r);
  Vec tail = S::set1(0.00138143578F);
  tail = S::fma(tail, r, S::set1(0.00836874731F));
  tail = S::fma(tail, r, S::set1(0.0416683927F));
  tail = S::fma(tail, r, S::set1(0.166665196F));
  tail = S::fma(tail, r, S::set1(0.49999994F));
  return {n, r, tail};
}

/// Relative error below 1.3e-7; 2.4e-7 without fused multiply and add.
template <class S>
[[gnu::always_inline]] inline typename S::Vec exp_of(typename S::Vec x) noexcept {
  const auto [n, r, tail] = exp_parts<S>(x);
  return S::scale(S::add(S::fma(tail, S::mul(r, r), r), S::set1(1)), n);
}

/// exp(x) - 1, also accurate near 0: absolute error below 1.2e-7 for negative x.
template <class S>
[[gnu::always_inline]] inline typename S::Vec exp_minus_1_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  const auto [n, r, tail] = exp_parts<S>(x);
  const Vec power = S::scale(S::set1(1), n);
  return S::fma(S::fma(tail, S::mul(r, r), r), power, S::sub(power, S::set1(1)));
}

/// Absolute error below 2.1e-7: an odd polynomial to 3.85, from where on the function is 1 in single precision.
template <class S>
[[gnu::always_inline]] inline typename S::Vec erf_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  constexpr float kCoefficients[] = {-0.00316824717F, 0.0016333902F, -0.00380574702F, 0.0122772055F,  -0.0197930522F,
                                     0.0276238155F,   -0.040599674F, 0.0566179603F,   -0.0732704699F, 0.0907890126F,
                                     -0.110378832F,   0.136213124F,  -0.183301628F,   0.367284805F};
  x = S::clamp(x, S::set1(-3.85F), S::set1(3.85F));
  // 2 * (x / 3.85)^2 - 1: the coefficients are small in it.
  const Vec s = S::fma(S::mul(x, x), S::set1(0.13493F), S::set1(-1));
  Vec p = S::set1(0.00162184588F);
#pragma GCC unroll 16
  for (const float c : kCoefficients) p = S::fma(p, s, S::set1(c));
  // At the ends the polynomial is a little beyond 1.
  return S::clamp(S::mul(p, x), S::set1(-1), S::set1(1));
}

/// 1 / (1 + exp(-x)): relative error below 4e-7.
template <class S>
[[gnu::always_inline]] inline typename S::Vec sigmoid_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  const Vec e = exp_of<S>(S::sub(S::zero(), S::abs(x)));
  const Vec upper = S::reciprocal(S::add(e, S::set1(1)));
  return S::select_less(x, S::zero(), S::mul(e, upper), upper);
}

/// Relative error below 4e-7.
template <class S>
[[gnu::always_inline]] inline typename S::Vec tanh_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  const Vec size = S::abs(x);
  const Vec e = exp_of<S>(S::mul(size, S::set1(-2)));
  const Vec large = S::mul(S::sub(S::set1(1), e), S::reciprocal(S::add(S::set1(1), e)));
  const Vec square = S::mul(x, x);
  Vec p = S::set1(-0.00570498733F);
  p = S::fma(p, square, S::set1(0.020639088F));
  p = S::fma(p, square, S::set1(-0.0537397154F));
  p = S::fma(p, square, S::set1(0.133314416F));
  p = S::fma(p, square, S::set1(-0.333332807F));
  const Vec small = S::fma(S::mul(p, square), size, size);
  return S::copy_sign(S::select_less(size, S::set1(0.625F), small, large), x);
}

/// x / 2 * (1 + erf(x / sqrt(2))): absolute error below 2e-7 * max(1, |x|).
template <class S>
[[gnu::always_inline]] inline typename S::Vec gelu_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  const Vec half = S::mul(x, S::set1(0.5F));
  return S::fma(half, erf_of<S>(S::mul(x, S::set1(0.707106781F))), half);
}

/// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))), which is x * sigmoid of twice what tanh is of.
template <class S>
[[gnu::always_inline]] inline typename S::Vec gelu_tanh_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  const Vec cubic = S::fma(S::mul(x, x), S::set1(0.0713548163F), S::set1(1.59576912F));
  return S::mul(x, sigmoid_of<S>(S::mul(x, cubic)));
}

/// x * tanh(log(1 + exp(x))). With e = exp(x) and m = e * (e + 2) that is x * m / (m + 2).
template <class S>
[[gnu::always_inline]] inline typename S::Vec mish_of(typename S::Vec x) noexcept {
  using Vec = typename S::Vec;
  // From 20 on the quotient is 1 in single precision.
  const Vec e = exp_of<S>(S::clamp(x, S::set1(-104), S::set1(20)));
  const Vec m = S::mul(e, S::add(e, S::set1(2)));
  return S::mul(x, S::mul(m, S::reciprocal(S::add(m, S::set1(2)))));
}

}  // namespace exeunt::cpu
