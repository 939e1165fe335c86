#include "onnx/lift_exits.h"
#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

Prediction prediction(const std::string& nodes, const std::string& outputs = "float[] y") {
  const Graph graph =
      import_text("g (float[1,3] x, float[1,2] other) => (" + outputs +
                  ") <float half = {0.5}, uint8 zero = {0}, float step = {0.01}, int64[1] flat = {-1}> {"
                  " p = Softmax(x) " +
                  nodes + " }");
  return std::get<Exit>(graph.tree[0]).prediction;
}

TEST(FindPrediction, ASoftmaxIsIt) {
  EXPECT_EQ(prediction("y = Identity(p)"), (Prediction{0, 0, 3, true}));
  EXPECT_EQ(prediction("y = Reshape(p, flat)"), (Prediction{0, 0, 3, true}));
  EXPECT_EQ(prediction("y = Cast<to = 10>(p)"), (Prediction{0, 0, 3, true}));
}

TEST(FindPrediction, AFlagMayStandBehindOrBeforeIt) {
  const std::string flag = "m = ReduceMax(p) g = Greater(m, half) f = Cast<to = 1>(g) ";
  EXPECT_EQ(prediction(flag + "y = Concat<axis = 1>(p, f)"), (Prediction{0, 0, 3, true}));
  EXPECT_EQ(prediction(flag + "y = Concat<axis = 1>(f, p)"), (Prediction{0, 1, 3, true}));
  EXPECT_EQ(prediction(flag + "q = Concat<axis = -1>(f, p) y = Concat<axis = 1>(other, q, f)"),
            (Prediction{0, 3, 3, true}));
  EXPECT_EQ(prediction(flag + "q = Concat<axis = 1>(f, p) r = Reshape(q, flat) y = Identity(r)"),
            (Prediction{0, 1, 3, true}));
}

TEST(FindPrediction, QuantisationBehindTheSoftmaxDoesNotMatter) {
  EXPECT_EQ(prediction("q = QuantizeLinear(p, step, zero) y = DequantizeLinear(q, step, zero)"),
            (Prediction{0, 0, 3, true}));
  EXPECT_EQ(prediction("y = QuantizeLinear(p, step, zero)").classes, 0) << "integers are no probabilities";
}

TEST(FindPrediction, ItMayBeAnyOfTheOutputs) {
  const std::string flag = "m = ReduceMax(p) f = Greater(m, half) ";
  EXPECT_EQ(prediction(flag + "y = Identity(p)", "float[] y, bool[] f"), (Prediction{0, 0, 3, true}));
  EXPECT_EQ(prediction(flag + "y = Identity(p)", "bool[] f, float[] y"), (Prediction{1, 0, 3, true}));
  EXPECT_EQ(prediction("z = Neg(x) y = Identity(p)", "float[] z, float[] y"), (Prediction{1, 0, 3, true}));
}

TEST(FindPrediction, WithoutASoftmaxTheFirstRowOfLogitsIsIt) {
  EXPECT_EQ(prediction("y = Neg(x)"), (Prediction{0, 0, 3, false}));
  EXPECT_EQ(prediction("m = ReduceMax(x) y = Neg(x)", "float[] m, float[] y"), (Prediction{1, 0, 3, false}));
  EXPECT_EQ(prediction("y = Concat<axis = 1>(x, other)"), (Prediction{0, 0, 5, false}));
}

TEST(FindPrediction, SomeModelsDoNotClassify) {
  EXPECT_EQ(prediction("y = ReduceMax(x)"), Prediction{});
  EXPECT_EQ(prediction("y = Cast<to = 7>(x)"), Prediction{});
  EXPECT_EQ(prediction("y = Reshape(x, flat)"), Prediction{});
}

TEST(FindPrediction, ASoftmaxThatIsComputedWithIsNotIt) {
  EXPECT_EQ(prediction("y = Neg(p)"), (Prediction{0, 0, 3, false}));
  EXPECT_EQ(prediction("y = Concat<axis = 0>(p, x)"), Prediction{});
  EXPECT_EQ(prediction("q = Softmax<axis = 0>(x) y = Identity(q)"), (Prediction{0, 0, 3, false}));
}

}  // namespace

}  // namespace exeunt
