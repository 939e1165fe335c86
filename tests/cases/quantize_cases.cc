#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

/// Quantises %x, scaled to [-8, 8], with these parameters: "const %s f32[] = {0.1}\nconst %z u8[] = {3}\n".
OpCase quantize(const std::string& name, const std::string& parameters, const std::string& refused = "",
                const std::string& shape = "[1,3,5,7]") {
  return {
      name, Exactness::exact,
      fmt::format("input %x f32{} \"x\"\nconst %k f32[] = {{8}}\n%v = Mul(%x, %k)\n{}%y = QuantizeLinear(%v, %s, %z)",
                  shape, parameters),
      refused};
}

OpCase dequantize(const std::string& name, const std::string& type, const std::string& parameters,
                  const std::string& refused = "") {
  return {name, Exactness::exact,
          fmt::format("input %x {} \"x\"\n{}%y = DequantizeLinear(%x, %s, %z)", type, parameters), refused};
}

}  // namespace

std::vector<OpCase> quantize_cases() {
  const std::string ties = "{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 127.5, -128.5, 1e30, -1e30, nan, inf}";
  const std::string a_channel = "const %s f32[3] = {0.1, 0.2, 0.3}\nconst %z u8[3] = {1, 2, 3}\n";
  std::vector<OpCase> cases = {
      quantize("to_u8", "const %s f32[] = {0.0625}\nconst %z u8[] = {128}\n"),
      quantize("to_i8", "const %s f32[] = {0.0625}\nconst %z i8[] = {-3}\n"),
      quantize("to_u8_clamped", "const %s f32[] = {0.01}\nconst %z u8[] = {200}\n"),
      quantize("to_i8_clamped", "const %s f32[] = {0.01}\nconst %z i8[] = {100}\n"),
      quantize("to_i8_scale_of_one_element", "const %s f32[1] = {0.25}\nconst %z i8[1] = {0}\n"),
      quantize("odd_scale", "const %s f32[] = {0.0472}\nconst %z u8[] = {117}\n", "", "[1,1000]"),
      quantize("nothing", "const %s f32[] = {0.25}\nconst %z i8[] = {0}\n", "an empty tensor", "[2,0]"),
      quantize("by_channel", a_channel, "a scale for each channel"),
      quantize("to_i16", "const %s f32[] = {0.001}\nconst %z i16[] = {7}\n", "integers of more than 8 bits"),
      quantize("scale_at_run_time", "input %s f32[] \"s\"\nconst %z u8[] = {128}\n",
               "a scale that is computed at run time"),
      dequantize("from_u8", "u8[3,17]", "const %s f32[] = {0.3}\nconst %z u8[] = {9}\n"),
      dequantize("from_i8", "i8[3,17]", "const %s f32[] = {0.3}\nconst %z i8[] = {-9}\n"),
      dequantize("from_u8_by_channel", "u8[1,3,4]", a_channel, "a scale for each channel"),
      dequantize("from_i32", "i32[3,5]", "const %s f32[] = {0.3}\nconst %z i32[] = {0}\n",
                 "integers of more than 8 bits"),
      dequantize("to_f64", "i8[3,5]", "const %s f64[] = {0.3}\nconst %z i8[] = {1}\n", "results that are not f32"),
  };
  cases.push_back({"ties_go_to_even", Exactness::exact,
                   "input %x f32[1] \"x\"\nconst %k f32[12] = " + ties +
                       "\nconst %s f32[] = {1}\nconst %z i8[] = {0}\n%y = QuantizeLinear(%k, %s, %z)"});
  cases.push_back({"without_a_zero_point", Exactness::exact,
                   "input %x f32[40] \"x\"\nconst %s f32[] = {0.0078125}\n%q = QuantizeLinear(%x, %s)\n"
                   "%y = DequantizeLinear(%q, %s)"});
  // Whole numbers, so that both backends' convolutions give the same bits.
  cases.push_back(
      {"after_a_conv", Exactness::exact,
       "input %q i8[1,3,4,5] \"q\"\nconst %one f32[] = {1}\n%x = DequantizeLinear(%q, %one)\n"
       "const %w f32[5,3,1,1] = fill(2)\n%c = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n"
       "const %s f32[] = {0.7}\nconst %z u8[] = {100}\n%y = QuantizeLinear(%c, %s, %z)"});
  return cases;
}

}  // namespace exeunt::testing
