#include "digits.h"

#include <exeunt.h>
#include <string.h>

#define PICTURE 64
#define CLASSES 10

/* 0, or the line that failed. */
static int run_all(exeunt_session* session, exeunt_tensor input, const uint8_t* pixels, size_t count, int32_t* exits,
                   float* scores, int32_t* classes, float* probabilities) {
  size_t i = 0;
  for (i = 0; i < count; ++i) {
    exeunt_tensor answer;
    int32_t are_probabilities = 0;
    input.data = pixels + i * PICTURE;
    input.dtype = EXEUNT_U8;
    if (exeunt_session_run(session, &input, 1) != EXEUNT_OK) return __LINE__;
    if (exeunt_result_count(session) != 1) return __LINE__;
    exits[i] = exeunt_result_exit(session, 0);
    scores[i] = exeunt_result_score(session, 0);
    classes[i] = exeunt_result_top_class(session, 0);
    if (exeunt_result_class_scores(session, 0, &answer, &are_probabilities) != EXEUNT_OK) return __LINE__;
    if (!are_probabilities || answer.dtype != EXEUNT_F32 || answer.rank != 1 || answer.dims[0] != CLASSES)
      return __LINE__;
    memcpy(probabilities + i * CLASSES, answer.data, CLASSES * sizeof(float));
  }
  return 0;
}

static int make_plan(const char* model_file, const char* plan_file) {
  exeunt_model* model = NULL;
  exeunt_plan* plan = NULL;
  exeunt_build_options options = EXEUNT_BUILD_OPTIONS_INIT;
  int failed = 0;
  options.optimization_level = 0;
  if (exeunt_model_load(model_file, NULL, &model) != EXEUNT_OK) {
    failed = __LINE__;
  } else if (exeunt_plan_build(model, &options, &plan) != EXEUNT_OK) {
    failed = __LINE__;
  } else if (exeunt_plan_save(plan, plan_file) != EXEUNT_OK) {
    failed = __LINE__;
  }
  exeunt_plan_free(plan);
  exeunt_model_free(model);
  return failed;
}

int run_digits(const char* model_file, const char* plan_file, const uint8_t* pixels, size_t count, int32_t* exits,
               float* scores, int32_t* classes, float* probabilities) {
  exeunt_plan* plan = NULL;
  exeunt_session* session = NULL;
  exeunt_tensor input;
  int failed = make_plan(model_file, plan_file);
  if (failed) return failed;
  if (exeunt_plan_load(plan_file, &plan) != EXEUNT_OK) {
    failed = __LINE__;
  } else if (exeunt_plan_input_type(plan, 0, &input) != EXEUNT_OK) {
    failed = __LINE__;
  } else if (exeunt_session_create(plan, NULL, &session) != EXEUNT_OK) {
    failed = __LINE__;
  }
  exeunt_plan_free(plan); /* sessions keep what they need of it */
  if (!failed) failed = run_all(session, input, pixels, count, exits, scores, classes, probabilities);
  exeunt_session_free(session);
  return failed;
}
