// exeunt.h, as programs meet it: through the shared library.
#include <exeunt.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "c_api_test.h"
#include "digits.h"
#include "support/temp_dir.h"

namespace exeunt::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(CApi, C99ProgramAnswersDigitsAsOnnxRuntimeDoes) {
  const TempDir folder;
  const std::string plan_file = (folder.path() / "digits.plan").string();
  constexpr std::size_t kCount = 600;
  std::vector<std::int32_t> exits(kCount);
  std::vector<std::int32_t> classes(kCount);
  std::vector<float> scores(kCount);
  std::vector<float> probabilities(kCount * 10);
  const int line = run_digits(kModel.c_str(), plan_file.c_str(), pictures().span<std::uint8_t>().data(), kCount,
                              exits.data(), scores.data(), classes.data(), probabilities.data());
  ASSERT_EQ(line, 0) << "digits.c, this line: " << exeunt_last_error();
  const Arrays expected = read_npz(kFolder + "expected.npz");
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(exits[i], expected.at("exit").span<std::int8_t>()[i]) << "sample " << i;
    ASSERT_EQ(classes[i], expected.at("top1").span<std::uint8_t>()[i]) << "sample " << i;
    ASSERT_NEAR(scores[i], expected.at("score").span<float>()[i], 1e-4) << "sample " << i;
    for (std::size_t c = 0; c < 10; ++c)
      ASSERT_NEAR(probabilities[i * 10 + c], expected.at("probabilities").span<float>()[i * 10 + c], 1e-4);
  }
}

TEST(CApi, PlanTellsWhatTheModelIs) {
  const PlanHandle plan = build();
  ASSERT_EQ(exeunt_plan_input_count(plan.get()), 1U);
  EXPECT_STREQ(exeunt_plan_input_name(plan.get(), 0), "image");
  exeunt_tensor input;
  ASSERT_EQ(exeunt_plan_input_type(plan.get(), 0, &input), EXEUNT_OK);
  EXPECT_EQ(input.data, nullptr);
  EXPECT_EQ(input.dtype, EXEUNT_F32);
  EXPECT_THAT(std::vector(input.dims, input.dims + EXEUNT_MAX_RANK), ::testing::ElementsAre(1, 1, 8, 8, 0, 0, 0, 0));
  EXPECT_EQ(input.rank, 4);

  EXPECT_EQ(exeunt_plan_output_count(plan.get()), 2U);
  EXPECT_STREQ(exeunt_plan_output_name(plan.get(), 0), "prediction");
  EXPECT_EQ(exeunt_plan_exit_count(plan.get()), 2U);
  exeunt_tensor output;
  ASSERT_EQ(exeunt_plan_output_type(plan.get(), 1, 0, &output), EXEUNT_OK);
  EXPECT_EQ(output.rank, 2);
  EXPECT_EQ(output.dims[1], 10);
  EXPECT_EQ(exeunt_plan_class_count(plan.get(), 0), 10U);

  ASSERT_EQ(exeunt_plan_decision_count(plan.get()), 1U);
  exeunt_decision decision;
  ASSERT_EQ(exeunt_plan_decision(plan.get(), 0, &decision), EXEUNT_OK);
  EXPECT_STREQ(decision.criterion, "max_prob");
  EXPECT_NEAR(decision.threshold, 0.8, 1e-6);
  EXPECT_EQ(decision.tunable, 1);
  EXPECT_STREQ(exeunt_plan_precision(plan.get()), "fp32");
  EXPECT_STRNE(exeunt_plan_isa(plan.get()), "");
}

TEST(CApi, WhatIsNotThereIsAnErrorOrNothing) {
  const PlanHandle plan = build();
  exeunt_tensor tensor;
  exeunt_decision decision;
  EXPECT_EQ(exeunt_plan_input_name(plan.get(), 1), nullptr);
  EXPECT_EQ(exeunt_plan_output_name(plan.get(), 2), nullptr);
  EXPECT_EQ(exeunt_plan_class_count(plan.get(), 2), 0U);
  EXPECT_FAILS(exeunt_plan_input_type(plan.get(), 1, &tensor), EXEUNT_ERROR_ARGUMENT, "there is no input 1");
  EXPECT_FAILS(exeunt_plan_output_type(plan.get(), 2, 0, &tensor), EXEUNT_ERROR_ARGUMENT, "there is no exit 2");
  EXPECT_FAILS(exeunt_plan_output_type(plan.get(), 0, 2, &tensor), EXEUNT_ERROR_ARGUMENT, "there is no output 2");
  EXPECT_FAILS(exeunt_plan_decision(plan.get(), 1, &decision), EXEUNT_ERROR_ARGUMENT, "there is no decision 1");
}

TEST(CApi, AnswersABatchAsOneByOne) {
  constexpr std::int64_t kCount = 64;
  const PlanHandle plan = build();
  const SessionHandle batched = open(plan, kCount);
  const SessionHandle single = open(plan);
  const exeunt_tensor all = batch_of_pictures(0, kCount);
  ASSERT_EQ(exeunt_session_run(batched.get(), &all, 1), EXEUNT_OK) << exeunt_last_error();
  ASSERT_EQ(exeunt_result_count(batched.get()), kCount);
  for (std::int64_t i = 0; i < kCount; ++i) {
    const exeunt_tensor one = batch_of_pictures(i, 1);
    ASSERT_EQ(exeunt_session_run(single.get(), &one, 1), EXEUNT_OK);
    EXPECT_EQ(exeunt_result_exit(batched.get(), i), exeunt_result_exit(single.get(), 0)) << i;
    EXPECT_EQ(exeunt_result_top_class(batched.get(), i), exeunt_result_top_class(single.get(), 0)) << i;
    exeunt_tensor a;
    exeunt_tensor b;
    ASSERT_EQ(exeunt_result_output(batched.get(), i, 0, &a), EXEUNT_OK);
    ASSERT_EQ(exeunt_result_output(single.get(), 0, 0, &b), EXEUNT_OK);
    ASSERT_EQ(a.rank, 2);
    EXPECT_EQ(0, std::memcmp(a.data, b.data, 10 * sizeof(float))) << i;
  }
}

TEST(CApi, InputFormatsConvert) {
  const PlanHandle plan = build();
  const SessionHandle plain = open(plan);
  // (v * 2 - 3) / 1, of v = (x + 3) / 2: what the model takes.
  const float mean = 3;
  exeunt_input_format format = EXEUNT_INPUT_FORMAT_INIT;
  format.scale = 2;
  format.mean = &mean;
  format.mean_count = 1;
  format.data_layout = EXEUNT_LAYOUT_HWC;
  exeunt_session_options options = EXEUNT_SESSION_OPTIONS_INIT;
  options.inputs = &format;
  options.input_count = 1;
  const SessionHandle converting = open(plan, options);
  std::vector<float> values;
  for (const std::uint8_t v : pictures().span<std::uint8_t>().first(64))
    values.push_back((static_cast<float>(v) + 3) / 2);
  const exeunt_tensor hwc = {values.data(), EXEUNT_F32, 4, {1, 8, 8, 1}};
  const exeunt_tensor own = batch_of_pictures(0, 1);
  ASSERT_EQ(exeunt_session_run(converting.get(), &hwc, 1), EXEUNT_OK) << exeunt_last_error();
  ASSERT_EQ(exeunt_session_run(plain.get(), &own, 1), EXEUNT_OK) << exeunt_last_error();
  EXPECT_FLOAT_EQ(exeunt_result_score(converting.get(), 0), exeunt_result_score(plain.get(), 0));
}

TEST(CApi, AWrongInputIsRefusedAndLeavesNoResults) {
  const PlanHandle plan = build();
  const SessionHandle session = open(plan);
  const exeunt_tensor right = batch_of_pictures(0, 1);
  const auto refused = [&](exeunt_status status, const std::string& text, auto change) {
    ASSERT_EQ(exeunt_session_run(session.get(), &right, 1), EXEUNT_OK);
    exeunt_tensor wrong = right;
    change(wrong);
    EXPECT_FAILS(exeunt_session_run(session.get(), &wrong, 1), status, text);
    EXPECT_EQ(exeunt_result_count(session.get()), 0);
    EXPECT_EQ(exeunt_result_exit(session.get(), 0), -1);
    EXPECT_TRUE(std::isnan(exeunt_result_score(session.get(), 0)));
    EXPECT_EQ(exeunt_result_top_class(session.get(), 0), -1);
    exeunt_tensor answer;
    EXPECT_FAILS(exeunt_result_output(session.get(), 0, 0, &answer), EXEUNT_ERROR_ARGUMENT, "there is no sample 0");
  };
  refused(EXEUNT_ERROR_SHAPE, "image", [](exeunt_tensor& t) { t.dims[2] = 9; });
  refused(EXEUNT_ERROR_SHAPE, "rank is -1", [](exeunt_tensor& t) { t.rank = -1; });
  refused(EXEUNT_ERROR_SHAPE, "rank is 9", [](exeunt_tensor& t) { t.rank = 9; });
  refused(EXEUNT_ERROR_DTYPE, "image", [](exeunt_tensor& t) { t.dtype = EXEUNT_I64; });
  refused(EXEUNT_ERROR_DTYPE, "element type 77", [](exeunt_tensor& t) { t.dtype = 77; });
  refused(EXEUNT_ERROR_ARGUMENT, "null", [](exeunt_tensor& t) { t.data = nullptr; });
  refused(EXEUNT_ERROR_ARGUMENT, "2 samples", [](exeunt_tensor& t) { t.dims[0] = 2; });
  EXPECT_FAILS(exeunt_session_run(session.get(), &right, 2), EXEUNT_ERROR_ARGUMENT, "2 inputs");
}

TEST(CApi, NullIsAnErrorWhereSomethingIsNeeded) {
  exeunt_model* model = nullptr;
  exeunt_plan* plan = nullptr;
  exeunt_session* session = nullptr;
  EXPECT_FAILS(exeunt_model_load(nullptr, nullptr, &model), EXEUNT_ERROR_ARGUMENT, "path is null");
  EXPECT_FAILS(exeunt_model_load("a.onnx", nullptr, nullptr), EXEUNT_ERROR_ARGUMENT, "model is null");
  EXPECT_FAILS(exeunt_plan_build(nullptr, nullptr, &plan), EXEUNT_ERROR_ARGUMENT, "model is null");
  EXPECT_FAILS(exeunt_plan_load(nullptr, &plan), EXEUNT_ERROR_ARGUMENT, "path is null");
  EXPECT_FAILS(exeunt_plan_save(nullptr, "a.plan"), EXEUNT_ERROR_ARGUMENT, "plan is null");
  EXPECT_FAILS(exeunt_session_create(nullptr, nullptr, &session), EXEUNT_ERROR_ARGUMENT, "plan is null");
  EXPECT_FAILS(exeunt_session_run(nullptr, nullptr, 0), EXEUNT_ERROR_ARGUMENT, "session is null");
  EXPECT_FAILS(exeunt_session_set_threshold(nullptr, 0, 0), EXEUNT_ERROR_ARGUMENT, "session is null");
  EXPECT_FAILS(exeunt_session_force_exit(nullptr, 0), EXEUNT_ERROR_ARGUMENT, "session is null");
  EXPECT_EQ(exeunt_plan_exit_count(nullptr), 0U);
  EXPECT_EQ(exeunt_plan_precision(nullptr), nullptr);
  EXPECT_EQ(exeunt_result_count(nullptr), 0);
  exeunt_model_free(nullptr);
  exeunt_plan_free(nullptr);
  exeunt_session_free(nullptr);
}

TEST(CApi, BadFilesAreNamed) {
  const TempDir folder;
  const std::string bad = (folder.path() / "bad.onnx").string();
  std::ofstream(bad) << "not a model";
  exeunt_model* model = nullptr;
  exeunt_plan* plan = nullptr;
  ::testing::internal::CaptureStderr();
  EXPECT_FAILS(exeunt_model_load("missing.onnx", nullptr, &model), EXEUNT_ERROR_FILE, "missing.onnx");
  EXPECT_FAILS(exeunt_model_load(bad.c_str(), nullptr, &model), EXEUNT_ERROR_FORMAT, bad);
  EXPECT_FAILS(exeunt_plan_load(bad.c_str(), &plan), EXEUNT_ERROR_FORMAT, bad);
  EXPECT_FAILS(exeunt_plan_load("missing.plan", &plan), EXEUNT_ERROR_FILE, "missing.plan");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "the library is silent";
  EXPECT_EQ(model, nullptr);
  EXPECT_EQ(plan, nullptr);
}

TEST(CApi, OptionsAreChecked) {
  const ModelHandle model = load(kModel);
  const PlanHandle plan = build();
  exeunt_plan* out = nullptr;
  exeunt_session* session = nullptr;
  const auto build_refused = [&](const std::string& text, auto change) {
    exeunt_build_options options = untimed();
    change(options);
    EXPECT_FAILS(exeunt_plan_build(model.get(), &options, &out), EXEUNT_ERROR_ARGUMENT, text);
    EXPECT_EQ(out, nullptr);
  };
  build_refused("tpu", [](auto& options) { options.backend = "tpu"; });
  build_refused("int3", [](auto& options) { options.precision = "int3"; });
  build_refused("0 threads", [](auto& options) { options.threads = 0; });
  build_refused("EXEUNT_BUILD_OPTIONS_INIT", [](auto& options) { options.struct_size = 0; });

  exeunt_session_options options = EXEUNT_SESSION_OPTIONS_INIT;
  options.max_batch = 0;
  EXPECT_FAILS(exeunt_session_create(plan.get(), &options, &session), EXEUNT_ERROR_ARGUMENT, "max_batch is 0");
  options = EXEUNT_SESSION_OPTIONS_INIT;
  options.input_count = 1;
  EXPECT_FAILS(exeunt_session_create(plan.get(), &options, &session), EXEUNT_ERROR_ARGUMENT, "null");
  options = EXEUNT_SESSION_OPTIONS_INIT;
  options.decision_scope = 7;
  EXPECT_FAILS(exeunt_session_create(plan.get(), &options, &session), EXEUNT_ERROR_ARGUMENT, "decision scope 7");
  EXPECT_EQ(session, nullptr);
}

/// Options as a later version of the header may have them.
struct LaterSessionOptions {
  exeunt_session_options known = EXEUNT_SESSION_OPTIONS_INIT;
  std::int64_t unknown = 0;
};

TEST(CApi, OptionsOfALaterHeaderAreTakenUnlessTheySaySomethingUnknown) {
  const PlanHandle plan = build();
  LaterSessionOptions options;
  options.known.struct_size = sizeof options;
  exeunt_session* session = nullptr;
  EXPECT_EQ(exeunt_session_create(plan.get(), &options.known, &session), EXEUNT_OK) << exeunt_last_error();
  exeunt_session_free(session);
  session = nullptr;
  options.unknown = 1;
  EXPECT_FAILS(exeunt_session_create(plan.get(), &options.known, &session), EXEUNT_ERROR_ARGUMENT, "does not know");
  EXPECT_EQ(session, nullptr);
}

TEST(CApi, ShapesOfInputsReachTheModel) {
  const std::int64_t dims[] = {1, 1, 9, 9};
  const exeunt_input_shape shape = {"image", dims, 4};
  exeunt_load_options options = EXEUNT_LOAD_OPTIONS_INIT;
  options.shapes = &shape;
  options.shape_count = 1;
  exeunt_model* model = nullptr;
  EXPECT_FAILS(exeunt_model_load(kModel.c_str(), &options, &model), EXEUNT_ERROR_ARGUMENT, "image");
}

TEST(CApi, ErrorsBelongToTheirThread) {
  exeunt_model* model = nullptr;
  EXPECT_EQ(exeunt_model_load("missing.onnx", nullptr, &model), EXEUNT_ERROR_FILE);
  std::string other = "untouched";
  std::thread([&] { other = exeunt_last_error(); }).join();
  EXPECT_EQ(other, "");
  EXPECT_THAT(exeunt_last_error(), HasSubstr("missing.onnx"));
}

TEST(CApi, MessagesReachTheCallback) {
  std::vector<std::string> messages;
  const auto keep = [](void* user, exeunt_log_level level, const char* message) {
    EXPECT_TRUE(level == EXEUNT_LOG_NOTE || level == EXEUNT_LOG_WARNING);
    static_cast<std::vector<std::string>*>(user)->emplace_back(message);
  };
  ASSERT_EQ(exeunt_set_log_callback(keep, &messages), EXEUNT_OK);
  exeunt_build_options options = untimed();
  options.precision = "int8";
  build(options);
  exeunt_set_log_callback(nullptr, nullptr);
  EXPECT_THAT(messages, ::testing::Contains(AllOf(HasSubstr("lenet_digits.onnx"), HasSubstr("int8"))));
  const std::size_t count = messages.size();
  build(options);
  EXPECT_EQ(messages.size(), count);
}

TEST(CApi, NamesAndVersions) {
  EXPECT_EQ(exeunt_c_api_version(), static_cast<std::uint32_t>(EXEUNT_C_API_VERSION));
  EXPECT_THAT(exeunt_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_STREQ(exeunt_status_name(EXEUNT_OK), "ok");
  EXPECT_STREQ(exeunt_status_name(EXEUNT_ERROR_SHAPE), "shape");
  EXPECT_STREQ(exeunt_status_name(99), "unknown");
}

}  // namespace
}  // namespace exeunt::testing
