#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

/// One convolution of x with constant weights; what is left empty does nothing.
struct ConvSpec {
  std::string name;
  Shape x;
  Shape w;
  std::string strides = {};
  std::string pads = {};
  std::string dilations = {};
  int group = 1;
  bool bias = false;
  bool residual = false;
  bool scale = false;
  bool relu = false;
  std::string refused = {};
  std::string dtype = "f32";
  std::string weights = {};  ///< their type, if another one
};

std::string repeated(std::string_view item, int count) {
  return fmt::format("{}", fmt::join(std::vector<std::string_view>(static_cast<std::size_t>(count), item), ","));
}

OpCase conv_case(const ConvSpec& s) {
  const int spatial = s.x.rank() - 2;
  const auto list = [&](const std::string& given, std::string_view item, int count) {
    return given.empty() ? repeated(item, count) : given;
  };
  const std::string window =
      fmt::format("strides=[{}], pads=[{}], dilations=[{}], group={}", list(s.strides, "1", spatial),
                  list(s.pads, "0", 2 * spatial), list(s.dilations, "1", spatial), s.group);
  std::string text = fmt::format("input %x {}{} \"x\"\nconst %w {}{} = random\n", s.dtype, s.x.str(),
                                 s.weights.empty() ? s.dtype : s.weights, s.w.str());
  if (s.bias) text += fmt::format("const %b {}[{}] = random\n", s.dtype, s.w[0]);
  if (s.residual) {
    text += fmt::format("const %w2 {}{} = random\n%r = Conv(%x, %w2){{{}}}\n", s.dtype, s.w.str(), window);
  }
  if (s.scale) text += fmt::format("const %s {}[{}] = random\n", s.dtype, s.w[0]);
  text += fmt::format("%y = Conv(%x, %w, {}, {}, {}){{{}{}}}\n", s.bias ? "%b" : "_", s.residual ? "%r" : "_",
                      s.scale ? "%s" : "_", window, s.relu ? ", activation=relu" : "");
  return {s.name, Exactness::rounding, text, s.refused};
}

/// Channel counts around the widths of vector registers, in and out.
void add_channels(std::vector<OpCase>& cases) {
  for (const std::int64_t c : {1, 3, 5, 15, 16, 17, 33}) {
    for (const std::int64_t m : {1, 8, 17}) {
      cases.push_back(conv_case({.name = fmt::format("channels_{}_to_{}", c, m),
                                 .x = {1, c, 5, 7},
                                 .w = {m, c, 3, 3},
                                 .pads = "1,1,1,1",
                                 .bias = true,
                                 .relu = true}));
    }
    cases.push_back(conv_case({.name = fmt::format("pointwise_{}", c), .x = {1, c, 4, 4}, .w = {c, c, 1, 1}}));
    cases.push_back(conv_case({.name = fmt::format("depthwise_{}", c),
                               .x = {1, c, 6, 5},
                               .w = {c, 1, 3, 3},
                               .pads = "1,1,1,1",
                               .group = static_cast<int>(c),
                               .bias = true}));
  }
}

/// Images around the sizes of patches and tiles, for kernels that Winograd's forms take, with paddings of both kinds.
void add_patches(std::vector<OpCase>& cases) {
  struct Form {
    std::int64_t kernel;
    std::string strides;
    std::string pads;
  };
  for (const auto& [kernel, strides, pads] :
       {Form{3, "1,1", "1,1,1,1"}, Form{5, "1,1", "2,2,2,2"}, Form{3, "2,2", "1,1,1,1"}, Form{3, "2,2", "0,0,1,1"},
        Form{3, "1,1", "0,0,0,0"}}) {
    for (const std::int64_t size : {5, 8, 9, 16, 17}) {
      for (const std::int64_t channels : {7, 16, 20, 33}) {
        cases.push_back(conv_case({.name = fmt::format("patches_{}x{}_of_{}_channels_{}_stride_{}_pads_{}", kernel,
                                                       kernel, size, channels, strides[0], pads[0]),
                                   .x = {1, channels, size, size + 1},
                                   .w = {channels + 3, channels, kernel, kernel},
                                   .strides = strides,
                                   .pads = pads,
                                   .bias = true,
                                   .residual = size == 9,
                                   .relu = true}));
      }
    }
  }
}

void add_windows(std::vector<OpCase>& cases) {
  const std::vector<ConvSpec> specs = {
      // So many weights that kernels may fetch them ahead.
      {.name = "many_weights_to_one_tile", .x = {1, 120, 8, 8}, .w = {16, 120, 3, 3}, .pads = "1,1,1,1", .bias = true},
      {.name = "many_weights", .x = {1, 64, 9, 9}, .w = {72, 64, 3, 3}, .pads = "1,1,1,1", .bias = true, .relu = true},
      {.name = "many_weights_stride_2",
       .x = {1, 60, 9, 9},
       .w = {64, 60, 3, 3},
       .strides = "2,2",
       .pads = "1,1,1,1",
       .bias = true},
      {.name = "one_axis", .x = {1, 3, 9}, .w = {4, 3, 3}, .pads = "1,1"},
      {.name = "one_axis_stride_dilation", .x = {1, 3, 17}, .w = {5, 3, 3}, .strides = "2", .dilations = "3"},
      {.name = "one_axis_depthwise", .x = {1, 6, 9}, .w = {6, 1, 2}, .group = 6},
      {.name = "three_axes", .x = {1, 3, 4, 5, 6}, .w = {4, 3, 2, 3, 1}, .pads = "0,1,0,1,1,0", .bias = true},
      {.name = "three_axes_stride", .x = {1, 2, 5, 5, 5}, .w = {3, 2, 3, 3, 3}, .strides = "2,1,2", .relu = true},
      {.name = "three_axes_depthwise", .x = {1, 4, 4, 4, 4}, .w = {4, 1, 3, 3, 3}, .group = 4},
      {.name = "stride_2", .x = {1, 3, 9, 9}, .w = {8, 3, 3, 3}, .strides = "2,2", .pads = "1,1,1,1"},
      {.name = "stride_2_pads_at_the_end",
       .x = {1, 16, 8, 8},
       .w = {32, 16, 3, 3},
       .strides = "2,2",
       .pads = "0,0,1,1"},
      {.name = "stride_3_1", .x = {1, 3, 10, 4}, .w = {5, 3, 2, 4}, .strides = "3,1"},
      {.name = "stride_beyond_kernel", .x = {1, 3, 9, 9}, .w = {4, 3, 2, 2}, .strides = "4,3"},
      {.name = "pointwise_stride_2", .x = {1, 16, 7, 8}, .w = {32, 16, 1, 1}, .strides = "2,2"},
      {.name = "pads_uneven", .x = {1, 3, 5, 6}, .w = {4, 3, 3, 4}, .pads = "2,0,1,3"},
      {.name = "pads_beyond_kernel", .x = {1, 2, 3, 3}, .w = {3, 2, 2, 2}, .pads = "3,3,3,3"},
      {.name = "dilation_2_3", .x = {1, 3, 11, 12}, .w = {4, 3, 3, 3}, .pads = "2,3,2,3", .dilations = "2,3"},
      {.name = "dilation_depthwise", .x = {1, 8, 9, 9}, .w = {8, 1, 3, 3}, .dilations = "2,2", .group = 8},
      {.name = "even_kernel", .x = {1, 3, 6, 6}, .w = {4, 3, 4, 2}, .pads = "1,0,2,1"},
      {.name = "kernel_11_stride_4", .x = {1, 3, 32, 32}, .w = {16, 3, 11, 11}, .strides = "4,4", .pads = "5,5,5,5"},
      {.name = "kernel_is_the_picture", .x = {1, 5, 4, 3}, .w = {7, 5, 4, 3}, .bias = true},
      {.name = "picture_of_one", .x = {1, 3, 1, 1}, .w = {4, 3, 3, 3}, .pads = "1,1,1,1"},
      {.name = "row_of_pixels", .x = {1, 3, 1, 19}, .w = {4, 3, 1, 3}, .pads = "0,1,0,1"},
      {.name = "batch_3", .x = {3, 3, 5, 5}, .w = {4, 3, 3, 3}, .bias = true, .relu = true},
  };
  for (const ConvSpec& spec : specs) cases.push_back(conv_case(spec));
}

void add_groups_and_fusions(std::vector<OpCase>& cases) {
  const std::vector<ConvSpec> specs = {
      {.name = "group_2", .x = {1, 6, 5, 5}, .w = {4, 3, 3, 3}, .group = 2, .bias = true},
      {.name = "group_3_odd", .x = {1, 15, 5, 5}, .w = {9, 5, 3, 3}, .pads = "1,1,1,1", .group = 3},
      {.name = "group_2_wide", .x = {1, 64, 4, 4}, .w = {32, 32, 3, 3}, .group = 2, .relu = true},
      {.name = "depthwise_times_2", .x = {1, 5, 6, 6}, .w = {10, 1, 3, 3}, .group = 5},
      {.name = "depthwise_stride_2",
       .x = {1, 16, 9, 9},
       .w = {16, 1, 3, 3},
       .strides = "2,2",
       .group = 16,
       .relu = true},
      {.name = "bias", .x = {1, 3, 5, 5}, .w = {17, 3, 3, 3}, .bias = true},
      {.name = "relu", .x = {1, 3, 5, 5}, .w = {17, 3, 3, 3}, .relu = true},
      {.name = "residual", .x = {1, 16, 8, 8}, .w = {16, 16, 3, 3}, .pads = "1,1,1,1", .residual = true},
      {.name = "residual_wide_padding", .x = {1, 6, 5, 5}, .w = {6, 6, 1, 1}, .pads = "1,1,1,1", .residual = true},
      {.name = "residual_wide_padding_depthwise_relu",
       .x = {1, 6, 5, 5},
       .w = {6, 1, 1, 3},
       .pads = "1,1,1,1",
       .group = 6,
       .bias = true,
       .residual = true,
       .relu = true},
      {.name = "residual_odd", .x = {1, 3, 5, 7}, .w = {5, 3, 3, 3}, .residual = true},
      {.name = "residual_bias_relu",
       .x = {1, 33, 4, 4},
       .w = {17, 33, 3, 3},
       .pads = "1,1,1,1",
       .bias = true,
       .residual = true,
       .relu = true},
      {.name = "residual_group_stride",
       .x = {2, 8, 7, 7},
       .w = {8, 4, 3, 3},
       .strides = "2,2",
       .group = 2,
       .bias = true,
       .residual = true,
       .relu = true},
      {.name = "scale", .x = {1, 5, 4, 4}, .w = {17, 5, 3, 3}, .scale = true},
      {.name = "scale_bias_relu", .x = {1, 5, 4, 4}, .w = {3, 5, 3, 3}, .bias = true, .scale = true, .relu = true},
      {.name = "scale_one_axis", .x = {1, 5, 9}, .w = {3, 5, 3}, .bias = true, .scale = true},
      {.name = "scale_group_residual",
       .x = {1, 6, 5, 5},
       .w = {6, 3, 3, 3},
       .pads = "1,1,1,1",
       .group = 2,
       .bias = true,
       .residual = true,
       .scale = true,
       .relu = true},
      {.name = "residual_three_axes", .x = {1, 3, 4, 4, 4}, .w = {3, 3, 2, 2, 2}, .residual = true, .relu = true},
      {.name = "residual_one_axis", .x = {1, 3, 8}, .w = {3, 3, 3}, .residual = true, .relu = true},
      {.name = "wide_sum", .x = {1, 256, 3, 3}, .w = {8, 256, 3, 3}, .pads = "1,1,1,1"},
  };
  for (const ConvSpec& spec : specs) cases.push_back(conv_case(spec));
}

/// Weights that are stored in 16 bits: the reference multiplies the same numbers.
void add_short_weights(std::vector<OpCase>& cases) {
  const auto add = [&](ConvSpec s) {
    s.name = "short_weights_" + s.name;
    if (s.weights.empty()) s.weights = "f16";
    cases.push_back(conv_case(s));
  };
  for (const std::int64_t c : {1, 3, 4, 8, 15, 16, 17, 33}) {
    add({.name = fmt::format("of_{}", c), .x = {1, c, 9, 7}, .w = {17, c, 3, 3}, .pads = "1,1,1,1", .bias = true});
    add({.name = fmt::format("to_{}", c), .x = {1, 16, 4, 4}, .w = {c, 16, 3, 3}, .pads = "1,1,1,1", .relu = true});
  }
  add({.name = "residual", .x = {1, 9, 8, 8}, .w = {9, 9, 3, 3}, .pads = "1,1,1,1", .bias = true, .residual = true});
  add({.name = "batch", .x = {3, 8, 6, 6}, .w = {16, 8, 3, 3}, .pads = "1,1,1,1", .bias = true});
  add({.name = "5x5", .x = {1, 7, 9, 9}, .w = {10, 7, 5, 5}, .pads = "2,2,2,2", .bias = true});
  add({.name = "stride_2", .x = {1, 18, 9, 9}, .w = {24, 18, 3, 3}, .strides = "2,2", .pads = "1,1,1,1", .bias = true});
  add({.name = "pointwise", .x = {1, 9, 4, 5}, .w = {10, 9, 1, 1}, .bias = true, .relu = true});
  add({.name = "dilated", .x = {1, 4, 9, 9}, .w = {6, 4, 3, 3}, .dilations = "2,2"});
  add({.name = "bf16", .x = {1, 9, 8, 8}, .w = {10, 9, 3, 3}, .pads = "1,1,1,1", .bias = true, .weights = "bf16"});
  add({.name = "bf16_residual",
       .x = {1, 9, 8, 8},
       .w = {9, 9, 3, 3},
       .pads = "1,1,1,1",
       .residual = true,
       .weights = "bf16"});
  add({.name = "depthwise", .x = {1, 9, 6, 5}, .w = {9, 1, 3, 3}, .pads = "1,1,1,1", .group = 9, .bias = true});
  add({.name = "groups", .x = {1, 6, 5, 5}, .w = {4, 3, 3, 3}, .group = 2});
  add({.name = "three_axes", .x = {1, 3, 4, 5, 6}, .w = {4, 3, 2, 3, 1}});
  add({.name = "scale", .x = {1, 4, 5, 5}, .w = {6, 4, 3, 3}, .scale = true});
  add({.name = "one_axis", .x = {1, 4, 9}, .w = {6, 4, 3}, .pads = "1,1"});
}

void add_refused(std::vector<OpCase>& cases) {
  cases.push_back({"16_bit_weights_at_run_time", Exactness::rounding,
                   "input %x f32[1,2,4,4] \"x\"\ninput %w f16[3,2,3,3] \"w\"\n"
                   "%y = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}",
                   "weights that are computed at run time"});
  cases.push_back(conv_case({.name = "in_f64",
                             .x = {1, 2, 4, 4},
                             .w = {3, 2, 3, 3},
                             .bias = true,
                             .refused = "the CPU kernels take f32",
                             .dtype = "f64"}));
  cases.push_back(
      conv_case({.name = "no_samples", .x = {0, 2, 4, 4}, .w = {3, 2, 3, 3}, .refused = "an empty tensor"}));
  const std::string window = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}";
  cases.push_back({"weights_at_run_time", Exactness::rounding,
                   "input %x f32[1,2,4,4] \"x\"\ninput %w f32[3,2,3,3] \"w\"\n%y = Conv(%x, %w)" + window,
                   "weights that are computed at run time"});
  cases.push_back({"bias_at_run_time", Exactness::rounding,
                   "input %x f32[1,2,4,4] \"x\"\nconst %w f32[3,2,3,3] = random\ninput %b f32[3] \"b\"\n"
                   "%y = Conv(%x, %w, %b)" +
                       window,
                   "a bias or scale that is computed at run time"});
}

}  // namespace

std::vector<OpCase> conv_cases() {
  std::vector<OpCase> cases;
  add_channels(cases);
  add_patches(cases);
  add_windows(cases);
  add_groups_and_fusions(cases);
  add_short_weights(cases);
  add_refused(cases);
  const std::string window = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}";
  cases.push_back({"residual_is_the_input", Exactness::rounding,
                   "input %x f32[1,5,4,4] \"x\"\nconst %w f32[5,5,1,1] = random\n%y = Conv(%x, %w, _, %x)" + window});
  cases.push_back({"residual_is_a_constant", Exactness::rounding,
                   "input %x f32[1,5,4,4] \"x\"\nconst %w f32[5,5,1,1] = random\nconst %r f32[1,5,4,4] = random\n"
                   "%y = Conv(%x, %w, _, %r)" +
                       window});
  cases.push_back({"of_a_constant", Exactness::rounding,
                   "input %x f32[1,5,4,4] \"x\"\nconst %w f32[5,5,1,1] = random\nconst %c f32[1,5,4,4] = random\n"
                   "%y = Conv(%c, %w, _, %x)" +
                       window});
  return cases;
}

}  // namespace exeunt::testing
