#include <exeunt/plan.h>
#include <exeunt/session.h>
#include <exeunt/tools/inspect.h>

#include <fstream>

#include "passes/pipeline.h"
#include "support/models.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An ONNX file with this graph.
std::filesystem::path write_model(const TempDir& folder, const std::string& graph) {
  return folder.write("model.onnx", model_of(graph).SerializeAsString());
}

Model load_with_shapes(const std::filesystem::path& path,
                       const std::map<std::string, std::vector<std::int64_t>>& shapes) {
  LoadOptions options;
  options.shapes = shapes;
  return Model::load(path, options);
}

Model load_with_passes(int limit) {
  LoadOptions options;
  options.pass_limit = limit;
  return Model::load(digits_file(), options);
}

TEST(ModelLoad, ATransposeOfTheInputBecomesItsOrderButTheCallerHandsTheSame) {
  const TempDir folder;
  const auto path = write_model(folder,
                                "g (float[1,4,4,3] x) => (float[1,2,4,4] y) <float[2,3,1,1] w = {1, 2, 3, 4, 5, 6}> {"
                                " t = Transpose<perm = [0,3,1,2]>(x) y = Conv(t, w) }");
  const Model model = Model::load(path);
  EXPECT_EQ(model.inputs()[0].type.str(), "f32[1,4,4,3]");
  EXPECT_THAT(model.inputs()[0].order, ElementsAre(0, 2, 3, 1));
  EXPECT_THAT(graph_text(model, GraphStage::canonical),
              ::testing::StartsWith("input %0 f32[1,3,4,4] \"x\" order=[0,2,3,1]\n"));
  for (const std::string backend : {"cpu", "ref"}) {
    SCOPED_TRACE(backend);
    Session session(Plan::build(model, {.backend = backend}), {.max_batch = 2});
    Tensor images({DType::f32, {2, 4, 4, 3}});
    images.mutable_span<float>()[48 + 4] = 1;  // sample 1, row 0, column 1, channel 1
    const Results& results = session.run(images.view());
    EXPECT_EQ(results.output(1).span<float>()[1], 2) << "its weight for channel 0";
    EXPECT_EQ(results.output(1).span<float>()[16 + 1], 5) << "and for channel 1";
    EXPECT_EQ(std::ranges::count(results.output(1).span<float>(), 0.0F), 30);
    EXPECT_EQ(std::ranges::count(results.output(0).span<float>(), 0.0F), 32);
  }
}

TEST(ModelLoad, SaysWhatTheModelTakesAndGives) {
  const Model model = digits();
  ASSERT_EQ(model.inputs().size(), 1U);
  EXPECT_EQ(model.inputs()[0].name, "image");
  EXPECT_EQ(model.inputs()[0].type.str(), "f32[1,1,8,8]");
  EXPECT_THAT(model.outputs(), ElementsAre("prediction", "exit"));
  ASSERT_EQ(model.decisions().size(), 1U);
  EXPECT_EQ(model.decisions()[0].criterion, "max_prob");
  EXPECT_EQ(model.decisions()[0].threshold, 0.8F);
  EXPECT_TRUE(model.decisions()[0].tunable);
  ASSERT_EQ(model.exits().size(), 2U);
  for (const ExitInfo& exit : model.exits()) {
    EXPECT_EQ(exit.classes, 10);
    ASSERT_EQ(exit.outputs.size(), 2U);
    EXPECT_EQ(exit.outputs[0].str(), "f32[1,10]");
    EXPECT_EQ(exit.outputs[1].str(), "i64[1]");
  }
  EXPECT_EQ(model.exits()[0].macs, 5888);
  EXPECT_EQ(model.exits()[1].macs, 354688);
}

TEST(ModelLoad, APlainModelHasOneExitAndNoDecision) {
  const Model model = digits("lenet_digits_plain.onnx");
  EXPECT_TRUE(model.decisions().empty());
  ASSERT_EQ(model.exits().size(), 1U);
  EXPECT_EQ(model.exits()[0].macs, 353408);
}

TEST(ModelLoad, SaysWhichFileItCannotRead) {
  const TempDir folder;
  expect_error(ErrorCode::file, "missing.onnx", [&] { Model::load(folder / "missing.onnx"); });
  const auto text = folder.write("text.onnx", "this is no protobuf");
  expect_error(ErrorCode::format, "text.onnx", [&] { Model::load(text); });
  const auto empty = folder.write("empty.onnx", "");
  expect_error(ErrorCode::format, "empty.onnx", [&] { Model::load(empty); });
}

TEST(ModelLoad, SaysWhichNodesItCannotRun) {
  const TempDir folder;
  const auto path = write_model(folder, "g (float[1,3] x) => (float[1,3] y) { a = Relu(x) y = FooBar(a) }");
  expect_error(ErrorCode::unsupported, "FooBar", [&] { Model::load(path); });
  expect_error(ErrorCode::unsupported, "model.onnx", [&] { Model::load(path); });
}

TEST(ModelLoad, TakesShapesForSymbolicDims) {
  const TempDir folder;
  const auto path = write_model(folder, "g (float[N,C] x) => (float[N,C] y) { y = Relu(x) }");
  EXPECT_EQ(load_with_shapes(path, {{"x", {1, 5}}}).inputs()[0].type.str(), "f32[1,5]");
  expect_any_error([&] { load_with_shapes(path, {{"nothing", {1, 5}}}); });
}

TEST(ModelLoad, DumpsTheGraphAfterAPass) {
  std::vector<std::string> dumps;
  LoadOptions options;
  options.dump_after = "fuse_activation";
  options.dump = [&](const std::string& text) { dumps.push_back(text); };
  Model::load(digits_file(), options);
  ASSERT_FALSE(dumps.empty());
  EXPECT_THAT(dumps.back(), HasSubstr("activation=relu"));
  EXPECT_THAT(dumps.back(), HasSubstr("decide max_prob"));
}

TEST(ModelLoad, RefusesPassesThatAreNotThere) {
  LoadOptions options;
  options.dump_after = "fuse_everything";
  expect_error(ErrorCode::argument, "fuse_activation", [&] { Model::load(digits_file(), options); });
  expect_error(ErrorCode::argument, "pass limit", [&] { load_with_passes(-1); });
}

TEST(ModelLoad, StoppingAfterAnyPassGivesTheSameAnswers) {
  Tensor image({DType::f32, {1, 1, 8, 8}});
  for (std::size_t i = 0; i < 64; ++i) image.mutable_span<float>()[i] = static_cast<float>(i * 7 % 17);
  Session whole(Plan::build(digits()));
  for (int limit = 0; limit <= static_cast<int>(pipeline().size()); ++limit) {
    Session part(Plan::build(load_with_passes(limit)));
    for (const int exit : {0, 1}) {
      whole.force_exit(exit);
      part.force_exit(exit);
      const auto wanted = whole.run(image.view()).output(0).span<float>();
      const auto got = part.run(image.view()).output(0).span<float>();
      for (std::size_t k = 0; k < 10; ++k) ASSERT_NEAR(got[k], wanted[k], 1e-5F) << "pass limit " << limit;
    }
  }
}

/// Runs so many samples of [n,3] on a model file at once.
void run_samples(const std::filesystem::path& path, std::int64_t count) {
  Session session(Plan::build(Model::load(path)), {.max_batch = 4});
  const Tensor x({DType::f32, {count, 3}});
  session.run(x.view());
}

TEST(PlanBatch, AModelThatMixesSamplesTakesThemOneByOne) {
  const TempDir folder;
  const auto path =
      write_model(folder, "g (float[1,3] x) => (float[] y) { m = ReduceMean <axes = [0]> (x) y = Sub(x, m) }");
  run_samples(path, 1);
  expect_error(ErrorCode::unsupported, "2 samples were handed over at once", [&] { run_samples(path, 2); });
  expect_error(ErrorCode::unsupported, "(ReduceMean) reduces over the samples", [&] { run_samples(path, 2); });
  expect_error(ErrorCode::unsupported, "--batch 1", [&] { run_samples(path, 2); });
}

TEST(PlanBatch, AModelExportedForOneSampleTakesMore) {
  const TempDir folder;
  run_samples(write_model(folder,
                          "g (float[1,3] x) => (float[] y) <int64[2] one = {1, 3}> { r = Reshape(x, one) "
                          "y = Relu(r) }"),
              3);
}

TEST(PlanBatch, AFixedBatchRunsWholeOrIsLoadedForSingleSamples) {
  const TempDir folder;
  const auto path = write_model(folder, "g (float[2,3] x) => (float[] y) { y = Relu(x) }");
  run_samples(path, 2);
  expect_error(ErrorCode::shape,
               "the file fixes the first axis to 2: it runs whole and takes one exit; --shape x=1x...",
               [&] { run_samples(path, 3); });
  Session session(Plan::build(load_with_shapes(path, {{"x", {1, 3}}})), {.max_batch = 3});
  const Tensor x({DType::f32, {3, 3}});
  EXPECT_EQ(session.run(x.view()).size(), 3);
}

TEST(PlanBuild, SaysWhichBackendsThereAre) {
  const Model model = digits();
  expect_error(ErrorCode::argument, "there is no backend 'tpu'; backends: cpu, ref",
               [&] { Plan::build(model, {.backend = "tpu"}); });
}

TEST(PlanBuild, OutlivesTheModelAndIsShared) {
  std::optional<Plan> plan;
  {
    const Model model = digits();
    plan = Plan::build(model);
  }
  const Plan copy = *plan;
  EXPECT_EQ(copy.data(), plan->data());
  plan.reset();
  Session session(copy);
  const Tensor image({DType::f32, {1, 1, 8, 8}});
  EXPECT_EQ(session.run(image.view()).size(), 1);
  EXPECT_EQ(copy.inputs()[0].name, "image");
  EXPECT_EQ(copy.exits()[1].macs, 354688);
}

TEST(PlanBuild, WithoutTimingIsTheSameEveryTime) {
  const BuildOptions options{.optimization_level = 0};
  const Plan a = Plan::build(digits(), options);
  const Plan b = Plan::build(digits(), options);
  EXPECT_EQ(a.arena_bytes(), b.arena_bytes());
  const Inspection first = inspect(digits(), options);
  const Inspection second = inspect(digits(), options);
  ASSERT_EQ(first.steps.size(), second.steps.size());
  for (std::size_t i = 0; i < first.steps.size(); ++i) {
    EXPECT_EQ(first.steps[i].name, second.steps[i].name);
    EXPECT_EQ(first.steps[i].kernel, second.steps[i].kernel);
    EXPECT_EQ(first.steps[i].us, 0);
  }
}

TEST(PlanBuild, TimesWhatHasSeveralCandidatesAndSaysWhyTheOthersLost) {
  const Inspection seen = inspect(digits(), {.optimization_level = 1});
  int with_rivals = 0;
  for (const StepInfo& step : seen.steps) {
    if (step.rivals.empty()) continue;
    ++with_rivals;
    EXPECT_GT(step.us, 0) << step.name;
    for (const RivalInfo& rival : step.rivals) EXPECT_NE(rival.reason, "") << step.name << ": " << rival.kernel;
  }
  EXPECT_GT(with_rivals, 0);
  EXPECT_GT(seen.peak_gmacs, 0);
}

TEST(PlanBuild, TakesNoConvolutionThatRoundsMoreThanAllowed) {
  for (const int level : {0, 1}) {
    const Inspection seen = inspect(digits(), {.optimization_level = level, .conv_tolerance = 0});
    for (const StepInfo& step : seen.steps) {
      EXPECT_EQ(step.kernel.find("winograd"), std::string::npos) << step.kernel;
      for (const RivalInfo& rival : step.rivals) {
        if (rival.kernel.find("winograd") != std::string::npos) {
          EXPECT_THAT(rival.reason, ::testing::HasSubstr("is off by")) << rival.kernel;
        }
      }
    }
  }
}

}  // namespace

}  // namespace exeunt
