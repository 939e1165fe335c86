#include "onnx/exit_metadata.h"

#include "support/onnx_text.h"
#include "support/run_graph.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Two exits of class scores a and b, and the last one, c; the conditions test the largest probability.
const std::string kChain = R"(g (float[1,3] a, float[1,3] b, float[1,3] c) => (float[] y) <float t = {0.75}> {
  p = Softmax(a) m = ReduceMax<keepdims = 0>(p) s = Greater(m, t)
  y = If (s) <then_branch = leave () => (float[1,3] r) { r = Identity(a) }, else_branch = stay () => (float[1,3] y1) {
    p1 = Softmax(b) m1 = ReduceMax<keepdims = 0>(p1) s1 = Greater(m1, t)
    y1 = If (s1) <then_branch = leave1 () => (float[1,3] r1) { r1 = Identity(b) },
                  else_branch = stay1 () => (float[1,3] r2) { r2 = Neg(c) }>
  }> })";

/// The same with the test for patience that compose writes: the first exit agrees with itself.
const std::string kPatience = R"(g (float[1,3] a, float[1,3] b, float[1,3] c) => (float[] y)
  <float t = {1}, float one = {1}, int64 first = {1}> {
  i = ArgMax<axis = -1>(a) c0 = Cast<to = 1>(first) s = Greater(c0, t)
  y = If (s) <then_branch = leave () => (float[1,3] r) { r = Identity(a) }, else_branch = stay () => (float[1,3] y1) {
    i1 = ArgMax<axis = -1>(b) e = Equal(i1, i) n = Add(c0, one) w = Where(e, n, one) m = ReduceMax<keepdims = 0>(w)
    s1 = Greater(m, t)
    y1 = If (s1) <then_branch = leave1 () => (float[1,3] r1) { r1 = Identity(b) },
                  else_branch = stay1 () => (float[1,3] r2) { r2 = Neg(c) }>
  }> })";

Graph import_with(const std::string& graph, const std::string& exits) {
  onnx::ModelProto model = model_of(graph);
  auto* entry = model.add_metadata_props();
  entry->set_key("exeunt.exits");
  entry->set_value(exits);
  return import_onnx(model, {});
}

std::vector<ExitSettings> settings_in(const Graph& graph) {
  std::vector<ExitSettings> settings;
  for (const TreeId id : tree_order(graph)) {
    if (const auto* d = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(id)]))
      settings.push_back(settings_of(*d));
  }
  return settings;
}

TEST(ExitMetadata, SaysHowDecisionsAreTaken) {
  const Graph graph = import_with(kChain, R"([{"criterion":"margin","threshold":0.25,"temperature":2,"enabled":false},
                  {"criterion":"entropy","threshold":0.5,"temperature":1.5,"enabled":true}])");
  EXPECT_THAT(settings_in(graph), ElementsAre(ExitSettings{CriterionKind::margin, 0.25F, 2, false},
                                              ExitSettings{CriterionKind::entropy, 0.5F, 1.5F, true}));
}

TEST(ExitMetadata, MissingKeysLeaveWhatTheGraphSays) {
  const Graph graph = import_with(kChain, R"([{}, {"threshold": 0.5}])");
  EXPECT_THAT(settings_in(graph),
              ElementsAre(ExitSettings{CriterionKind::max_prob, 0.75F}, ExitSettings{CriterionKind::max_prob, 0.5F}));
}

TEST(ExitMetadata, NamesPatienceAndTheDecisionsLookAtTheHeads) {
  const Graph graph =
      import_with(kPatience, R"([{"criterion":"patience","threshold":1}, {"criterion":"patience","threshold":1}])");
  EXPECT_THAT(settings_in(graph),
              ElementsAre(ExitSettings{CriterionKind::patience, 1}, ExitSettings{CriterionKind::patience, 1}));
  Graph needed = graph;
  remove_dead(needed);
  EXPECT_EQ(needed.nodes.size(), 3U) << "neither ArgMax nor Where is computed any more\n" << print_graph(needed);
  const auto exit_of = [&](const std::vector<float>& a, const std::vector<float>& b) {
    const Tensor x = f32({1, 3}, a);
    const Tensor y = f32({1, 3}, b);
    return run_graph(graph, {x, y, x}).exit;
  };
  EXPECT_EQ(exit_of({1, 0, 0}, {2, 0, 1}), 1U);
  EXPECT_EQ(exit_of({1, 0, 0}, {0, 0, 1}), 2U);
}

TEST(ExitMetadata, WithoutItPatienceIsAPredicate) {
  const Graph graph = import_text(kPatience);
  EXPECT_THAT(settings_in(graph), ElementsAre(ExitSettings{CriterionKind::predicate, kPredicateThreshold}))
      << "the first exit never agrees with another one";
  const Tensor x = f32({1, 3}, {1, 0, 0});
  const Tensor y = f32({1, 3}, {0, 0, 1});
  EXPECT_EQ(run_graph(graph, {x, x, x}).exit, 0U);
  EXPECT_EQ(run_graph(graph, {x, y, x}).exit, 1U);
}

TEST(ExitMetadata, TellsWhatIsWrongWithIt) {
  const std::vector<std::pair<const char*, const char*>> bad = {
      {"", "metadata 'exeunt.exits': is no JSON"},
      {"{}", "metadata 'exeunt.exits': is no list of exits"},
      {"[[[[", "is no JSON"},
      {"[[], {}]", "exit 0: is of type array; an object is needed"},
      {"[{}]", "tells of 1 decision; the model has 2"},
      {"[{}, {}, {}]", "tells of 3 decisions; the model has 2"},
      {R"([{}, {"criterion":"best"}])", "exit 1: 'criterion' is \"best\""},
      {R"([{}, {"criterion":3}])", "exit 1: 'criterion' is number"},
      {R"([{"threshold":"0.5"}, {}])", "exit 0: 'threshold' is of type string"},
      {R"([{"threshold":null}, {}])", "exit 0: 'threshold' is of type null"},
      {R"([{"threshold":1e300}, {}])", "exit 0: 'threshold' is 1e+300, which no 32-bit float holds"},
      {R"([{"temperature":0}, {}])", "exit 0: 'temperature' is 0"},
      {R"([{"temperature":-2}, {}])", "exit 0: 'temperature' is -2"},
      {R"([{"temperature":1e-300}, {}])", "exit 0: 'temperature' is 1e-300"},
      {R"([{"enabled":1}, {}])", "exit 0: 'enabled' is of type number"},
      {R"([{"treshold":0.5}, {}])", "exit 0: there is no key 'treshold'"},
  };
  for (const auto& [json, message] : bad) expect_error(ErrorCode::format, message, [&] { import_with(kChain, json); });
  expect_error(ErrorCode::argument, "exit 0", [&] { import_with(kChain, R"([{"criterion":"predicate"}, {}])"); });
}

TEST(ExitMetadata, APredicateNeedsAThresholdAndAHeadToBecomeSomethingElse) {
  const std::string gate =
      "g (float[1,3] x, bool c) => (float[] y) { y = If (c) <then_branch = t () => (float[1,3] r) { r = Identity(x) },"
      " else_branch = e () => (float[1,3] s) { s = Neg(x) }> }";
  expect_error(ErrorCode::format, "'threshold' is missing", [&] { import_with(gate, R"([{"criterion":"margin"}])"); });
  const Graph graph = import_with(gate, R"([{"criterion":"margin","threshold":0.25}])");
  EXPECT_THAT(settings_in(graph), ElementsAre(ExitSettings{CriterionKind::margin, 0.25F}));
  const std::string picture =
      "g (float[1,3,3] x, bool c) => (float[] y) { y = If (c) <then_branch = t () => (float[1,3,3] r) { r = "
      "Identity(x) "
      "}, else_branch = e () => (float[1,3,3] s) { s = Neg(x) }> }";
  expect_error(ErrorCode::format, "leads to no exit whose output is class scores",
               [&] { import_with(picture, R"([{"criterion":"margin","threshold":0.25}])"); });
}

TEST(ExitEntries, TextAndBack) {
  const std::vector<ExitSettings> settings = {{CriterionKind::margin, 0.1F, 1.25F, true},
                                              {CriterionKind::patience, 2, 1, false},
                                              {CriterionKind::max_prob, kInf}};
  const std::vector<ExitEntry> entries = parse_exit_entries(exit_entries_text(settings));
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].criterion, CriterionKind::margin);
  EXPECT_EQ(entries[0].threshold, 0.1F) << "bit for bit";
  EXPECT_EQ(entries[0].temperature, 1.25F);
  EXPECT_EQ(entries[1].enabled, false);
  EXPECT_EQ(entries[2].threshold, std::numeric_limits<float>::max());
  EXPECT_EQ(exit_entries_text(std::span(settings).first(1)),
            R"([{"criterion":"margin","threshold":0.1,"temperature":1.25,"enabled":true}])");
}

}  // namespace

}  // namespace exeunt
