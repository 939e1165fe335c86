#include <exeunt/session.h>
#include <exeunt/tools/arrays.h>
#include <exeunt/tools/inspect.h>
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

/// Networks with each form of confidence test (tests/criteria) against ONNX Runtime's answers.
namespace exeunt {

namespace {

using ::testing::ElementsAre;

std::filesystem::path criteria_file(const std::string& name) {
  return std::filesystem::path(EXEUNT_SOURCE_DIR) / "tests" / "criteria" / name;
}

class Criteria : public ::testing::TestWithParam<std::string> {
 protected:
  Model model() const { return Model::load(criteria_file(GetParam() + ".onnx")); }
  Arrays recorded() const { return read_npz(criteria_file(GetParam() + ".npz")); }
};

/// The answers of a session to all samples against those in the file, `batch` at a time.
void expect_recorded(Session& session, const Arrays& recorded, std::int64_t batch) {
  const Tensor& x = recorded.at("x");
  const auto exits = recorded.at("exit").span<std::int64_t>();
  const auto answers = recorded.at("answer").span<float>();
  const auto samples = static_cast<std::int64_t>(exits.size());
  const std::size_t classes = answers.size() / exits.size();
  for (std::int64_t first = 0; first < samples; first += batch) {
    TensorView view = x.view();
    view.type.shape[0] = std::min(batch, samples - first);
    view.data += static_cast<std::size_t>(first) * (x.bytes() / exits.size());
    const Results& results = session.run(view);
    for (std::int64_t i = 0; i < results.size(); ++i) {
      const auto sample = static_cast<std::size_t>(first + i);
      EXPECT_EQ(results.exit(i), exits[sample]) << "sample " << sample;
      EXPECT_EQ(results.output(i, 1).span<std::int64_t>()[0], exits[sample]);
      const auto answer = results.output(i).span<float>();
      for (std::size_t c = 0; c < classes; ++c) EXPECT_NEAR(answer[c], answers[sample * classes + c], 1e-4);
    }
  }
}

TEST_P(Criteria, AreRecognisedAndLookAtLogits) {
  const Model loaded = model();
  for (const DecisionInfo& decision : loaded.decisions()) {
    EXPECT_EQ(decision.criterion, GetParam());
    EXPECT_FALSE(decision.probabilities);
    EXPECT_EQ(decision.classes, 5);
  }
  EXPECT_EQ(loaded.decisions().size(), 3U);
}

TEST_P(Criteria, LeaveNothingOfTheTestInTheGraph) {
  const std::vector<std::string> network = {"Gemm", "MatMul", "Reshape", "Relu"};
  for (const LayerInfo& layer : inspect(model(), {.optimization_level = 0}).layers)
    EXPECT_NE(std::ranges::find(network, layer.op), network.end()) << layer.op << " " << layer.name;
}

TEST_P(Criteria, SamplesTakeTheExitsThatTheyTakeInOnnxRuntime) {
  for (const std::string backend : {"cpu", "ref"}) {
    const Plan plan = Plan::build(model(), {.backend = backend, .optimization_level = 0});
    for (const std::int64_t batch : {1, 7, 64}) {
      SCOPED_TRACE(fmt::format("{}, {} at a time", backend, batch));
      Session session(plan, {.max_batch = batch});
      expect_recorded(session, recorded(), batch);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, Criteria, ::testing::Values("max_prob", "margin", "entropy", "patience"),
                         [](const auto& criterion) { return criterion.param; });

TEST(CriteriaFiles, ADivisionBeforeTheSoftmaxIsTheTemperature) {
  std::vector<float> temperatures;
  const Model model = Model::load(criteria_file("max_prob.onnx"));
  for (const DecisionInfo& d : model.decisions()) temperatures.push_back(d.temperature);
  EXPECT_THAT(temperatures, ElementsAre(1, 1.5F, 2));
}

/// What is recognised in one file may be chosen for another: the networks are the same.
TEST(CriteriaFiles, SettingsOfOneFileMakeAnotherDecideLikeIt) {
  const Plan plan = Plan::build(Model::load(criteria_file("max_prob.onnx")), {.optimization_level = 0});
  Session session(plan, {.max_batch = 16});
  for (const std::string other : {"margin", "entropy", "patience", "max_prob"}) {
    SCOPED_TRACE(other);
    std::vector<ExitSettings> settings;
    const Model model = Model::load(criteria_file(other + ".onnx"));
    for (const DecisionInfo& d : model.decisions()) settings.push_back(d.settings());
    session.set_exit_settings(settings);
    expect_recorded(session, read_npz(criteria_file(other + ".npz")), 16);
  }
}

}  // namespace

}  // namespace exeunt
