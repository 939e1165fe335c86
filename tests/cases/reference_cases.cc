#include "cases/op_case.h"

namespace exeunt::testing {

/// Ops without CPU kernels: the reference runs them, between the CPU's steps and on their layouts.
std::vector<OpCase> reference_cases() {
  const std::string refused = "no CPU kernel for this op";
  const auto exact = Exactness::exact;
  const auto rounding = Exactness::rounding;
  std::vector<OpCase> cases = {
      {"batch_norm", rounding,
       after_conv("const %s f32[5] = random\nconst %b f32[5] = random\nconst %m f32[5] = random\n"
                  "const %v f32[5] = {0.5, 1, 2, 0.25, 1}\n%y = BatchNorm(%c, %s, %b, %m, %v)"),
       refused},
      {"cast", rounding, after_conv("%h = Cast(%c){to=f64}\n%y = Cast(%h){to=f32}"), refused},
      {"cast_to_i8", exact, "input %x f32[3,5] \"x\"\nconst %k f32[] = {9}\n%z = Mul(%x, %k)\n%y = Cast(%z){to=i8}",
       refused},
      {"compare_and_where", rounding,
       after_conv("const %k f32[] = {0}\n%g = Greater(%c, %k)\n%n = Neg(%c)\n%y = Where(%g, %c, %n)"), refused},
      {"gather_channels", rounding, after_conv("const %i i64[3] = {4, 0, -2}\n%y = Gather(%c, %i){axis=1}"), refused},
      {"arg_max_of_channels", exact, after_conv("%y = ArgMax(%c){axis=1}"), refused},
      {"cum_sum_of_rows", rounding, after_conv("%y = CumSum(%c){axis=2}"), refused},
      {"max_pool_indices", exact,
       "input %x f32[1,2,5,5] \"x\"\n"
       "%y = MaxPoolIndices(%x){kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]}",
       refused},
      {"reduce_log_sum_exp", rounding, after_conv("%y = ReduceLogSumExp(%c){axes=[2,3]}"),
       "no CPU kernel for this function"},
      {"reduce_of_nothing", exact, "input %x f32[2,0] \"x\"\n%y = ReduceSum(%x){axes=[1]}", "an empty tensor"},
      {"shape", exact, after_conv("%y = Shape(%c)"), refused},
  };
  cases.push_back({"between_convs", rounding,
                   after_conv("const %i i64[2] = {3, 1}\n%g = Gather(%c, %i){axis=1}\nconst %u f32[4,2,1,1] = random\n"
                              "%y = Conv(%g, %u){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}"),
                   refused});
  return cases;
}

}  // namespace exeunt::testing
