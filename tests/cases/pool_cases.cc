#include <fmt/format.h>

#include "cases/op_case.h"

namespace exeunt::testing {

namespace {

struct PoolSpec {
  std::string name;
  std::string x = {};
  std::string window = {};
  std::string refused_max = {};
  std::string refused_average = {};
};

const std::vector<PoolSpec> kPools = {
    {.name = "halves", .x = "f32[1,3,8,8]", .window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "overlaps",
     .x = "f32[1,16,9,9]",
     .window = "kernel=[3,3], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "leaves_a_rest",
     .x = "f32[1,5,7,9]",
     .window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "leaves_a_wide_rest",
     .x = "f32[1,5,8,7]",
     .window = "kernel=[2,1], strides=[3,4], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "pads", .x = "f32[1,17,5,6]", .window = "kernel=[3,3], strides=[1,1], pads=[1,1,1,1], dilations=[1,1]"},
    {.name = "pads_uneven",
     .x = "f32[1,3,5,6]",
     .window = "kernel=[3,2], strides=[2,1], pads=[2,0,1,1], dilations=[1,1]"},
    {.name = "pads_unreached",
     .x = "f32[1,3,4,4]",
     .window = "kernel=[3,3], strides=[3,3], pads=[0,0,1,1], dilations=[1,1]"},
    {.name = "ceil",
     .x = "f32[1,3,7,7]",
     .window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1], ceil_mode=true"},
    {.name = "ceil_pads",
     .x = "f32[1,33,7,8]",
     .window = "kernel=[3,3], strides=[2,2], pads=[1,1,1,1], dilations=[1,1], ceil_mode=true"},
    {.name = "ceil_without_effect",
     .x = "f32[1,3,8,8]",
     .window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1], ceil_mode=true"},
    {.name = "ceil_starts_in_padding",
     .x = "f32[1,2,4,4]",
     .window = "kernel=[2,2], strides=[3,3], pads=[1,1,1,1], dilations=[1,1], ceil_mode=true"},
    {.name = "whole_picture",
     .x = "f32[1,64,5,5]",
     .window = "kernel=[5,5], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "kernel_of_one",
     .x = "f32[1,3,5,5]",
     .window = "kernel=[1,1], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "picture_of_one",
     .x = "f32[1,4,1,1]",
     .window = "kernel=[1,1], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "one_axis", .x = "f32[1,3,9]", .window = "kernel=[3], strides=[2], pads=[1,1], dilations=[1]"},
    {.name = "three_axes",
     .x = "f32[1,3,4,5,6]",
     .window = "kernel=[2,3,2], strides=[2,1,2], pads=[0,1,0,0,1,0], dilations=[1,1,1]"},
    {.name = "batch_3", .x = "f32[3,5,6,6]", .window = "kernel=[3,3], strides=[3,3], pads=[0,0,0,0], dilations=[1,1]"},
    {.name = "dilated",
     .x = "f32[1,3,7,7]",
     .window = "kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[2,2]",
     .refused_max = "dilated pooling",
     .refused_average = "dilated pooling"},
    {.name = "no_samples",
     .x = "f32[0,3,4,4]",
     .window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]",
     .refused_max = "an empty tensor",
     .refused_average = "an empty tensor"},
    {.name = "in_f64",
     .x = "f64[1,3,4,4]",
     .window = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]",
     .refused_max = "f64 operands",
     .refused_average = "f64 operands"},
    {.name = "in_f16",
     .x = "f16[1,3,4,4]",
     .window = "kernel=[2,2], strides=[2,2], pads=[1,1,0,0], dilations=[1,1]",
     .refused_max = "f16 operands",
     .refused_average = "f16 operands"},
};

bool hangs_over(const std::string& name) { return name == "ceil" || name == "ceil_pads"; }

}  // namespace

std::vector<OpCase> pool_cases() {
  std::vector<OpCase> cases;
  const auto add = [&](const std::string& name, const std::string& fn, const PoolSpec& s, const std::string& refused) {
    cases.push_back({name + "_" + s.name, fn == "fn=max" ? Exactness::exact : Exactness::rounding,
                     fmt::format("input %x {} \"x\"\n%y = Pool(%x){{{}, {}}}", s.x, fn, s.window), refused});
  };
  for (const PoolSpec& spec : kPools) {
    add("max", "fn=max", spec, spec.refused_max);
    add("average", "fn=average", spec, spec.refused_average);
    const std::string over = hangs_over(spec.name) ? "averages over what ceil_mode adds" : spec.refused_average;
    add("average_with_pads", "fn=average, count_include_pad=true", spec, over);
  }
  cases.push_back({"max_in_i8", Exactness::exact,
                   "input %x i8[1,3,5,5] \"x\"\n"
                   "%y = Pool(%x){kernel=[3,3], strides=[2,2], pads=[1,1,1,1], dilations=[1,1]}",
                   "i8 operands"});
  for (const int channels : {1, 16, 35}) {
    cases.push_back({fmt::format("max_in_u8_{}", channels), Exactness::exact,
                     fmt::format("input %x u8[2,{},5,7] \"x\"\n"
                                 "%y = Pool(%x){{kernel=[3,2], strides=[2,1], pads=[1,0,1,1], dilations=[1,1]}}",
                                 channels)});
  }
  cases.push_back({"after_a_conv", Exactness::rounding,
                   "input %x f32[1,3,8,8] \"x\"\nconst %w f32[5,3,3,3] = random\n"
                   "%c = Conv(%x, %w){strides=[1,1], pads=[1,1,1,1], dilations=[1,1]}\n"
                   "%p = Pool(%c){kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]}\n"
                   "%y = Pool(%p){fn=average, kernel=[4,4], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}"});
  return cases;
}

}  // namespace exeunt::testing
