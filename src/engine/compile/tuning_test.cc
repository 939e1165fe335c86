#include <exeunt/tools/tuning.h>

#include <exeunt/model.h>
#include <exeunt/session.h>

#include <limits>

#include "support/expect_error.h"
#include "support/onnx_text.h"
#include "support/temp_dir.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

Tuning whole_tuning() {
  Tuning tuning;
  tuning.exits = {{CriterionKind::margin, 0.1F, 1.5F, true}, {CriterionKind::patience, 2, 1, false}};
  tuning.shares = {0.25, 0.125, 0.625};
  tuning.accuracy = 0.91;
  tuning.latency_us = 17.25;
  tuning.scores = {{0, 1, {3, 0, 5}}, {1, 3, {2, 6}}};
  return tuning;
}

TEST(Tuning, SavedAndLoadedIsTheSame) {
  const TempDir folder;
  for (const Tuning& tuning : {whole_tuning(), Tuning{{{CriterionKind::entropy, 0.7F}}, {}, {}, {}, {}}, Tuning{}}) {
    save_tuning(tuning, folder / "tuning.json");
    EXPECT_EQ(load_tuning(folder / "tuning.json"), tuning);
  }
}

TEST(Tuning, OnlyTheExitsHaveToBeThere) {
  const TempDir folder;
  const auto path = folder.write(
      "t.json", R"({"exeunt_tuning": 1, "exits": [{"criterion": "max_prob", "threshold": 0.5}], "comment": "mine"})");
  EXPECT_THAT(load_tuning(path).exits, ElementsAre(ExitSettings{CriterionKind::max_prob, 0.5F}));
}

TEST(Tuning, AnInfiniteThresholdIsKeptAsTheLargest) {
  const TempDir folder;
  save_tuning({{{CriterionKind::max_prob, std::numeric_limits<float>::infinity()}}, {}, {}, {}, {}},
              folder / "tuning.json");
  EXPECT_EQ(load_tuning(folder / "tuning.json").exits[0].threshold, std::numeric_limits<float>::max());
}

TEST(Tuning, FilesThatAreNoneAreRefused) {
  const std::string exit = R"({"criterion": "max_prob", "threshold": 0.5})";
  const auto with = [&](const std::string& more) {
    return R"({"exeunt_tuning": 1, "exits": [)" + exit + "]" + more + "}";
  };
  const std::vector<std::pair<std::string, const char*>> bad = {
      {"", "is no JSON"},
      {"[]", "is no tuning file"},
      {"{}", "there is no 'exeunt_tuning' in it"},
      {R"({"exeunt_tuning": 2, "exits": []})", "another version than 1"},
      {R"({"exeunt_tuning": "1", "exits": []})", "another version than 1"},
      {R"({"exeunt_tuning": 1})", "'exits' is missing"},
      {R"({"exeunt_tuning": 1, "exits": 3})", "'exits': is no list of exits"},
      {R"({"exeunt_tuning": 1, "exits": [{}]})", "exit 0: 'criterion' is missing"},
      {R"({"exeunt_tuning": 1, "exits": [{"criterion": "margin"}]})", "exit 0: 'threshold' is missing"},
      {R"({"exeunt_tuning": 1, "exits": [{"criterion": "margin", "threshold": NaN}]})", "is no JSON"},
      {R"({"exeunt_tuning": 1, "exits": [{"criterion": "margin", "threshold": null}]})", "'threshold' is of type null"},
      {R"({"exeunt_tuning": 1, "exits": [{"criterion": "predicate", "threshold": 3}]})", "exit 0: a predicate"},
      {with(R"(, "shares": [0.5])"), "'shares' has 1 exits; with 1 decision there are 2"},
      {with(R"(, "shares": [0.5, 1.5])"), "shares lie from 0 to 1"},
      {with(R"(, "shares": 0.5)"), "'shares' is no list"},
      {with(R"(, "accuracy": "good")"), "'accuracy' holds a string"},
      {with(R"(, "latency_us": [])"), "'latency_us' holds a array"},
      {with(R"(, "scores": [{"low": 0, "high": 1}])"), "'scores' needs objects with low, high and a list of counts"},
      {with(R"(, "scores": [{"low": 1, "high": 1, "counts": [1]}])"), "'scores' has bins from 1 to 1"},
      {with(R"(, "scores": [{"low": 0, "high": 1, "counts": [-1]}])"), "no count"},
      {with(R"(, "scores": [{"low": 0, "high": 1, "counts": [0.5]}])"), "no count"},
      {with(R"(, "scores": [{"low": 0, "high": 1, "counts": []}])"), "'counts' is empty"},
      {with(R"(, "scores": [])"), "'scores' has 0 histograms"},
  };
  const TempDir folder;
  for (const auto& [text, message] : bad) {
    const auto path = folder.write("bad.json", text);
    SCOPED_TRACE(text);
    expect_error(ErrorCode::format, message, [&] { load_tuning(path); });
    expect_error(ErrorCode::format, "bad.json: ", [&] { load_tuning(path); });
  }
  expect_error(ErrorCode::file, "missing.json", [&] { load_tuning(folder / "missing.json"); });
}

TEST(Tuning, SettingsThatCannotBeAreNotSaved) {
  const TempDir folder;
  expect_error(ErrorCode::argument, "the temperature is 0", [&] {
    save_tuning({{{CriterionKind::margin, 0.5F, 0}}, {}, {}, {}, {}}, folder / "t.json");
  });
  EXPECT_FALSE(std::filesystem::exists(folder / "t.json"));
}

constexpr const char* kTwoHeads =
    "g (float[1,3] x) => (float[] y) <float t = {0.9}> { p = Softmax(x) m = ReduceMax<keepdims = 0>(p) c = Greater(m, "
    "t) "
    "y = If (c) <then_branch = a () => (float[1,3] r) { r = Identity(x) }, "
    "else_branch = e () => (float[1,3] s) { s = Neg(x) }> }";

TEST(ModelWithExitSettings, PlansStartWithThemAndKeepThemInTheirFile) {
  const TempDir folder;
  const Model model = Model::load(folder.write("model.onnx", model_of(kTwoHeads).SerializeAsString()));
  const std::vector<ExitSettings> settings = {{CriterionKind::margin, 0.25F, 2, true}};
  const Model tuned = model.with_exit_settings(settings);
  EXPECT_EQ(tuned.decisions()[0].settings(), settings[0]);
  EXPECT_EQ(model.decisions()[0].criterion, "max_prob") << "the model itself stays";
  const Plan plan = Plan::build(tuned);
  plan.save(folder / "tuned.plan");
  const Plan loaded = Plan::load(folder / "tuned.plan");
  EXPECT_EQ(loaded.decisions()[0].settings(), settings[0]);
  EXPECT_FALSE(loaded.decisions()[0].probabilities) << "nothing else uses the softmax";
  const Tensor x = f32({1, 3}, {2, 0.5F, 0});
  Session session(plan);
  Session again(loaded);
  EXPECT_EQ(session.run(x.view()).score(0), again.run(x.view()).score(0));
}

TEST(ModelWithExitSettings, RefusesWhatDoesNotFit) {
  const TempDir folder;
  const Model model = Model::load(folder.write("model.onnx", model_of(kTwoHeads).SerializeAsString()));
  expect_error(ErrorCode::argument, "settings of 2 exits were given; the model has 1 decision", [&] {
    model.with_exit_settings(std::vector<ExitSettings>(2, {CriterionKind::margin, 0.5F}));
  });
}

}  // namespace

}  // namespace exeunt
