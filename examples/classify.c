/* Classifies samples with an early-exit model, in C99: classify_c MODEL.onnx|MODEL.plan SAMPLES.f32
 *   SAMPLES.f32   raw floats: samples of the model's only input, one behind the other */
#include <exeunt.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(const char* what) {
  fprintf(stderr, "error: %s: %s\n", what, exeunt_last_error());
  return 1;
}

static exeunt_status plan_of(const char* file, exeunt_plan** plan) {
  exeunt_model* model = NULL;
  exeunt_status status = EXEUNT_OK;
  const size_t length = strlen(file);
  if (length > 5 && strcmp(file + length - 5, ".plan") == 0) return exeunt_plan_load(file, plan);
  status = exeunt_model_load(file, NULL, &model);
  if (status == EXEUNT_OK) status = exeunt_plan_build(model, NULL, plan);
  exeunt_model_free(model);
  return status;
}

/* Reads, runs and prints one sample after another, until the file ends. */
static int classify_all(exeunt_session* session, exeunt_tensor input, FILE* file) {
  size_t count = 1;
  int32_t axis = 0;
  long sample = 0;
  float* values = NULL;
  for (axis = 0; axis < input.rank; ++axis) count *= (size_t)input.dims[axis];
  values = malloc(count * sizeof *values);
  if (values == NULL || input.dtype != EXEUNT_F32) {
    free(values);
    fprintf(stderr, "error: there is no memory, or the model's input is not of floats\n");
    return 1;
  }
  input.data = values;
  for (; fread(values, sizeof *values, count, file) == count; ++sample) {
    if (exeunt_session_run(session, &input, 1) != EXEUNT_OK) {
      free(values);
      return failed("run");
    }
    printf("sample %ld: class %d, exit %d\n", sample, exeunt_result_top_class(session, 0),
           exeunt_result_exit(session, 0));
  }
  free(values);
  return 0;
}

int main(int argc, char** argv) {
  exeunt_plan* plan = NULL;
  exeunt_session* session = NULL;
  exeunt_tensor input;
  FILE* file = NULL;
  int result = 0;
  if (argc != 3) {
    fprintf(stderr, "usage: classify_c MODEL.onnx|MODEL.plan SAMPLES.f32\n");
    return 2;
  }
  file = fopen(argv[2], "rb");
  if (file == NULL) {
    fprintf(stderr, "error: %s: cannot be read\n", argv[2]);
    return 1;
  }
  if (plan_of(argv[1], &plan) != EXEUNT_OK || exeunt_plan_input_type(plan, 0, &input) != EXEUNT_OK ||
      exeunt_session_create(plan, NULL, &session) != EXEUNT_OK) {
    result = failed(argv[1]);
  } else {
    result = classify_all(session, input, file);
  }
  exeunt_session_free(session);
  exeunt_plan_free(plan);
  fclose(file);
  return result;
}
