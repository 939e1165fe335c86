#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "support/tolerance.h"

/// The cases that every backend must answer as the reference does. A new backend adds a line to case_test.cc, a
/// new op or kernel adds cases here.
namespace exeunt::testing {

struct OpCase {
  std::string name;
  Exactness exactness = Exactness::exact;
  /// A graph as text whose result is %y. A constant `= random` gets random values in [-1, 1], as do float inputs.
  std::string graph;
  /// Part of the reason why the CPU backend leaves a step to the reference; empty if it takes every step.
  std::string cpu_refuses = {};
};

/// A graph in which `rest` finds %c, the result of a convolution: channels-last [1,5,4,4].
inline std::string after_conv(const std::string& rest) {
  return "input %x f32[1,3,4,4] \"x\"\nconst %w f32[5,3,1,1] = random\n"
         "%c = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n" +
         rest;
}

inline void PrintTo(const OpCase& op_case, std::ostream* out) { *out << op_case.name; }

std::vector<OpCase> conv_cases();
std::vector<OpCase> product_cases();
std::vector<OpCase> pool_cases();
std::vector<OpCase> softmax_cases();
std::vector<OpCase> math_cases();
std::vector<OpCase> fused_cases();
std::vector<OpCase> unary_cases();
std::vector<OpCase> binary_cases();
std::vector<OpCase> special_value_cases();
std::vector<OpCase> copy_cases();
std::vector<OpCase> view_cases();
std::vector<OpCase> quantize_cases();
std::vector<OpCase> quantized_cases();
std::vector<OpCase> bf16_cases();
std::vector<OpCase> fp16_cases();
std::vector<OpCase> reference_cases();

}  // namespace exeunt::testing
