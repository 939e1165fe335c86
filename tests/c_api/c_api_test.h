#pragma once

#include <exeunt.h>
#include <exeunt/tools/arrays.h>
#include <gmock/gmock.h>

#include <memory>
#include <string>

/// What tests of the C API share: handles that free themselves, and the digits.
namespace exeunt::testing {

inline const std::string kFolder = std::string(EXEUNT_SOURCE_DIR) + "/models/digits/";
inline const std::string kModel = kFolder + "lenet_digits.onnx";

template <class Handle, void (*Free)(Handle*)>
struct Freed {
  void operator()(Handle* handle) const { Free(handle); }
};
using ModelHandle = std::unique_ptr<exeunt_model, Freed<exeunt_model, exeunt_model_free>>;
using PlanHandle = std::unique_ptr<exeunt_plan, Freed<exeunt_plan, exeunt_plan_free>>;
using SessionHandle = std::unique_ptr<exeunt_session, Freed<exeunt_session, exeunt_session_free>>;

inline ModelHandle load(const std::string& path) {
  exeunt_model* model = nullptr;
  EXPECT_EQ(exeunt_model_load(path.c_str(), nullptr, &model), EXEUNT_OK) << exeunt_last_error();
  return ModelHandle(model);
}

inline exeunt_build_options untimed() {
  exeunt_build_options options = EXEUNT_BUILD_OPTIONS_INIT;
  options.optimization_level = 0;
  return options;
}

inline PlanHandle build(const exeunt_build_options& options = untimed()) {
  exeunt_plan* plan = nullptr;
  EXPECT_EQ(exeunt_plan_build(load(kModel).get(), &options, &plan), EXEUNT_OK) << exeunt_last_error();
  return PlanHandle(plan);
}

inline SessionHandle open(const PlanHandle& plan, const exeunt_session_options& options) {
  exeunt_session* session = nullptr;
  EXPECT_EQ(exeunt_session_create(plan.get(), &options, &session), EXEUNT_OK) << exeunt_last_error();
  return SessionHandle(session);
}

inline SessionHandle open(const PlanHandle& plan, std::int64_t max_batch = 1) {
  exeunt_session_options options = EXEUNT_SESSION_OPTIONS_INIT;
  options.max_batch = max_batch;
  return open(plan, options);
}

/// The test pictures, u8 [600,1,8,8].
inline const Tensor& pictures() {
  static const Arrays arrays = read_npz(kFolder + "digits_test.npz");
  return arrays.at("x");
}

inline exeunt_tensor batch_of_pictures(std::int64_t first, std::int64_t count) {
  return {pictures().view().data + first * 64, EXEUNT_U8, 4, {count, 1, 8, 8}};
}

/// A call failed with `status`, and the last error says `text`.
#define EXPECT_FAILS(call, status, text)                          \
  do {                                                            \
    EXPECT_EQ(call, status);                                      \
    EXPECT_THAT(exeunt_last_error(), ::testing::HasSubstr(text)); \
  } while (false)

}  // namespace exeunt::testing
