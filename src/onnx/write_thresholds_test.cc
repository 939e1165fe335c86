#include "onnx/write_thresholds.h"

#include <nlohmann/json.hpp>

#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

/// A model with one decision whose condition `c` is made by `nodes` of the softmax p; the constant is 0.5.
onnx::ModelProto conditional(const std::string& nodes, const std::string& then = "1", const std::string& other = "2") {
  onnx::ModelProto model = model_of(
      "g (float[1,3] x) => (float[1] y) <float half = {0.5}, float[1] half1 = {0.5}, double half64 = {0.5}> "
      "{ p = Softmax(x) s = ReduceMax <keepdims = 0> (p) " +
      nodes + " y = If (c) <then_branch = t () => (float[1] r) <float[1] r = {" + then +
      "}> {}, else_branch = e () => (float[1] q) <float[1] q = {" + other + "}> {}> }");
  return model;
}

ExitSettings with_threshold(float threshold) { return {CriterionKind::max_prob, threshold, 1, true}; }

const Decision& decision_of(const Graph& graph, std::size_t at = 0) { return std::get<Decision>(graph.tree[at]); }

TEST(WriteThresholds, ReachEveryFormOfTheComparison) {
  for (const char* nodes :
       {"c = Greater(s, half)", "c = GreaterOrEqual(s, half)", "c = Less(half, s)", "c = LessOrEqual(half, s)",
        "n = Less(s, half) c = Not(n)", "n = LessOrEqual(s, half) c = Not(n)", "i = Identity(half) c = Greater(s, i)",
        "k = Constant <value = float {0.5}> () c = Greater(s, k)",
        "b = Greater(s, half) k = Cast <to = 1> (b) c = Cast <to = 9> (k)",
        "s1 = ReduceMax(p) b = Greater(s1, half1) flat = Constant <value_ints = [-1]> () r1 = "
        "Reshape(b, flat) c = Squeeze(r1)"}) {
    SCOPED_TRACE(nodes);
    onnx::ModelProto model = conditional(nodes);
    write_exit_settings(model, std::vector{with_threshold(0.875F)});
    const Graph graph = import_onnx(model, {});
    EXPECT_EQ(decision_of(graph).threshold, 0.875F);
    EXPECT_EQ(print_graph(graph), [&] {
      Graph same = import_onnx(conditional(nodes), {});
      std::get<Decision>(same.tree[0]).threshold = 0.875F;
      return print_graph(same);
    }()) << "nothing else changes";
  }
}

TEST(WriteThresholds, ReachNestedDecisionsAndConstantsAroundThem) {
  onnx::ModelProto model = model_of(R"(g (float[1,3] x) => (float[1,3] y) <float limit = {0.5}> {
    p = Softmax(x) s = ReduceMax <keepdims = 0> (p) c = Greater(s, limit)
    y = If (c) <then_branch = t () => (float[1,3] r) { r = Identity(p) },
                else_branch = e () => (float[1,3] q) {
                  x2 = Neg(x) p2 = Softmax(x2) s2 = ReduceMax <keepdims = 0> (p2) c2 = Greater(s2, limit)
                  q = If (c2) <then_branch = t2 () => (float[1,3] r2) { r2 = Identity(p2) },
                               else_branch = e2 () => (float[1,3] q2) { q2 = Identity(x) }> }> })");
  write_exit_settings(model, std::vector{with_threshold(0.25F), with_threshold(0.75F)});
  const Graph graph = import_onnx(model, {});
  std::vector<float> thresholds;
  for (const auto& node : graph.tree) {
    if (const auto* decision = std::get_if<Decision>(&node)) thresholds.push_back(decision->threshold);
  }
  EXPECT_THAT(thresholds, ::testing::ElementsAre(0.25F, 0.75F)) << "though both had one constant";
}

TEST(WriteThresholds, MayBeWrittenAgainAndAgain) {
  onnx::ModelProto model = conditional("c = Greater(s, half)");
  const int before = model.graph().initializer_size();
  for (const float threshold : {0.25F, 0.75F, -1.0F, 2.0F}) {
    write_exit_settings(model, std::vector{with_threshold(threshold)});
    EXPECT_EQ(decision_of(import_onnx(model, {})).threshold, threshold);
  }
  EXPECT_EQ(model.metadata_props_size(), 1);
  EXPECT_EQ(model.graph().initializer_size(), before) << "what was replaced is gone";
}

TEST(WriteThresholds, LeaveConstantsThatOthersUse) {
  onnx::ModelProto model = conditional("c = Greater(s, half) other = Add(s, half)");
  const int before = model.graph().initializer_size();
  write_exit_settings(model, std::vector{with_threshold(0.25F)});
  EXPECT_EQ(model.graph().initializer_size(), before + 1);
}

TEST(WriteThresholds, SettingsAreInTheMetadata) {
  onnx::ModelProto model = conditional("c = Greater(s, half)");
  auto& other = *model.add_metadata_props();
  other.set_key("author");
  other.set_value("somebody");
  write_exit_settings(model, std::vector{ExitSettings{CriterionKind::max_prob, 2, 1, false}});
  ASSERT_EQ(model.metadata_props_size(), 2);
  EXPECT_EQ(model.metadata_props(0).value(), "somebody");
  EXPECT_EQ(model.metadata_props(1).key(), "exeunt.exits");
  EXPECT_EQ(
      nlohmann::json::parse(model.metadata_props(1).value()),
      nlohmann::json::parse(R"([{"criterion": "max_prob", "threshold": 2.0, "temperature": 1.0, "enabled": false}])"));
}

TEST(WriteThresholds, OfEveryCriterion) {
  // As 1 - H / ln K and as the first less the second.
  for (const auto& [nodes, kind] :
       {std::pair{
            "l = Log(p) m = Mul(p, l) axis = Constant <value_ints = [-1]> () e = ReduceSum(m, axis) k = Constant "
            "<value = float {0.9102392}> () n = Mul(e, k) one = Constant <value = float {1.0}> () a = Add(one, n) "
            "q1 = ReduceMax <keepdims = 0> (a) c = Greater(q1, half)",
            CriterionKind::entropy},
        {"two = Constant <value_ints = [2]> () v, w = TopK <axis = -1> (p, two) f1, f2 = Split <axis = 1> (v) d = "
         "Sub(f1, f2) q1 = ReduceMax <keepdims = 0> (d) c = Greater(q1, half)",
         CriterionKind::margin}}) {
    onnx::ModelProto model = conditional(nodes);
    ASSERT_EQ(decision_of(import_onnx(model, {})).criterion, kind);
    write_exit_settings(model, std::vector{ExitSettings{kind, 0.125F, 1, true}});
    EXPECT_EQ(decision_of(import_onnx(model, {})).threshold, 0.125F);
  }
}

TEST(WriteThresholds, SayWhatCannotBeChanged) {
  for (const char* nodes :
       {"k = ReduceMean <keepdims = 0> (p) c = Greater(s, k)", "s64 = Cast <to = 11> (s) c = Greater(s64, half64)",
        "b = Greater(s, half) d = Less(s, half) c = Or(b, d)"}) {
    SCOPED_TRACE(nodes);
    onnx::ModelProto model = conditional(nodes);
    expect_error(ErrorCode::unsupported, "write a tuning file",
                 [&] { write_exit_settings(model, std::vector{with_threshold(0.5F)}); });
  }
}

TEST(WriteThresholds, RefuseWhatThresholdsCannotSay) {
  onnx::ModelProto model = conditional("c = Greater(s, half)");
  expect_error(ErrorCode::unsupported, "is by max_prob in the file and cannot be made one by margin", [&] {
    write_exit_settings(model, std::vector{ExitSettings{CriterionKind::margin, 0.5F, 1, true}});
  });
  expect_error(ErrorCode::unsupported, "has the temperature 1 in the file, which cannot be made 2", [&] {
    write_exit_settings(model, std::vector{ExitSettings{CriterionKind::max_prob, 0.5F, 2, true}});
  });
  expect_error(ErrorCode::argument, "settings of 2 exits; the model has 1",
               [&] { write_exit_settings(model, std::vector(2, with_threshold(0.5F))); });
}

}  // namespace

}  // namespace exeunt
