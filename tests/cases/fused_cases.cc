#include <fmt/format.h>

#include "cases/op_case.h"
#include "ops/activation.h"

namespace exeunt::testing {

namespace {

/// A quarter is exact in f32.
std::string parameters_of(ops::Activation activation) {
  using enum ops::Activation;
  if (activation == clip) return ", activation_alpha=-0.25, activation_beta=0.5";
  if (activation == hard_sigmoid) return ", activation_alpha=0.25, activation_beta=0.5";
  const bool takes_alpha = activation == elu || activation == leaky_relu || activation == swish;
  return takes_alpha ? ", activation_alpha=0.25" : "";
}

void add_activations(std::vector<OpCase>& cases) {
  for (const std::string_view name : ops::kEnumNames<ops::Activation>) {
    const auto activation = *ops::parse_enum<ops::Activation>(name);
    const std::string fields = fmt::format("activation={}{}", name, parameters_of(activation));
    const std::string picture = "input %x f32[1,16,5,6] \"x\"\nconst %b f32[16] = random\n";
    const std::string window = "strides=[1,1], pads=[1,1,1,1], dilations=[1,1]";
    const auto add = [&](std::string_view op, std::string text) {
      cases.push_back({fmt::format("{}_then_{}", op, name), Exactness::approximate, std::move(text)});
    };
    add("conv",
        picture + fmt::format("const %w f32[16,16,3,3] = random\n%y = Conv(%x, %w, %b){{{}, {}}}", window, fields));
    add("depthwise", picture + fmt::format("const %w f32[16,1,3,3] = random\n%y = Conv(%x, %w, %b){{{}, group=16, {}}}",
                                           window, fields));
    add("residual", picture + fmt::format("const %w f32[16,16,3,3] = random\n%r = Conv(%x, %w){{{0}}}\n"
                                          "%y = Conv(%x, %w, %b, %r){{{0}, {1}}}",
                                          window, fields));
    add("gemm", "input %x f32[3,17] \"x\"\nconst %w f32[17,5] = random\nconst %b f32[5] = random\n" +
                    fmt::format("%y = Gemm(%x, %w, %b){{{}}}", fields));
    add("scale_shift", picture + fmt::format("const %w f32[16] = random\n%y = ScaleShift(%x, %w, %b){{{}}}", fields));
  }
}

void add_scale_shifts(std::vector<OpCase>& cases) {
  const std::string conv =
      "input %x f32[1,3,4,4] \"x\"\nconst %w f32[5,3,1,1] = random\n"
      "%c = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n";
  const auto add = [&](std::string_view name, std::string_view text, std::string_view refused = "") {
    cases.push_back(
        {fmt::format("scale_shift_{}", name), Exactness::rounding, std::string(text), std::string(refused)});
  };
  const std::string one = "const %s f32[1] = random\nconst %t f32[1] = random\n%y = ScaleShift(%x, %s, %t)";
  for (const std::string shape : {"[]", "[7]", "[2,3]", "[2,3,5]", "[2,3,5,4]", "[1,3,2,2,2]"}) {
    add(fmt::format("one_number_{}", cases.size()), "input %x f32" + shape + " \"x\"\n" + one);
  }
  for (const std::string shape : {"[2,3]", "[2,3,5]", "[2,3,5,4]", "[1,3,2,2,2]"}) {
    add(fmt::format("channels_{}", cases.size()),
        "input %x f32" + shape +
            " \"x\"\nconst %s f32[3] = random\nconst %t f32[3] = random\n%y = ScaleShift(%x, %s, %t)");
  }
  add("one_scale",
      "input %x f32[2,3,4,4] \"x\"\nconst %s f32[1] = random\nconst %t f32[3] = random\n"
      "%y = ScaleShift(%x, %s, %t)");
  add("after_conv", conv + "const %s f32[5] = random\nconst %t f32[5] = random\n%y = ScaleShift(%c, %s, %t)");
  add("of_a_view",
      "input %n f32[1,4,4,3] \"n\"\n%x = Transpose(%n){perm=[0,3,1,2]}\nconst %s f32[3] = random\n"
      "const %t f32[3] = random\n%y = ScaleShift(%x, %s, %t)");
  add("of_another_view",
      "input %n f32[4,3,2,1] \"n\"\n%x = Transpose(%n){perm=[3,2,1,0]}\nconst %s f32[2] = random\n"
      "const %t f32[2] = random\n%y = ScaleShift(%x, %s, %t)");
  add("run_time",
      "input %x f32[2,3] \"x\"\ninput %s f32[3] \"s\"\nconst %t f32[3] = random\n"
      "%y = ScaleShift(%x, %s, %t)",
      "computed at run time");
  add("f64", "input %x f64[2,3] \"x\"\nconst %s f64[3] = random\n%y = ScaleShift(%x, %s, %s)", "f64 operands");
}

}  // namespace

std::vector<OpCase> fused_cases() {
  std::vector<OpCase> cases;
  add_activations(cases);
  add_scale_shifts(cases);
  return cases;
}

}  // namespace exeunt::testing
