#include <exeunt/tools/compose.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "compose/test_networks.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr std::size_t kClasses = 5;
constexpr int kHeads = 3;

/// Three heads: x, x shuffled and doubled, and x squared; as logits, or behind a softmax.
std::string heads_text(bool probabilities) {
  const std::string ends = probabilities ? "h0 = Softmax(x) h1 = Softmax(s) h2 = Softmax(q)"
                                         : "h0 = Identity(x) h1 = Identity(s) h2 = Identity(q)";
  return "g (float[1,5] x) => (float[1,5] h0, float[1,5] h1, float[1,5] h2)"
         " <int64[5] order = {1, 0, 2, 3, 4}, float two = {2}>"
         " { g = Gather<axis = 1>(x, order) s = Mul(g, two) q = Mul(x, x) " +
         ends + " }";
}

using Row = std::vector<double>;

Row logits_of(const Row& x, int head) {
  Row logits = x;
  if (head == 1) {
    std::swap(logits[0], logits[1]);
    for (double& value : logits) value *= 2;
  }
  if (head == 2)
    for (double& value : logits) value *= value;
  return logits;
}

Row softmax(const Row& logits, double temperature) {
  Row p(logits.size());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += p[i] = std::exp(logits[i] / temperature);
  for (double& value : p) value /= sum;
  return p;
}

std::ptrdiff_t class_of(const Row& x, int head) {
  const Row logits = logits_of(x, head);
  return std::ranges::max_element(logits) - logits.begin();
}

/// The score as docs/exits.md defines it.
double score_of(const Row& x, int head, const ExitSettings& settings) {
  if (settings.criterion == CriterionKind::patience) {
    double agreeing = 1;
    for (int i = head; i > 0 && class_of(x, i) == class_of(x, i - 1); --i) ++agreeing;
    return agreeing;
  }
  Row p = softmax(logits_of(x, head), static_cast<double>(settings.temperature));
  std::ranges::sort(p, std::greater());
  if (settings.criterion == CriterionKind::max_prob) return p[0];
  if (settings.criterion == CriterionKind::margin) return p[0] - p[1];
  double entropy = 0;
  for (const double value : p) entropy -= value > 0 ? value * std::log(value) : 0;
  return 1 - entropy / std::log(static_cast<double>(kClasses));
}

std::size_t exit_of(const Row& x, const ExitSettings& settings) {
  for (int head = 0; head + 1 < kHeads; ++head) {
    if (settings.enabled && score_of(x, head, settings) > static_cast<double>(settings.threshold))
      return static_cast<std::size_t>(head);
  }
  return kHeads - 1;
}

struct Rule {
  ExitSettings settings;
  bool probabilities = false;
};

void PrintTo(const Rule& rule, std::ostream* out) {
  *out << criterion_kind_name(rule.settings.criterion) << " > " << rule.settings.threshold << " at temperature "
       << rule.settings.temperature << (rule.probabilities ? " of probabilities" : " of logits");
}

class ComposedRule : public ::testing::TestWithParam<Rule> {};

TEST_P(ComposedRule, DecidesAsItsDefinition) {
  const TempDir folder;
  const auto heads = save_onnx(folder, "heads.onnx", heads_text(GetParam().probabilities));
  const std::vector<std::string> names = {"h0", "h1", "h2"};
  compose_heads(heads, names, {.settings = {GetParam().settings}}, folder / "early.onnx");
  const Graph graph = import_onnx(folder / "early.onnx", {});
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 1.5F);
  std::set<std::size_t> seen;
  for (int sample = 0; sample < 60; ++sample) {
    Row x(kClasses);
    for (double& value : x) value = static_cast<double>(normal(random));
    const Tensor input = tensor(DType::f32, {1, kClasses}, x);
    const std::size_t expected = exit_of(x, GetParam().settings);
    seen.insert(expected);
    ASSERT_EQ(run_graph(graph, {OpInput(input)}).exit, expected) << "sample " << sample;
  }
  if (GetParam().settings.enabled) {
    EXPECT_GE(seen.size(), 2U) << "the samples tell nothing";
  }
}

std::vector<Decision> decisions_of(const Graph& graph) {
  std::vector<Decision> decisions;
  for (const TreeId id : tree_order(graph)) {
    if (const auto* decision = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(id)]))
      decisions.push_back(*decision);
  }
  return decisions;
}

TEST_P(ComposedRule, IsReadAsItsCriterion) {
  const TempDir folder;
  const auto heads = save_onnx(folder, "heads.onnx", heads_text(GetParam().probabilities));
  const ExitSettings& wanted = GetParam().settings;
  compose_heads(heads, std::vector<std::string>{"h0", "h1", "h2"}, {.settings = {wanted}}, folder / "early.onnx");
  for (const Decision& decision : decisions_of(import_onnx(folder / "early.onnx", {}))) {
    EXPECT_EQ(decision.criterion, wanted.criterion);
    EXPECT_EQ(decision.threshold, wanted.threshold);
    EXPECT_EQ(decision.temperature, wanted.temperature);
    EXPECT_EQ(decision.enabled, wanted.enabled);
  }
}

/// The graph alone says what the metadata says, but for patience, which is a bool to it.
TEST_P(ComposedRule, IsReadFromTheGraphAlone) {
  const TempDir folder;
  const auto heads = save_onnx(folder, "heads.onnx", heads_text(GetParam().probabilities));
  const ExitSettings& wanted = GetParam().settings;
  compose_heads(heads, std::vector<std::string>{"h0", "h1", "h2"}, {.settings = {wanted}}, folder / "early.onnx");
  onnx::ModelProto model = read_onnx(folder / "early.onnx");
  model.clear_metadata_props();
  const std::vector<Decision> decisions = decisions_of(import_onnx(model, {}));
  ASSERT_EQ(decisions.size(), 2U);
  for (const Decision& decision : decisions) {
    if (wanted.criterion == CriterionKind::patience) {
      EXPECT_EQ(decision.criterion, CriterionKind::predicate);
      continue;
    }
    EXPECT_EQ(decision.criterion, wanted.criterion);
    EXPECT_EQ(decision.threshold, wanted.enabled ? wanted.threshold : kInf);
    // Without one, the network's own scale in front of the softmax may pass for a temperature; the score is the same.
    if (wanted.temperature != 1) {
      EXPECT_EQ(decision.temperature, wanted.temperature);
    }
  }
}

std::vector<Rule> rules() {
  std::vector<Rule> all;
  for (const bool probabilities : {false, true}) {
    for (const float temperature : {1.0F, 2.5F}) {
      for (const auto& [criterion, threshold] :
           {std::pair(CriterionKind::max_prob, 0.55F), std::pair(CriterionKind::margin, 0.3F),
            std::pair(CriterionKind::entropy, 0.35F)})
        all.push_back({{criterion, temperature == 1.0F ? threshold : threshold * 0.6F, temperature}, probabilities});
    }
    all.push_back({{CriterionKind::patience, 1}, probabilities});
    all.push_back({{CriterionKind::max_prob, 0.1F, 1, false}, probabilities});
    all.push_back({{CriterionKind::entropy, 0.1F, 1, false}, probabilities});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Rules, ComposedRule, ::testing::ValuesIn(rules()));

TEST(ComposedPatience, CountsFromTheFirstExitOn) {
  const TempDir folder;
  const auto heads = save_onnx(folder, "heads.onnx", heads_text(true));
  const std::vector<std::string> names = {"h0", "h1", "h2"};
  const ComposeOptions below_one{.settings = {{.criterion = CriterionKind::patience, .threshold = 0.5F}}};
  compose_heads(heads, names, below_one, folder / "early.onnx");
  EXPECT_EQ(answer_of(folder / "early.onnx", {1, 2, 3, 4, 5}).exit, 0U) << "the first exit counts 1";
  const ComposeOptions above_one{.settings = {{.criterion = CriterionKind::patience, .threshold = 1}}};
  compose_heads(heads, names, above_one, folder / "early.onnx");
  EXPECT_EQ(answer_of(folder / "early.onnx", {1, 2, 3, 4, 5}).exit, 1U) << "both say class 4";
  EXPECT_EQ(answer_of(folder / "early.onnx", {5, 2, 3, 4, 1}).exit, 2U) << "class 0, then class 1";
}

TEST(ComposedRules, OlderOpsetsHaveThemToo) {
  for (const int opset : {11, 12, 13, 18}) {
    for (const CriterionKind criterion :
         {CriterionKind::max_prob, CriterionKind::margin, CriterionKind::entropy, CriterionKind::patience}) {
      const TempDir folder;
      const auto heads = save_onnx(folder, "heads.onnx", heads_text(false), opset);
      const std::vector<std::string> names = {"h0", "h1", "h2"};
      compose_heads(heads, names, {.settings = {{criterion, 0.9F, 2}}}, folder / "early.onnx");
      EXPECT_EQ(answer_of(folder / "early.onnx", {40, 0, 0, 0, 0}).exit, 0U)
          << "opset " << opset << ", " << criterion_kind_name(criterion);
    }
  }
}

}  // namespace

}  // namespace exeunt
