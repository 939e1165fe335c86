#include <fmt/format.h>

#include <cstdlib>

#include "base/cpu_features.h"
#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

/// A type of 16-bit floats.
struct HalfType {
  std::string name;
  Exactness sums;                  ///< of convolutions
  std::string refused = {};        ///< why there are no kernels
  std::string refused_casts = {};  ///< why there are none for conversions

  /// Why a case is refused that is refused for `reason` where there are kernels.
  std::string why(const std::string& reason) const { return refused.empty() ? reason : refused; }
};

/// One convolution of 16-bit floats; what is left empty does nothing.
struct HalfSpec {
  std::string name;
  Shape x;
  Shape w;
  int stride = 1;
  std::array<std::int64_t, 4> pads = {};  ///< top, left, bottom, right
  int dilation = 1;
  std::string bias = "f32";  ///< its type; "same": that of x
  bool residual = false;
  std::string activation = {};
  int group = 1;
  std::string refused = {};
};

constexpr std::array<std::int64_t, 4> kPadded = {1, 1, 1, 1};

OpCase half_case(const HalfType& type, const HalfSpec& s) {
  const auto out = [&](int axis, std::size_t before) {
    return (s.x[axis] + s.pads[before] + s.pads[before + 2] - s.dilation * (s.w[axis] - 1) - 1) / s.stride + 1;
  };
  const Shape y = {s.x[0], s.w[0], out(2, 0), out(3, 1)};
  std::string text = fmt::format("input %x {0}{1} \"x\"\nconst %w {0}{2} = random\n", type.name, s.x.str(), s.w.str());
  if (!s.bias.empty()) text += fmt::format("const %b {}[{}] = random\n", s.bias == "same" ? type.name : s.bias, s.w[0]);
  if (s.residual) text += fmt::format("input %r {}{} \"r\"\n", type.name, y.str());
  text +=
      fmt::format("%y = Conv(%x, %w, {0}, {1}){{strides=[{2},{2}], pads=[{3}], dilations=[{4},{4}], group={5}{6}{7}}}",
                  s.bias.empty() ? "_" : "%b", s.residual ? "%r" : "_", s.stride, fmt::join(s.pads, ","), s.dilation,
                  s.group, s.activation.empty() ? "" : ", activation=", s.activation);
  return {s.name, type.sums, text, type.why(s.refused)};
}

/// Channel counts around the widths of words, vectors and tiles, in and out.
void add_half_channels(const HalfType& type, std::vector<OpCase>& cases) {
  for (const std::int64_t c : {1, 2, 3, 4, 5, 15, 16, 17, 30, 34}) {
    for (const std::int64_t m : {1, 7, 8, 17}) {
      cases.push_back(half_case(type, {.name = fmt::format("channels_{}_to_{}", c, m),
                                       .x = {1, c, 6, 7},
                                       .w = {m, c, 3, 3},
                                       .pads = kPadded,
                                       .activation = "relu"}));
    }
    cases.push_back(half_case(type, {.name = fmt::format("pointwise_{}", c), .x = {1, c, 4, 5}, .w = {c, c, 1, 1}}));
  }
  for (const std::int64_t m : {16, 24, 31, 32, 48, 64, 65}) {
    cases.push_back(half_case(
        type,
        {.name = fmt::format("to_{}", m), .x = {1, 16, 8, 8}, .w = {m, 16, 3, 3}, .pads = kPadded, .residual = true}));
  }
}

/// Sizes around tiles of pixels and patches.
void add_half_sizes(const HalfType& type, std::vector<OpCase>& cases) {
  for (const std::int64_t n : {1, 2, 3, 4, 5, 8, 9, 13, 17}) {
    cases.push_back(half_case(type, {.name = fmt::format("size_{}", n),
                                     .x = {1, 16, n, n},
                                     .w = {16, 16, 3, 3},
                                     .pads = kPadded,
                                     .residual = true,
                                     .activation = "relu"}));
  }
  cases.push_back(
      half_case(type, {.name = "uneven_pads", .x = {1, 8, 9, 11}, .w = {8, 8, 3, 3}, .pads = {0, 2, 1, 0}}));
  cases.push_back(half_case(type, {.name = "no_pads", .x = {1, 8, 10, 11}, .w = {9, 8, 3, 3}}));
}

void add_other_halves(const HalfType& type, std::vector<OpCase>& cases) {
  const std::string clip = "clip, activation_alpha=-9, activation_beta=8";
  const std::vector<HalfSpec> specs = {
      {.name = "stride_2", .x = {1, 16, 9, 9}, .w = {32, 16, 3, 3}, .stride = 2, .pads = {0, 0, 1, 1}},
      {.name = "pointwise_stride_2", .x = {1, 16, 8, 8}, .w = {32, 16, 1, 1}, .stride = 2},
      {.name = "dilated", .x = {1, 5, 9, 9}, .w = {8, 5, 3, 3}, .pads = {2, 2, 2, 2}, .dilation = 2},
      {.name = "five_by_five", .x = {1, 16, 8, 8}, .w = {16, 16, 5, 5}, .pads = {2, 2, 2, 2}, .residual = true},
      {.name = "first_layer", .x = {1, 3, 32, 32}, .w = {16, 3, 3, 3}, .pads = kPadded, .activation = "relu"},
      {.name = "batch", .x = {3, 16, 6, 6}, .w = {16, 16, 3, 3}, .pads = kPadded, .residual = true},
      {.name = "batch_odd", .x = {3, 5, 6, 6}, .w = {7, 5, 3, 3}, .pads = kPadded, .residual = true},
      {.name = "clips", .x = {1, 16, 6, 6}, .w = {16, 16, 3, 3}, .pads = kPadded, .activation = clip},
      {.name = "no_bias", .x = {1, 16, 6, 6}, .w = {18, 16, 3, 3}, .pads = kPadded, .bias = ""},
      {.name = "bias_of_16_bits", .x = {1, 16, 6, 6}, .w = {18, 16, 3, 3}, .pads = kPadded, .bias = "same"},
      {.name = "many_weights", .x = {1, 64, 8, 8}, .w = {72, 64, 3, 3}, .pads = kPadded},
      {.name = "deep", .x = {1, 120, 4, 4}, .w = {16, 120, 3, 3}, .pads = kPadded},
      {.name = "grouped", .x = {1, 4, 4, 4}, .w = {4, 2, 3, 3}, .group = 2, .refused = " operands"},
      {.name = "tanh", .x = {1, 4, 4, 4}, .w = {4, 4, 1, 1}, .activation = "tanh", .refused = " operands"},
  };
  for (const HalfSpec& s : specs) cases.push_back(half_case(type, s));
  cases.push_back({"product", type.sums,
                   fmt::format("input %x {0}[1,65] \"x\"\nconst %w {0}[10,65,1] = random\nconst %b f32[10] = random\n"
                               "%p = Reshape(%x){{shape=[1,65,1]}}\n%c = Conv(%p, %w, %b){{strides=[1], pads=[0,0], "
                               "dilations=[1]}}\n%y = Reshape(%c){{shape=[1,10]}}",
                               type.name),
                   type.refused});
}

void add_half_casts(const HalfType& type, std::vector<OpCase>& cases) {
  for (const int n : {1, 4, 15, 16, 37}) {
    cases.push_back({fmt::format("to_{}_{}", type.name, n), Exactness::exact,
                     fmt::format("input %x f32[{}] \"x\"\n%y = Cast(%x){{to={}}}", n, type.name), type.refused_casts});
    cases.push_back({fmt::format("to_f32_{}", n), Exactness::exact,
                     fmt::format("input %x {}[{}] \"x\"\n%y = Cast(%x){{to=f32}}", type.name, n), type.refused_casts});
  }
  cases.push_back({"special_to_" + type.name, Exactness::exact,
                   "const %k f32[11] = {inf, -inf, nan, 0, -0.0, 3.3961775e38, 1.00390625, 1.01171875, 65519, 65520, "
                   "3e-6}\n%y = Cast(%k){to=" +
                       type.name + "}",
                   type.refused_casts});
}

void add_half_pools(const HalfType& type, std::vector<OpCase>& cases) {
  const std::string window = "kernel=[3,3], strides=[2,2], pads=[1,1,1,1], dilations=[1,1]}";
  for (const int c : {2, 16, 34, 70}) {
    cases.push_back({fmt::format("max_pool_{}", c), Exactness::exact,
                     fmt::format("input %x {}[2,{},7,8] \"x\"\n%y = Pool(%x){{fn=max, {}", type.name, c, window),
                     type.refused});
  }
  cases.push_back({"max_pool_odd", Exactness::exact,
                   fmt::format("input %x {}[1,3,7,8] \"x\"\n%y = Pool(%x){{fn=max, {}", type.name, window),
                   type.name + " operands"});
  cases.push_back({"average_pool", Exactness::halves,
                   fmt::format("input %x {}[1,4,7,8] \"x\"\n%y = Pool(%x){{fn=average, {}", type.name, window),
                   type.name + " operands"});
}

std::vector<OpCase> half_cases(const HalfType& type) {
  std::vector<OpCase> cases;
  add_half_channels(type, cases);
  add_half_sizes(type, cases);
  add_other_halves(type, cases);
  add_half_casts(type, cases);
  add_half_pools(type, cases);
  return cases;
}

/// Whether kernels are in use that compute on IEEE halves.
bool computes_on_f16() {
  const char* isa = std::getenv("EXEUNT_ISA");
  return machine_has_fp16() && (isa == nullptr || std::string_view(isa) != "scalar");
}

}  // namespace

std::vector<OpCase> bf16_cases() { return half_cases({"bf16", Exactness::halves}); }

std::vector<OpCase> fp16_cases() {
  HalfType f16{"f16", Exactness::half_sums};
  if (!computes_on_f16()) {
    f16.refused = "f16 operands";
    f16.refused_casts = "no CPU kernel for this op between these types";
  }
  return half_cases(f16);
}

}  // namespace exeunt::testing
