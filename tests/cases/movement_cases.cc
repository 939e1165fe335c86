#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

constexpr std::string_view kPointwise = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n";

/// %c is channels-last [1,5,4,6], %d another such value of 3 channels.
std::string after_wide_convs(std::string_view rest) {
  return fmt::format(
      "input %x f32[1,3,4,6] \"x\"\nconst %w f32[5,3,1,1] = random\nconst %v f32[3,3,1,1] = random\n"
      "%c = Conv(%x, %w){0}%d = Conv(%x, %v){0}{1}",
      kPointwise, rest);
}

void add_slices(std::vector<OpCase>& cases) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"front", "axes=[1], starts=[0], ends=[2], steps=[1]"},
      {"back", "axes=[1], starts=[-2], ends=[100], steps=[1]"},
      {"stride_2", "axes=[2], starts=[0], ends=[6], steps=[2]"},
      {"stride_2_from_1", "axes=[2,3], starts=[1,1], ends=[4,6], steps=[2,2]"},
      {"reversed", "axes=[3], starts=[-1], ends=[-100], steps=[-1]"},
      {"reversed_step_2", "axes=[1,3], starts=[4,5], ends=[-100,0], steps=[-2,-2]"},
      {"reversed_all", "axes=[1,2,3], starts=[-1,-1,-1], ends=[-100,-100,-100], steps=[-1,-1,-1]"},
      {"to_one", "axes=[1,2,3], starts=[2,3,1], ends=[3,4,2], steps=[1,1,1]"},
      {"nothing", "axes=[2], starts=[3], ends=[1], steps=[1]"},
      {"everything", "axes=[], starts=[], ends=[], steps=[]"},
  };
  for (const auto& [name, field] : fields) {
    for (const std::string dtype : {"f32", "i8", "f16", "i64", "bool"}) {
      cases.push_back({"slice_" + name + "_" + dtype, Exactness::exact,
                       fmt::format("input %x {}[1,5,4,6] \"x\"\n%y = Slice(%x){{{}}}", dtype, field)});
    }
    cases.push_back({"slice_" + name + "_channels_last", Exactness::rounding,
                     after_wide_convs(fmt::format("%y = Slice(%c){{{}}}", field))});
  }
  cases.push_back({"slice_of_a_constant", Exactness::exact,
                   "input %x f32[2,2] \"x\"\nconst %k f32[4,2] = random\n"
                   "%s = Slice(%k){axes=[0], starts=[3], ends=[-5], steps=[-2]}\n%y = Add(%x, %s)"});
  cases.push_back({"slice_then_conv", Exactness::rounding,
                   after_wide_convs("%s = Slice(%c){axes=[1,2], starts=[1,0], ends=[4,4], steps=[1,2]}\n"
                                    "const %u f32[2,3,1,1] = random\n%y = Conv(%s, %u)" +
                                    std::string(kPointwise))});
}

void add_pads(std::vector<OpCase>& cases) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"picture", "pads=[0,0,1,2,0,0,3,0]"},       {"channels", "pads=[0,2,0,0,0,3,0,0]"},
      {"everywhere", "pads=[1,1,1,1,1,1,1,1]"},    {"nothing", "pads=[0,0,0,0,0,0,0,0]"},
      {"ones", "pads=[0,0,1,1,0,0,1,1], value=1"}, {"minus", "pads=[0,0,1,0,0,0,0,1], value=-3"},
  };
  for (const auto& [name, field] : fields) {
    for (const std::string dtype : {"f32", "i8", "i32", "bf16", "f64"}) {
      cases.push_back({"pad_" + name + "_" + dtype, Exactness::exact,
                       fmt::format("input %x {}[1,5,4,6] \"x\"\n%y = Pad(%x){{{}}}", dtype, field)});
    }
    cases.push_back({"pad_" + name + "_channels_last", Exactness::rounding,
                     after_wide_convs(fmt::format("%y = Pad(%c){{{}}}", field))});
  }
  cases.push_back(
      {"pad_of_nothing", Exactness::exact, "input %x f32[2,0] \"x\"\n%y = Pad(%x){pads=[0,1,0,2], value=5}"});
  cases.push_back({"pad_scalar_shape", Exactness::exact, "input %x f32[1] \"x\"\n%y = Pad(%x){pads=[2,3], value=0.5}"});
  cases.push_back(
      {"pad_negative", Exactness::exact, "input %x f32[4,4] \"x\"\n%y = Pad(%x){pads=[-1,0,0,1]}", "negative padding"});
  for (const std::string mode : {"reflect", "edge", "wrap"}) {
    cases.push_back({"pad_" + mode, Exactness::exact,
                     "input %x f32[4,4] \"x\"\n%y = Pad(%x){pads=[1,2,1,1], mode=" + mode + "}",
                     "with a constant only"});
  }
}

void add_concats(std::vector<OpCase>& cases) {
  for (int axis = -3; axis < 3; ++axis) {
    for (const std::string dtype : {"f32", "u8", "i64"}) {
      const std::string name =
          fmt::format("concat_axis_{}_{}", axis < 0 ? fmt::format("m{}", -axis) : fmt::format("{}", axis), dtype);
      std::string shape = "[2,3,4]";
      shape[static_cast<std::size_t>(1 + 2 * (axis < 0 ? axis + 3 : axis))] = '5';
      cases.push_back({name, Exactness::exact,
                       fmt::format("input %a {0}[2,3,4] \"a\"\ninput %b {0}{1} \"b\"\nconst %k {0}[2,3,4] = random\n"
                                   "%y = Concat(%a, %b, %k){{axis={2}}}",
                                   dtype, shape, axis)});
    }
  }
  const std::vector<std::pair<std::string, std::string>> rests = {
      {"channels", "%y = Concat(%c, %d){axis=1}"},
      {"itself", "%y = Concat(%c, %c, %c){axis=1}"},
      {"rows", "%y = Concat(%c, %c){axis=2}"},
      {"columns", "%y = Concat(%d, %d){axis=-1}"},
      {"samples", "%y = Concat(%c, %c){axis=0}"},
      {"with_input", "%y = Concat(%c, %x){axis=1}"},
      {"input_first", "%y = Concat(%x, %c){axis=1}"},
      {"with_constant", "const %k f32[1,2,4,6] = random\n%y = Concat(%c, %k){axis=1}"},
      {"constant_first", "const %k f32[1,2,4,6] = random\n%y = Concat(%k, %c){axis=1}"},
      {"then_conv",
       "%j = Concat(%c, %d){axis=1}\nconst %u f32[4,8,1,1] = random\n"
       "%y = Conv(%j, %u){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}"},
  };
  for (const auto& [name, rest] : rests) {
    cases.push_back({"concat_channels_last_" + name, Exactness::rounding, after_wide_convs(rest)});
  }
  cases.push_back({"concat_one", Exactness::exact, "input %x f32[2,3] \"x\"\n%y = Concat(%x){axis=1}"});
  cases.push_back({"concat_with_nothing", Exactness::exact,
                   "input %a f32[2,0] \"a\"\ninput %b f32[2,3] \"b\"\n%y = Concat(%a, %b, %a){axis=1}"});
  cases.push_back({"concat_nothings", Exactness::exact,
                   "input %a f32[2,0] \"a\"\ninput %b f32[3,0] \"b\"\n%y = Concat(%a, %b){axis=0}"});
}

void add_expands(std::vector<OpCase>& cases) {
  const auto add = [&](const std::string& name, const std::string& type, const std::string& shape) {
    cases.push_back({"expand_" + name, Exactness::exact,
                     fmt::format("input %x {} \"x\"\n%y = Expand(%x){{shape={}}}", type, shape)});
  };
  add("scalar", "f32[]", "[2,3]");
  add("rows", "f32[3,1]", "[3,4]");
  add("raise", "i64[4]", "[2,3,4]");
  add("middle", "i8[2,1,3]", "[2,5,3]");
  add("outer", "f64[1,2,1]", "[3,2,4]");
  add("no_effect", "bool[2,3]", "[1,3]");
  add("to_nothing", "f32[1,3]", "[0,3]");
  cases.push_back({"expand_channels_last", Exactness::rounding, after_wide_convs("%y = Expand(%c){shape=[3,5,4,6]}")});
}

}  // namespace

std::vector<OpCase> copy_cases() {
  std::vector<OpCase> cases;
  add_slices(cases);
  add_pads(cases);
  add_concats(cases);
  add_expands(cases);
  return cases;
}

std::vector<OpCase> view_cases() {
  const std::string window = std::string(kPointwise);
  const std::vector<std::pair<std::string, std::string>> rests = {
      {"transposed_conv", "%y = Transpose(%c){perm=[0,2,3,1]}"},
      {"transposed_both_ways", "%t = Transpose(%c){perm=[0,2,3,1]}\n%y = Transpose(%t){perm=[0,3,1,2]}"},
      {"transposed_oddly", "%t = Transpose(%c){perm=[3,1,0,2]}\n%y = Relu(%t)"},
      {"flattened", "%y = Reshape(%c){shape=[1,120]}"},
      {"flattened_channels_last", "%t = Transpose(%c){perm=[0,2,3,1]}\n%y = Reshape(%t){shape=[1,120]}"},
      {"flattened_to_gemm", "%f = Reshape(%c){shape=[1,120]}\nconst %g f32[120,7] = random\n%y = Gemm(%f, %g)"},
      {"split_and_transposed", "%s = Reshape(%c){shape=[1,5,2,2,6]}\n%y = Transpose(%s){perm=[0,2,1,4,3]}"},
      {"between_convs",
       "%t = Transpose(%c){perm=[0,2,3,1]}\n%a = Relu(%t)\n%b = Transpose(%a){perm=[0,3,1,2]}\n"
       "const %u f32[2,5,1,1] = random\n%y = Conv(%b, %u)" +
           window},
      {"channels_last_input",
       "input %n f32[1,4,6,3] \"n\"\n%t = Transpose(%n){perm=[0,3,1,2]}\n%y = Conv(%t, %w)" + window},
      {"reshaped_between_convs",
       "%r = Reshape(%c){shape=[1,10,2,6]}\nconst %u f32[2,10,1,1] = random\n%y = Conv(%r, %u)" + window},
      {"one_pixel_to_gemm",
       "%p = Pool(%c){fn=average, kernel=[4,6], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n"
       "%f = Reshape(%p){shape=[1,5]}\nconst %g f32[5,7] = random\n%y = Gemm(%f, %g)"},
      {"shared_value_two_layouts",
       "%f = Reshape(%c){shape=[1,5,4,6]}\n%t = Transpose(%c){perm=[0,3,2,1]}\n"
       "%u = Transpose(%f){perm=[0,3,2,1]}\n%y = Add(%t, %u)"},
      {"sum_of_rows", "%r = Reshape(%x){shape=[3,24]}\nconst %g f32[24,2] = random\n%y = MatMul(%r, %g)"},
  };
  std::vector<OpCase> cases;
  for (const auto& [name, rest] : rests) cases.push_back({name, Exactness::rounding, after_wide_convs(rest)});
  const auto exact = Exactness::exact;
  cases.push_back({"transposed_input", exact, "input %x f32[2,3,4] \"x\"\n%y = Transpose(%x){perm=[2,0,1]}"});
  cases.push_back({"transposed_i64", exact, "input %x i64[3,5] \"x\"\n%y = Transpose(%x){perm=[1,0]}"});
  cases.push_back({"transposed_empty", exact, "input %x f32[2,0,3] \"x\"\n%y = Transpose(%x){perm=[2,1,0]}"});
  cases.push_back({"transposed_ones", exact, "input %x f32[1,3,1,4] \"x\"\n%y = Transpose(%x){perm=[2,1,3,0]}"});
  cases.push_back({"reshaped_input", exact, "input %x u8[2,6] \"x\"\n%y = Reshape(%x){shape=[3,4]}"});
  cases.push_back({"reshaped_to_scalar", exact, "input %x f32[1,1] \"x\"\n%y = Reshape(%x){shape=[]}"});
  cases.push_back({"reshaped_transpose", exact,
                   "input %x f32[2,3,4] \"x\"\n%t = Transpose(%x){perm=[1,0,2]}\n%y = Reshape(%t){shape=[6,4]}"});
  cases.push_back(
      {"transposed_constant", exact,
       "input %x f32[3,2] \"x\"\nconst %k f32[2,3] = random\n%t = Transpose(%k){perm=[1,0]}\n%y = Sub(%x, %t)"});
  cases.push_back(
      {"reshaped_constant", exact,
       "input %x f32[3,2] \"x\"\nconst %k f32[6] = random\n%r = Reshape(%k){shape=[3,2]}\n%y = Mul(%r, %x)"});
  return cases;
}

}  // namespace exeunt::testing
