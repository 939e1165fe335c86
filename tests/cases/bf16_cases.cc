#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

/// One convolution of bf16; what is left empty does nothing.
struct Bf16Spec {
  std::string name;
  Shape x;
  Shape w;
  int stride = 1;
  std::array<std::int64_t, 4> pads = {};  ///< top, left, bottom, right
  int dilation = 1;
  std::string bias = "f32";  ///< its type
  bool residual = false;
  std::string activation = {};
  int group = 1;
  std::string refused = {};
};

constexpr std::array<std::int64_t, 4> kPadded = {1, 1, 1, 1};

OpCase bf16_case(const Bf16Spec& s) {
  const auto out = [&](int axis, std::size_t before) {
    return (s.x[axis] + s.pads[before] + s.pads[before + 2] - s.dilation * (s.w[axis] - 1) - 1) / s.stride + 1;
  };
  const Shape y = {s.x[0], s.w[0], out(2, 0), out(3, 1)};
  std::string text = fmt::format("input %x bf16{} \"x\"\nconst %w bf16{} = random\n", s.x.str(), s.w.str());
  if (!s.bias.empty()) text += fmt::format("const %b {}[{}] = random\n", s.bias, s.w[0]);
  if (s.residual) text += fmt::format("input %r bf16{} \"r\"\n", y.str());
  text +=
      fmt::format("%y = Conv(%x, %w, {0}, {1}){{strides=[{2},{2}], pads=[{3}], dilations=[{4},{4}], group={5}{6}{7}}}",
                  s.bias.empty() ? "_" : "%b", s.residual ? "%r" : "_", s.stride, fmt::join(s.pads, ","), s.dilation,
                  s.group, s.activation.empty() ? "" : ", activation=", s.activation);
  return {s.name, Exactness::halves, text, s.refused};
}

/// Channel counts around the widths of words, vectors and tiles, in and out.
void add_bf16_channels(std::vector<OpCase>& cases) {
  for (const std::int64_t c : {1, 2, 3, 4, 5, 15, 16, 17, 30, 34}) {
    for (const std::int64_t m : {1, 7, 8, 17}) {
      cases.push_back(bf16_case({.name = fmt::format("channels_{}_to_{}", c, m),
                                 .x = {1, c, 6, 7},
                                 .w = {m, c, 3, 3},
                                 .pads = kPadded,
                                 .activation = "relu"}));
    }
    cases.push_back(bf16_case({.name = fmt::format("pointwise_{}", c), .x = {1, c, 4, 5}, .w = {c, c, 1, 1}}));
  }
  for (const std::int64_t m : {16, 31, 32, 48, 64, 65}) {
    cases.push_back(bf16_case(
        {.name = fmt::format("to_{}", m), .x = {1, 16, 8, 8}, .w = {m, 16, 3, 3}, .pads = kPadded, .residual = true}));
  }
}

/// Sizes around tiles of pixels and patches.
void add_bf16_sizes(std::vector<OpCase>& cases) {
  for (const std::int64_t n : {1, 2, 3, 4, 5, 8, 9, 13, 17}) {
    cases.push_back(bf16_case({.name = fmt::format("size_{}", n),
                               .x = {1, 16, n, n},
                               .w = {16, 16, 3, 3},
                               .pads = kPadded,
                               .residual = true,
                               .activation = "relu"}));
  }
  cases.push_back(bf16_case({.name = "uneven_pads", .x = {1, 8, 9, 11}, .w = {8, 8, 3, 3}, .pads = {0, 2, 1, 0}}));
  cases.push_back(bf16_case({.name = "no_pads", .x = {1, 8, 10, 11}, .w = {9, 8, 3, 3}}));
}

void add_other_bf16(std::vector<OpCase>& cases) {
  const std::string clip = "clip, activation_alpha=-9, activation_beta=8";
  const std::vector<Bf16Spec> specs = {
      {.name = "stride_2", .x = {1, 16, 9, 9}, .w = {32, 16, 3, 3}, .stride = 2, .pads = {0, 0, 1, 1}},
      {.name = "pointwise_stride_2", .x = {1, 16, 8, 8}, .w = {32, 16, 1, 1}, .stride = 2},
      {.name = "dilated", .x = {1, 5, 9, 9}, .w = {8, 5, 3, 3}, .pads = {2, 2, 2, 2}, .dilation = 2},
      {.name = "five_by_five", .x = {1, 16, 8, 8}, .w = {16, 16, 5, 5}, .pads = {2, 2, 2, 2}, .residual = true},
      {.name = "first_layer", .x = {1, 3, 32, 32}, .w = {16, 3, 3, 3}, .pads = kPadded, .activation = "relu"},
      {.name = "batch", .x = {3, 16, 6, 6}, .w = {16, 16, 3, 3}, .pads = kPadded, .residual = true},
      {.name = "batch_odd", .x = {3, 5, 6, 6}, .w = {7, 5, 3, 3}, .pads = kPadded, .residual = true},
      {.name = "clips", .x = {1, 16, 6, 6}, .w = {16, 16, 3, 3}, .pads = kPadded, .activation = clip},
      {.name = "no_bias", .x = {1, 16, 6, 6}, .w = {18, 16, 3, 3}, .pads = kPadded, .bias = ""},
      {.name = "bias_of_bf16", .x = {1, 16, 6, 6}, .w = {18, 16, 3, 3}, .pads = kPadded, .bias = "bf16"},
      {.name = "deep", .x = {1, 120, 4, 4}, .w = {16, 120, 3, 3}, .pads = kPadded},
      {.name = "grouped", .x = {1, 4, 4, 4}, .w = {4, 2, 3, 3}, .group = 2, .refused = "bf16 operands"},
      {.name = "tanh", .x = {1, 4, 4, 4}, .w = {4, 4, 1, 1}, .activation = "tanh", .refused = "bf16 operands"},
  };
  for (const Bf16Spec& s : specs) cases.push_back(bf16_case(s));
  cases.push_back({"product", Exactness::halves,
                   "input %x bf16[1,65] \"x\"\nconst %w bf16[10,65,1] = random\nconst %b f32[10] = random\n"
                   "%p = Reshape(%x){shape=[1,65,1]}\n%c = Conv(%p, %w, %b){strides=[1], pads=[0,0], dilations=[1]}\n"
                   "%y = Reshape(%c){shape=[1,10]}"});
}

}  // namespace

std::vector<OpCase> bf16_cases() {
  std::vector<OpCase> cases;
  add_bf16_channels(cases);
  add_bf16_sizes(cases);
  add_other_bf16(cases);
  for (const int n : {1, 4, 15, 16, 37}) {
    cases.push_back({fmt::format("to_bf16_{}", n), Exactness::exact,
                     fmt::format("input %x f32[{}] \"x\"\n%y = Cast(%x){{to=bf16}}", n)});
    cases.push_back({fmt::format("to_f32_{}", n), Exactness::exact,
                     fmt::format("input %x bf16[{}] \"x\"\n%y = Cast(%x){{to=f32}}", n)});
  }
  cases.push_back({"special_to_bf16", Exactness::exact,
                   "const %k f32[8] = {inf, -inf, nan, 0, -0.0, 3.3961775e38, 1.00390625, 1.01171875}\n"
                   "%y = Cast(%k){to=bf16}"});
  const std::string window = "kernel=[3,3], strides=[2,2], pads=[1,1,1,1], dilations=[1,1]}";
  for (const int c : {2, 16, 34, 70}) {
    cases.push_back({fmt::format("max_pool_{}", c), Exactness::exact,
                     fmt::format("input %x bf16[2,{},7,8] \"x\"\n%y = Pool(%x){{fn=max, {}", c, window)});
  }
  cases.push_back({"max_pool_odd", Exactness::exact, "input %x bf16[1,3,7,8] \"x\"\n%y = Pool(%x){fn=max, " + window,
                   "bf16 operands"});
  cases.push_back({"average_pool", Exactness::halves,
                   "input %x bf16[1,4,7,8] \"x\"\n%y = Pool(%x){fn=average, " + window, "bf16 operands"});
  return cases;
}

}  // namespace exeunt::testing
