#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string softplus_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,3] "x"
    const %one f32[] = {{1}}
    const %two f32[] = {{2}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(RecognizeSoftplus, TheLogarithmOfOneMoreThanThePower) {
  for (const std::string_view sum : {"Add(%e, %one)", "Add(%one, %e)"}) {
    expect_rewrite("recognize_softplus", 1, softplus_graph(fmt::format("%e = Exp(%x) %s = {} %y = Log(%s)", sum)),
                   softplus_graph("%y = Softplus(%x)"), 1e-5);
  }
}

TEST(RecognizeSoftplus, OthersStay) {
  for (const std::string_view nodes :
       {"%e = Exp(%x) %s = Add(%e, %two) %y = Log(%s)", "%e = Abs(%x) %s = Add(%e, %one) %y = Log(%s)",
        "%e = Exp(%x) %s = Add(%e, %one) %y = Sqrt(%s)",
        "%e = Exp(%x) %s = Add(%e, %one) %l = Log(%s) %y = Add(%l, %e)",
        "%e = Exp(%x) %s = Add(%e, %one) %l = Log(%s) %y = Add(%l, %s)"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("recognize_softplus", softplus_graph(nodes));
  }
}

}  // namespace

}  // namespace exeunt
