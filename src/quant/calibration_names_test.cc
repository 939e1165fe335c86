#include "quant/calibration_names.h"

#include <gmock/gmock.h>

#include "graph/text.h"

namespace exeunt {

namespace {

using ::testing::ElementsAre;

TEST(CalibrationNames, AreThoseOfTheValues) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1, 4}});
  const ValueId a = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {x}, "a");
  graph.tree.push_back(Exit{{a}, {}});
  EXPECT_THAT(calibration_names(graph), ElementsAre("x", "a"));
}

TEST(CalibrationNames, ThatRepeatAreNumberedInExecutionOrder) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1, 4}});
  const ValueId late = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {x}, "a");
  const ValueId early = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {x}, "a");
  const ValueId named = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {early}, "a#2");
  const ValueId twin = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {named}, "x");
  graph.tree.push_back(Exit{{twin, late}, {}});
  EXPECT_THAT(calibration_names(graph), ElementsAre("x", "a#3", "a", "a#2", "x#2"));
}

TEST(CalibrationNames, OfNamelessValuesAreTheirOps) {
  Graph graph;
  const ValueId x = graph.add_input("", {DType::f32, {1, 4}});
  const ValueId a = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {x});
  const ValueId b = graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {a});
  graph.tree.push_back(Exit{{b}, {}});
  EXPECT_THAT(calibration_names(graph), ElementsAre("input", "Neg", "Neg#2"));
}

TEST(CalibrationNames, ConstantsAndWhatNothingNeedsHaveNone) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1, 4}});
  graph.add_constant(Tensor(TensorType{DType::f32, {1}}), "c");
  graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {x}, "unused");
  graph.tree.push_back(Exit{{x}, {}});
  EXPECT_THAT(calibration_names(graph), ElementsAre("x", "", ""));
}

}  // namespace

}  // namespace exeunt
