#include <fmt/format.h>

#include <cmath>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

/// One integer convolution of random bytes; what is left empty does nothing.
struct QuantizedSpec {
  std::string name;
  Shape x;
  Shape w;
  std::string strides = "1,1";
  std::string pads = "0,0,0,0";
  std::string dilations = "1,1";
  int x_zero = 0;
  int y_zero = 0;
  bool residual = false;
  bool relu = false;
  bool to_float = false;
  double gain = 1;  ///< large: most results saturate
  int group = 1;
  std::string refused = {};
};

std::string numbers(std::int64_t count, double first, double step) {
  std::vector<std::string> list;
  for (std::int64_t i = 0; i < count; ++i) list.push_back(fmt::format("{}", first + step * static_cast<double>(i % 7)));
  return fmt::format("{{{}}}", fmt::join(list, ", "));
}

/// Bit for bit, as the op defines it.
OpCase quantized_case(const QuantizedSpec& s) {
  const std::int64_t channels = s.w[0];
  const double terms = static_cast<double>(s.w.elements()) / static_cast<double>(channels);
  // Bytes and weights are some 74 off their mean.
  const double scale = s.gain * 60 / (std::sqrt(terms) * 74 * 147);
  const auto conv = [&](const std::string& weights, bool residual, bool to_float) {
    return fmt::format(
        "QuantizedConv(%x, {}, %s, %b, {}){{strides=[{}], pads=[{}], dilations=[{}], group={}, x_zero={}, "
        "residual_zero=7, residual_scale=0.37, low={}, high=1e30, y_zero={}, to_float={}}}\n",
        weights, residual ? "%r" : "_", s.strides, s.pads, s.dilations, s.group, s.x_zero, s.relu ? "0" : "-1e30",
        s.y_zero, to_float ? "true" : "false");
  };
  std::string text = fmt::format("input %x u8{} \"x\"\nconst %w i8{} = random\n", s.x.str(), s.w.str());
  text += fmt::format("const %s f32[{0}] = {1}\nconst %b f32[{0}] = {2}\n", channels,
                      numbers(channels, scale, scale / 3), numbers(channels, 40, -11.5));
  if (s.residual) text += fmt::format("const %w2 i8{} = random\n%r = {}", s.w.str(), conv("%w2", false, false));
  return {s.name, Exactness::exact, text + "%y = " + conv("%w", s.residual, s.to_float), s.refused};
}

/// Channel counts around the widths of words, vectors and tiles, in and out.
void add_quantized_channels(std::vector<OpCase>& cases) {
  for (const std::int64_t c : {1, 2, 3, 4, 5, 15, 16, 17, 33}) {
    for (const std::int64_t m : {1, 8, 17}) {
      cases.push_back(quantized_case({.name = fmt::format("channels_{}_to_{}", c, m),
                                      .x = {1, c, 6, 7},
                                      .w = {m, c, 3, 3},
                                      .pads = "1,1,1,1",
                                      .x_zero = 100,
                                      .relu = true}));
    }
    cases.push_back(quantized_case({.name = fmt::format("pointwise_{}", c), .x = {1, c, 4, 4}, .w = {c, c, 1, 1}}));
  }
  for (const std::int64_t m : {16, 31, 32, 48, 64, 65})
    cases.push_back(
        quantized_case({.name = fmt::format("to_{}", m), .x = {1, 16, 8, 8}, .w = {m, 16, 3, 3}, .pads = "1,1,1,1"}));
}

/// Sizes around tiles of pixels and patches.
void add_quantized_sizes(std::vector<OpCase>& cases) {
  for (const std::int64_t n : {1, 2, 3, 4, 5, 8, 9, 13}) {
    cases.push_back(quantized_case({.name = fmt::format("size_{}", n),
                                    .x = {1, 16, n, n},
                                    .w = {16, 16, 3, 3},
                                    .pads = "1,1,1,1",
                                    .y_zero = 128,
                                    .residual = true}));
  }
  for (const std::int64_t n : {3, 6, 9, 14, 17}) {
    cases.push_back(quantized_case({.name = fmt::format("stride_2_size_{}", n),
                                    .x = {1, 17, n, n + 1},
                                    .w = {24, 17, 3, 3},
                                    .strides = "2,2",
                                    .pads = n % 2 == 0 ? "0,0,1,1" : "1,1,1,1",
                                    .x_zero = 11}));
  }
  cases.push_back(
      quantized_case({.name = "uneven_pads", .x = {1, 8, 9, 11}, .w = {8, 8, 3, 3}, .pads = "0,2,1,0", .x_zero = 3}));
  // So many weights that kernels may fetch them ahead.
  for (const std::string strides : {"1,1", "2,2"}) {
    cases.push_back(quantized_case({.name = fmt::format("many_weights_stride_{}", strides[0]),
                                    .x = {1, 64, 9, 9},
                                    .w = {72, 64, 3, 3},
                                    .strides = strides,
                                    .pads = "1,1,1,1"}));
  }
  cases.push_back(quantized_case({.name = "no_pads", .x = {1, 8, 10, 11}, .w = {9, 8, 3, 3}}));
}

}  // namespace

std::vector<OpCase> quantized_cases() {
  std::vector<OpCase> cases;
  add_quantized_channels(cases);
  add_quantized_sizes(cases);
  const std::vector<QuantizedSpec> specs = {
      {.name = "stride_2", .x = {1, 16, 9, 9}, .w = {32, 16, 3, 3}, .strides = "2,2", .pads = "0,0,1,1", .relu = true},
      {.name = "pointwise_stride_2", .x = {1, 16, 8, 8}, .w = {32, 16, 1, 1}, .strides = "2,2"},
      {.name = "dilated", .x = {1, 5, 9, 9}, .w = {8, 5, 3, 3}, .pads = "2,2,2,2", .dilations = "2,2", .x_zero = 9},
      {.name = "five_by_five", .x = {1, 16, 8, 8}, .w = {16, 16, 5, 5}, .pads = "2,2,2,2", .residual = true},
      {.name = "first_layer", .x = {1, 3, 32, 32}, .w = {16, 3, 3, 3}, .pads = "1,1,1,1", .relu = true},
      {.name = "first_layer_7x7", .x = {1, 3, 17, 19}, .w = {16, 3, 7, 7}, .strides = "2,2", .pads = "3,3,3,3"},
      {.name = "even_kernel", .x = {1, 3, 7, 9}, .w = {8, 3, 2, 4}, .pads = "0,1,1,2", .x_zero = 200},
      {.name = "odd_dilated",
       .x = {1, 3, 11, 12},
       .w = {8, 3, 3, 3},
       .pads = "3,3,3,3",
       .dilations = "3,3",
       .x_zero = 77},
      {.name = "odd_channels_no_pads", .x = {1, 7, 8, 9}, .w = {8, 7, 3, 3}, .strides = "1,2"},
      {.name = "batch", .x = {3, 16, 6, 6}, .w = {16, 16, 3, 3}, .pads = "1,1,1,1", .residual = true},
      {.name = "saturates", .x = {1, 16, 6, 6}, .w = {16, 16, 3, 3}, .pads = "1,1,1,1", .y_zero = 77, .gain = 100},
      {.name = "floats", .x = {1, 16, 6, 6}, .w = {17, 16, 3, 3}, .pads = "1,1,1,1", .x_zero = 50, .to_float = true},
      {.name = "floats_pointwise", .x = {1, 64, 1, 1}, .w = {10, 64, 1, 1}, .to_float = true},
      {.name = "deep", .x = {1, 120, 4, 4}, .w = {16, 120, 3, 3}, .pads = "1,1,1,1", .x_zero = 255},
      {.name = "grouped", .x = {1, 4, 4, 4}, .w = {4, 2, 3, 3}, .group = 2, .refused = "groups"},
  };
  for (const QuantizedSpec& s : specs) cases.push_back(quantized_case(s));
  for (const int n : {1, 8, 37}) {
    cases.push_back({fmt::format("add_{}", n), Exactness::exact,
                     fmt::format("input %a u8[{0}] \"a\"\ninput %b u8[{0}] \"b\"\n%y = QuantizedAdd(%a, %b){{a_zero=3, "
                                 "a_scale=0.71, b_zero=128, b_scale=-0.33, low=-20, high=1e30, y_zero=20}}",
                                 n)});
  }
  // The largest sums that Winograd may have, of both signs.
  for (const int weight : {127, -128}) {
    cases.push_back(
        {fmt::format("extreme_{}", weight < 0 ? "low" : "high"), Exactness::exact,
         fmt::format("const %x0 u8[1,100,5,5] = fill(255)\ninput %z u8[1,100,5,5] \"z\"\n%x = Max(%x0, "
                     "%z)\nconst %w i8[4,100,3,3] = fill({})\nconst %s f32[4] = fill(1e-5)\nconst %b f32[4] "
                     "= fill(0)\n%y = QuantizedConv(%x, %w, %s, %b){{strides=[1,1], pads=[1,1,1,1], "
                     "dilations=[1,1], low=-1e30, high=1e30, to_float=true}}",
                     weight),
         "u8 operands"});
  }
  return cases;
}

}  // namespace exeunt::testing
