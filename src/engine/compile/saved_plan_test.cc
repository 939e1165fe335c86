#include <exeunt/plan.h>
#include <exeunt/session.h>

#include <cstring>

#include "base/checksum.h"
#include "engine/compile/backends.h"
#include "engine/runtime/load_plan.h"
#include "plan/saved_plan.h"
#include "support/expect_error.h"
#include "support/models.h"
#include "support/shared.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

/// Rules instead of timing: tests never time anything.
const BuildOptions kByRules{.optimization_level = 0};

/// The answers of a plan at each exit, byte by byte.
std::string answers_of(const Plan& plan) {
  Session session(plan);
  Tensor input(plan.inputs()[0].type);
  const std::span<float> values = input.mutable_span<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 256);
  std::string answers;
  for (int exit = 0; exit < static_cast<int>(plan.exits().size()); ++exit) {
    session.force_exit(exit);
    const Results& results = session.run(input.view());
    for (std::size_t k = 0; k < plan.outputs().size(); ++k) {
      const TensorView output = results.output(0, k);
      answers.append(reinterpret_cast<const char*>(output.data), output.type.bytes());
    }
  }
  return answers;
}

/// A plan file in a folder of its own, and copies of it with changes.
class PlanFileTest : public ::testing::Test {
 protected:
  PlanFileTest() : plan(Plan::build(digits(), kByRules)), path(folder / "digits.plan") {
    plan.save(path);
    bytes = content_of(path);
  }

  void expect_refused(const std::string& changed, ErrorCode code, const std::string& text) {
    const std::filesystem::path other = folder.write("changed.plan", changed);
    expect_error(code, text, [&] { Plan::load(other); });
  }
  /// The same with a checksum that fits.
  void expect_unfit(std::string changed, ErrorCode code, const std::string& text) {
    constexpr std::size_t kChecked = 24;
    const std::uint64_t checksum = fast_checksum(std::as_bytes(std::span(changed).subspan(kChecked)));
    std::memcpy(changed.data() + 16, &checksum, sizeof(checksum));
    expect_refused(changed, code, text);
  }

  TempDir folder;
  Plan plan;
  std::filesystem::path path;
  std::string bytes;
};

TEST_F(PlanFileTest, GivesTheSamePlan) {
  const Plan loaded = Plan::load(path);
  EXPECT_EQ(loaded.isa(), plan.isa());
  EXPECT_EQ(loaded.precision(), plan.precision());
  EXPECT_EQ(loaded.threads(), plan.threads());
  EXPECT_EQ(loaded.outputs(), plan.outputs());
  EXPECT_EQ(loaded.exits().size(), plan.exits().size());
  EXPECT_EQ(loaded.decisions()[0].threshold, plan.decisions()[0].threshold);
  EXPECT_EQ(loaded.weights_bytes(), plan.weights_bytes());
  ASSERT_EQ(loaded.steps(), plan.steps());
  for (std::size_t i = 0; i < plan.steps(); ++i) {
    const Step& a = loaded.data()->steps[i];
    const Step& b = plan.data()->steps[i];
    EXPECT_EQ(a.kernel, b.kernel);
    EXPECT_EQ(a.us, b.us);
    EXPECT_EQ(a.rivals.size(), b.rivals.size());
    EXPECT_EQ(a.nodes, b.nodes);
  }
  EXPECT_EQ(answers_of(loaded), answers_of(plan));
}

TEST_F(PlanFileTest, IsTheSameEachTimeAndWhenALoadedPlanIsSaved) {
  plan.save(folder / "again.plan");
  EXPECT_EQ(content_of(folder / "again.plan"), bytes);
  Plan::load(path).save(folder / "copy.plan");
  EXPECT_EQ(content_of(folder / "copy.plan"), bytes);
}

TEST_F(PlanFileTest, HoldsWeightsOnce) {
  std::size_t elements = 0;
  for (const Value& value : plan.data()->graph->values) {
    if (value.constant != nullptr) elements += value.constant->bytes();
  }
  // Packed convolutions of this network take up to 4 times the room; what is kept besides is small.
  EXPECT_LT(bytes.size(), plan.weights_bytes() + elements / 4 + 20000);
}

TEST_F(PlanFileTest, OutlivesItsFile) {
  const Plan loaded = Plan::load(path);
  std::filesystem::remove(path);
  EXPECT_EQ(answers_of(loaded), answers_of(plan));
}

TEST_F(PlanFileTest, AnyFlippedBitIsFound) {
  for (std::size_t at = 0; at < bytes.size(); at += at < 4096 ? 1 : 97) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    EXPECT_THROW(PlanFile::copy(std::as_bytes(std::span(changed))), Error) << "byte " << at;
  }
}

TEST_F(PlanFileTest, AnyMissingEndIsFound) {
  for (std::size_t size = 0; size < bytes.size(); size += size < 256 ? 1 : 509)
    EXPECT_THROW(PlanFile::copy(std::as_bytes(std::span(bytes).first(size))), Error) << size << " bytes";
  const std::string longer = bytes + "x";
  EXPECT_THROW(PlanFile::copy(std::as_bytes(std::span(longer))), Error);
}

TEST_F(PlanFileTest, ErrorsSayWhatIsWrong) {
  expect_refused("", ErrorCode::format, "changed.plan: is empty, not a plan file");
  expect_refused("This is a text.", ErrorCode::format, "is not a plan file");
  expect_refused(bytes.substr(0, 40), ErrorCode::format, "is cut off within its first 64 bytes");
  expect_refused(bytes.substr(0, bytes.size() - 1), ErrorCode::format, "is cut off: it holds");
  std::string flipped = bytes;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  expect_refused(flipped, ErrorCode::format, "is damaged: its checksum does not fit");
  std::string other_form = bytes;
  other_form[8] = static_cast<char>(kPlanFormat + 1);
  expect_refused(other_form, ErrorCode::format, "is a plan file of form 3; this version of Exeunt reads form 2");
  expect_error(ErrorCode::file, "missing.plan: No such file", [&] { Plan::load(folder / "missing.plan"); });
  expect_error(ErrorCode::file, "is a folder", [&] { Plan::load(folder.path()); });
}

TEST_F(PlanFileTest, PartsThatDoNotFitTogetherAreFound) {
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = bytes;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return changed.replace(at, to.size(), to);
  };
  expect_unfit(replaced("max_prob", "mad_prob"), ErrorCode::format, "there is no criterion 'mad_prob'");
  expect_unfit(replaced("Conv", "Konv"), ErrorCode::format, "there is no op 'Konv'");
  expect_unfit(replaced("f32", "g32"), ErrorCode::format, "there is no element type 'g32'");
  const std::string kernel = plan.data()->steps[0].kernel;
  expect_unfit(replaced(kernel, "?" + kernel.substr(1)), ErrorCode::unsupported, "which is not to be had here");
}

TEST_F(PlanFileTest, OfAnotherVersionOrMachineIsRefused) {
  const auto backends = backends_for("cpu");
  const auto read = [&](std::string_view version, std::string_view isa) {
    read_plan(PlanFile::map(path), backends, version, isa);
  };
  expect_error(ErrorCode::format, "was built by Exeunt", [&] { read("99.0.0", plan.isa()); });
  const std::string version = bytes.substr(bytes.find("0."), 5);
  expect_error(
      ErrorCode::unsupported,
      "this plan was built for " + plan.isa() + "; this machine has abacus: build it here, or with --target-isa abacus",
      [&] { read(version, "abacus"); });
}

TEST(SavedPlan, OfEveryThreadCountAndBackend) {
  const TempDir folder;
  for (const BuildOptions& options :
       {BuildOptions{.optimization_level = 0, .threads = 2}, BuildOptions{.backend = "ref"},
        BuildOptions{.optimization_level = 0, .runtime_only = true}}) {
    const Plan plan = Plan::build(digits(), options);
    plan.save(folder / "digits.plan");
    const Plan loaded = Plan::load(folder / "digits.plan");
    EXPECT_EQ(loaded.threads(), options.threads);
    EXPECT_EQ(answers_of(loaded), answers_of(plan));
  }
}

TEST(SavedPlan, ForAnotherInstructionSetIsForThereOnly) {
  if (Plan::build(digits(), kByRules).isa() == "scalar") GTEST_SKIP() << "there is no narrower one";
  const TempDir folder;
  const Plan plan = Plan::build(digits(), {.target_isa = "scalar"});
  EXPECT_EQ(plan.isa(), "scalar");
  for (const Step& step : plan.data()->steps) EXPECT_EQ(step.us, 0) << step.kernel << " was timed";
  plan.save(folder / "scalar.plan");
  expect_error(ErrorCode::unsupported, "this plan was built for scalar", [&] { Plan::load(folder / "scalar.plan"); });
  expect_error(ErrorCode::argument, "is 'abacus'; this build has",
               [&] { Plan::build(digits(), {.target_isa = "abacus"}); });
}

TEST(TimingCacheFile, MakesTheSamePlanAgain) {
  const TempDir folder;
  const Model model = digits();
  const BuildOptions options{.optimization_level = 1, .timing_cache = folder / "times.json"};
  Plan::build(model, options).save(folder / "first.plan");
  const std::string times = content_of(folder / "times.json");
  int timed = 0;
  BuildOptions again = options;
  again.progress = [&](std::int64_t, std::int64_t) { ++timed; };
  Plan::build(model, again).save(folder / "second.plan");
  EXPECT_EQ(timed, 0);
  EXPECT_EQ(content_of(folder / "second.plan"), content_of(folder / "first.plan"));
  EXPECT_EQ(content_of(folder / "times.json"), times);
}

TEST(TimingCacheFile, ThatIsNoneIsRefused) {
  const TempDir folder;
  const Model model = digits();
  for (const std::string text : {"", "no JSON", "{}", "{\"format\": \"exeunt timing cache 1\", \"steps\": {\"x\": 1}}",
                                 "{\"format\": \"exeunt timing cache 1\", \"steps\": {\"x\": {\"level\": 1, "
                                 "\"taken\": 3, \"us\": [1], \"reasons\": [\"\"]}}}"}) {
    const auto path = folder.write("times.json", text);
    expect_error(ErrorCode::format, "times.json: is no timing cache of this version",
                 [&] { Plan::build(model, {.optimization_level = 1, .timing_cache = path}); });
  }
}

}  // namespace

}  // namespace exeunt
