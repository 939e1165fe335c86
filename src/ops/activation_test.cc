#include "ops/activation.h"

#include "ops/conv.h"
#include "ops/gemm.h"
#include "support/tensors.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Activation, IsTheFunctionOfTheSameName) {
  EXPECT_EQ(function_of(Activation::none), UnaryFn::Identity);
  for (std::size_t i = 1; i < kEnumNames<Activation>.size(); ++i) {
    const auto activation = static_cast<Activation>(i);
    std::string name;  // "hard_swish" is HardSwish
    bool upper = true;
    for (const char c : enum_name(activation)) {
      if (c != '_') name += static_cast<char>(upper ? std::toupper(c) : c);
      upper = c == '_';
    }
    EXPECT_EQ(enum_name(function_of(activation)), name);
    EXPECT_EQ(activation_of(function_of(activation)), activation);
  }
}

TEST(Activation, FunctionsWithoutOneHaveNone) {
  for (const UnaryFn fn : {UnaryFn::Identity, UnaryFn::Abs, UnaryFn::Selu, UnaryFn::Exp}) {
    EXPECT_EQ(activation_of(fn), Activation::none) << enum_name(fn);
  }
}

TEST(Activation, TakesTheOpsParameters) {
  const Gemm op{.activation = Activation::clip, .activation_alpha = -1, .activation_beta = 2};
  EXPECT_EQ(activate(op, 3.0), 2);
  EXPECT_EQ(activate(op, -3.0), -1);
  EXPECT_EQ(activate(op, std::int32_t{3}), 2);
  EXPECT_EQ(activate(Gemm{.activation = Activation::leaky_relu, .activation_alpha = 0.5}, -3.0), -1.5);
}

TEST(Activation, NaNPassesThrough) {
  for (const Activation activation : {Activation::none, Activation::relu, Activation::clip, Activation::tanh}) {
    EXPECT_TRUE(std::isnan(activate(Gemm{.activation = activation}, kNaN)));
  }
}

TEST(Activation, ComesAfterAResidual) {
  const Conv op{.strides = {1},
                .pads = {0, 0},
                .dilations = {1},
                .activation = Activation::clip,
                .activation_alpha = 0,
                .activation_beta = 6};
  const Tensor y = run_op(op, {f32({1, 1, 3}, {-5, 1, 5}), f32({1, 1, 1}, {1}), Tensor(), f32({1, 1, 3}, {1, 2, 3})});
  EXPECT_THAT(numbers(y), ElementsAre(0, 3, 6));
}

}  // namespace

}  // namespace exeunt::ops
