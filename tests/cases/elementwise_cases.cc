#include <fmt/format.h>

#include <optional>

#include "cases/op_case.h"
#include "ops/unary.h"

namespace exeunt::testing {

namespace {

/// %c is channels-last [1,5,4,3], %d another such value.
constexpr std::string_view kTwoConvs =
    "input %x f32[1,3,4,3] \"x\"\nconst %w f32[5,3,1,1] = random\nconst %v f32[5,3,1,1] = random\n"
    "%c = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n"
    "%d = Conv(%x, %v){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n";

std::string after_two_convs(std::string_view rest) { return std::string(kTwoConvs) + std::string(rest); }

/// How a function's CPU kernel answers; nothing if it has none.
std::optional<Exactness> kernel_of(ops::UnaryFn fn) {
  using enum ops::UnaryFn;
  switch (fn) {
    case Abs:
    case Clip:
    case LeakyRelu:
    case Neg:
    case Relu:
      return Exactness::exact;
    case Elu:
    case Erf:
    case Exp:
    case Gelu:
    case GeluTanh:
    case HardSigmoid:
    case HardSwish:
    case Mish:
    case Reciprocal:
    case Sigmoid:
    case Sqrt:
    case Swish:
    case Tanh:
      return Exactness::approximate;
    default:
      return std::nullopt;
  }
}

/// For functions that have parameters. A quarter is exact in f32.
std::string_view parameters_of(ops::UnaryFn fn) {
  using enum ops::UnaryFn;
  if (fn == Clip) return "{alpha=-1, beta=2}";
  return fn == Elu || fn == LeakyRelu || fn == Swish ? "{alpha=0.25}" : "";
}

/// Square roots and reciprocals of 0.5 and more; the others of [-4, 4], so that they bend.
std::string argument(ops::UnaryFn fn, std::string_view type) {
  const bool positive = fn == ops::UnaryFn::Sqrt || fn == ops::UnaryFn::Reciprocal;
  return fmt::format("input %x {} \"x\"\nconst %k f32[] = {{4}}\n%a = Mul(%x, %k)\n", type) +
         (positive ? "%b = Abs(%a)\nconst %h f32[] = {0.5}\n%z = Add(%b, %h)\n"
                   : "const %h f32[] = {1}\n%z = Mul(%a, %h)\n");
}

}  // namespace

std::vector<OpCase> unary_cases() {
  std::vector<OpCase> cases;
  for (std::size_t i = 0; i < ops::kEnumNames<ops::UnaryFn>.size(); ++i) {
    const auto fn = static_cast<ops::UnaryFn>(i);
    if (fn == ops::UnaryFn::Not || fn == ops::UnaryFn::BitwiseNot) continue;
    const std::string name(ops::enum_name(fn));
    const std::optional<Exactness> kernel = kernel_of(fn);
    const std::string refused = kernel ? "" : "no CPU kernel for this function";
    for (const auto& [where, type] : {std::pair{"picture", "f32[1,3,5,7]"}, {"row", "f32[17]"}, {"scalar", "f32[]"}}) {
      cases.push_back({fmt::format("{}_{}", name, where), kernel.value_or(Exactness::exact),
                       argument(fn, type) + fmt::format("%y = {}(%z){}", name, parameters_of(fn)), refused});
    }
  }
  const auto rounding = Exactness::rounding;
  cases.push_back({"Relu_channels_last", rounding, after_two_convs("%y = Relu(%c)")});
  cases.push_back({"Tanh_channels_last", Exactness::approximate, after_two_convs("%y = Tanh(%c)")});
  cases.push_back({"Relu_of_a_view", Exactness::exact,
                   "input %x f32[2,3,4] \"x\"\n%t = Transpose(%x){perm=[2,0,1]}\n%y = Relu(%t)"});
  cases.push_back({"Abs_of_a_constant", Exactness::exact,
                   "input %x f32[2,3] \"x\"\nconst %k f32[2,3] = random\n%a = Abs(%k)\n%y = Add(%x, %a)"});
  cases.push_back(
      {"Exp_7_axes", Exactness::approximate, "input %x f32[1,2,1,2,1,2,3] \"x\"\n%y = Exp(%x)", "more than 6 axes"});
  cases.push_back({"Exp_empty", Exactness::approximate, "input %x f32[2,0,3] \"x\"\n%y = Exp(%x)", "an empty tensor"});
  cases.push_back({"Not", Exactness::exact, "input %x bool[3,5] \"x\"\n%y = Not(%x)", "bool operands"});
  for (const std::string dtype : {"i8", "i64", "f16", "bf16", "f64"}) {
    cases.push_back(
        {"Neg_" + dtype, Exactness::exact, "input %x " + dtype + "[3,5] \"x\"\n%y = Neg(%x)", dtype + " operands"});
  }
  return cases;
}

namespace {

/// Where the smaller operand of shape `small` broadcasts into [2,3,4,5].
void add_broadcasts(std::vector<OpCase>& cases) {
  const std::vector<std::pair<std::string, std::string>> smalls = {{"scalar", "[]"},
                                                                   {"one", "[1]"},
                                                                   {"ones", "[1,1,1,1]"},
                                                                   {"last", "[5]"},
                                                                   {"rows", "[4,1]"},
                                                                   {"channels", "[3,1,1]"},
                                                                   {"channels4", "[1,3,1,1]"},
                                                                   {"samples", "[2,1,1,1]"},
                                                                   {"outer", "[2,1,1,5]"},
                                                                   {"plane", "[4,5]"},
                                                                   {"plane4", "[1,1,4,5]"},
                                                                   {"checks", "[1,3,1,5]"},
                                                                   {"samples_rows", "[2,1,4,1]"}};
  for (const auto& [name, shape] : smalls) {
    for (const std::string fn : {"Add", "Sub", "Mul", "Max"}) {
      const std::string head = "input %x f32[2,3,4,5] \"x\"\nconst %k f32" + shape + " = random\n";
      cases.push_back({fn + "_right_" + name, Exactness::exact, head + "%y = " + fn + "(%x, %k)"});
      cases.push_back({fn + "_left_" + name, Exactness::exact, head + "%y = " + fn + "(%k, %x)"});
    }
    cases.push_back({"Mul_run_time_" + name, Exactness::exact,
                     "input %x f32[2,3,4,5] \"x\"\ninput %k f32" + shape + " \"k\"\n%y = Mul(%k, %x)"});
  }
  cases.push_back(
      {"Add_both_broadcast", Exactness::exact, "input %x f32[3,1,5] \"x\"\ninput %k f32[4,1] \"k\"\n%y = Add(%x, %k)"});
  cases.push_back({"Add_scalars", Exactness::exact, "input %x f32[] \"x\"\nconst %k f32[] = random\n%y = Add(%x, %k)"});
  cases.push_back(
      {"Add_rank_raised", Exactness::exact, "input %x f32[5] \"x\"\nconst %k f32[1,1,5] = random\n%y = Add(%x, %k)"});
  cases.push_back({"Add_empty", Exactness::exact, "input %x f32[2,0] \"x\"\nconst %k f32[1] = random\n%y = Add(%x, %k)",
                   "an empty tensor"});
}

/// Operands as convolutions leave them.
void add_layouts(std::vector<OpCase>& cases) {
  const std::vector<std::pair<std::string, std::string>> rests = {
      {"two_convs", "%y = Add(%c, %d)"},
      {"conv_with_itself", "%y = Mul(%c, %c)"},
      {"conv_and_input", "input %r f32[1,5,4,3] \"r\"\n%y = Sub(%c, %r)"},
      {"input_and_conv", "input %r f32[1,5,4,3] \"r\"\n%y = Sub(%r, %c)"},
      {"conv_and_constant", "const %k f32[1,5,4,3] = random\n%y = Div(%c, %k)"},
      {"constant_and_conv", "const %k f32[1,5,4,3] = random\n%y = Sub(%k, %c)"},
      {"conv_and_channels", "const %k f32[5,1,1] = random\n%y = Mul(%c, %k)"},
      {"channels_and_conv", "const %k f32[1,5,1,1] = random\n%y = Add(%k, %c)"},
      {"conv_and_row", "const %k f32[3] = random\n%y = Min(%c, %k)"},
      {"conv_and_checks", "const %k f32[1,5,1,3] = random\n%y = Add(%c, %k)"},
      {"conv_and_scalar", "const %k f32[] = {0.25}\n%y = Max(%c, %k)"},
      {"conv_and_view", "input %n f32[1,4,3,5] \"n\"\n%t = Transpose(%n){perm=[0,3,1,2]}\n%y = Add(%c, %t)"},
      {"conv_and_computed_channels", "input %s f32[5,1,1] \"s\"\n%e = Exp(%s)\n%y = Mul(%c, %e)"},
      {"channels_last_bias", "%t = Transpose(%c){perm=[0,2,3,1]}\nconst %k f32[5] = random\n%y = Add(%t, %k)"},
      {"then_conv_again",
       "const %k f32[5,1,1] = random\n%m = Mul(%c, %k)\nconst %u f32[2,5,1,1] = random\n"
       "%y = Conv(%m, %u){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}"},
  };
  for (const auto& [name, rest] : rests) {
    // A quotient magnifies the rounding of the convolution before it.
    const bool exact = rest.find("Div") == std::string::npos;
    cases.push_back({"layout_" + name, exact ? Exactness::rounding : Exactness::approximate, after_two_convs(rest)});
  }
}

void add_functions(std::vector<OpCase>& cases) {
  for (const std::string fn : {"Add", "Div", "Max", "Min", "Mul", "Sub"}) {
    cases.push_back({fn + "_same_shape", Exactness::exact,
                     "input %a f32[1,3,5,7] \"a\"\ninput %b f32[1,3,5,7] \"b\"\n%y = " + fn + "(%a, %b)"});
    cases.push_back({fn + "_i32", Exactness::exact,
                     "input %a i32[4] \"a\"\ninput %b i32[4] \"b\"\n%y = " + fn + "(%a, %b)", "i32 operands"});
  }
  for (const std::string fn : {"And", "Or", "Xor"}) {
    cases.push_back({fn, Exactness::exact, "input %a bool[9] \"a\"\ninput %b bool[9] \"b\"\n%y = " + fn + "(%a, %b)",
                     "bool operands"});
  }
  const std::string positive = "input %x f32[1,3,4,4] \"x\"\n%p = Abs(%x)\nconst %h f32[] = {0.5}\n%a = Add(%p, %h)\n";
  for (const std::string exponent : {"2", "0.5", "-1", "3", "0", "0.75", "-2.5"}) {
    std::string name = "Pow_" + exponent;
    for (char& c : name) c = c == '.' ? 'p' : c == '-' ? 'm' : c;
    cases.push_back({name, Exactness::approximate, positive + "const %e f32[] = {" + exponent + "}\n%y = Pow(%a, %e)"});
  }
  cases.push_back({"Pow_square_of_a_negative", Exactness::approximate,
                   "input %x f32[1,3,4,4] \"x\"\nconst %e f32[1] = {2}\n%y = Pow(%x, %e)"});
  cases.push_back({"Pow_run_time", Exactness::approximate, positive + "input %e f32[] \"e\"\n%y = Pow(%a, %e)",
                   "an exponent that is not one constant"});
  cases.push_back({"Pow_by_element", Exactness::approximate, positive + "const %e f32[4] = random\n%y = Pow(%a, %e)",
                   "an exponent that is not one constant"});
  cases.push_back({"Pow_rank_raised", Exactness::approximate,
                   "input %x f32[3] \"x\"\n%a = Abs(%x)\nconst %e f32[1,1] = {2}\n%y = Pow(%a, %e)",
                   "a base that is broadcast"});
  cases.push_back({"Pow_integer_exponent", Exactness::approximate, positive + "const %e i64[] = {2}\n%y = Pow(%a, %e)",
                   "i64 operands"});
}

/// A broadcast operand beside one whose axes lie in an unusual order.
void add_views(std::vector<OpCase>& cases) {
  const std::vector<std::pair<std::string, std::string>> others = {
      {"scalar", "f32[]"}, {"one", "f32[1]"}, {"channels", "f32[1,2,1,1]"}, {"samples", "f32[2,1,1,1]"}};
  for (const std::string perm : {"1,0,2,3", "1,2,0,3", "2,0,1,3", "3,2,1,0", "0,2,3,1", "0,3,1,2"}) {
    std::string order = perm;
    std::erase(order, ',');
    for (const auto& [name, type] : others) {
      cases.push_back({"view_" + order + "_and_" + name, Exactness::exact,
                       "input %x f32[2,2,2,2] \"x\"\nconst %k " + type + " = random\n%t = Transpose(%x){perm=[" + perm +
                           "]}\n%y = Add(%t, %k)"});
    }
  }
}

}  // namespace

std::vector<OpCase> binary_cases() {
  std::vector<OpCase> cases;
  add_broadcasts(cases);
  add_layouts(cases);
  add_views(cases);
  add_functions(cases);
  return cases;
}

/// NaN, infinities, zeros and the ends of the range. oneDNN does not pass a NaN through Exp, Relu (fused or not), Max,
/// Min and max pooling: there they are left out.
std::vector<OpCase> special_value_cases() {
  const std::string head = "input %x f32[8] \"x\"\nconst %k f32[8] = ";
  const std::string all = head + "{nan, inf, -inf, 0, -0.0, 1e38, -1e38, 1e-40}\n";
  const std::string no_nan = head + "{2, inf, -inf, 0, -0.0, 1e38, -1e38, 1e-30}\n";
  const std::string window = "kernel=[2], strides=[1], pads=[0,0], dilations=[1]}";
  std::vector<OpCase> cases;
  for (const std::string fn : {"Abs", "Neg", "Reciprocal", "Sigmoid", "Sqrt", "Tanh"}) {
    cases.push_back({fn, Exactness::approximate, all + "%y = " + fn + "(%k)"});
  }
  for (const std::string fn : {"Exp", "Relu"}) {
    cases.push_back({fn, Exactness::approximate, no_nan + "%y = " + fn + "(%k)"});
  }
  for (const std::string fn : {"Add", "Div", "Max", "Min", "Mul", "Sub"}) {
    const bool drops = fn == "Max" || fn == "Min";
    cases.push_back({fn, Exactness::exact, (drops ? no_nan : all) + "%y = " + fn + "(%k, %x)"});
    cases.push_back({fn + "_by_itself", Exactness::exact, all + "%y = " + fn + "(%k, %k)"});
  }
  cases.push_back({"max_pool", Exactness::exact, no_nan + "%r = Reshape(%k){shape=[1,1,8]}\n%y = Pool(%r){" + window});
  cases.push_back({"average_pool", Exactness::rounding,
                   all + "%r = Reshape(%k){shape=[1,1,8]}\n%y = Pool(%r){fn=average, " + window});
  cases.push_back({"conv", Exactness::rounding,
                   all + "const %w f32[1,1,1] = {1}\n%r = Reshape(%k){shape=[1,1,8]}\n"
                         "%y = Conv(%r, %w){strides=[1], pads=[0,0], dilations=[1]}"});
  cases.push_back(
      {"gemm", Exactness::rounding, all + "const %w f32[1,1] = {1}\n%r = Reshape(%k){shape=[8,1]}\n%y = Gemm(%r, %w)"});
  cases.push_back({"softmax_of_nans", Exactness::approximate,
                   "input %x f32[3] \"x\"\nconst %n f32[3] = fill(nan)\n%z = Add(%x, %n)\n%y = Softmax(%z)"});
  return cases;
}

std::vector<OpCase> softmax_cases() {
  std::vector<OpCase> cases;
  const auto add = [&](const std::string& name, const std::string& type, int axis, const std::string& refused = "") {
    cases.push_back(
        {name, Exactness::approximate,
         fmt::format("input %x {} \"x\"\nconst %k {}[] = {{8}}\n%z = Mul(%x, %k)\n%y = Softmax(%z){{axis={}}}", type,
                     type.substr(0, type.find('[')), axis),
         refused});
  };
  add("classes_10", "f32[1,10]", 1);
  add("classes_1000", "f32[1,1000]", -1);
  add("one_class", "f32[3,1]", -1);
  add("first_axis", "f32[10,3]", 0);
  add("vector", "f32[17]", 0);
  for (int axis = -4; axis < 4; ++axis) {
    add(fmt::format("axis_{}_of_4", axis < 0 ? fmt::format("m{}", -axis) : fmt::format("{}", axis)), "f32[2,5,3,4]",
        axis);
  }
  add("middle_of_3", "f32[2,33,3]", 1);
  add("in_f64", "f64[2,5]", 1, "f64 operands");
  add("in_f16", "f16[2,5]", 1, "f16 operands");
  add("empty", "f32[0,5]", 1, "an empty tensor");
  cases.push_back({"channels_after_a_conv", Exactness::approximate, after_two_convs("%y = Softmax(%c){axis=1}")});
  cases.push_back({"columns_after_a_conv", Exactness::approximate, after_two_convs("%y = Softmax(%c){axis=-1}")});
  cases.push_back({"large_scores", Exactness::approximate,
                   "input %x f32[1,10] \"x\"\nconst %k f32[] = {10000}\n%z = Mul(%x, %k)\n%y = Softmax(%z)"});
  return cases;
}

}  // namespace exeunt::testing
