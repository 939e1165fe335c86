/* Prints what programs have compiled in of exeunt.h: sizes, places and numbers, a line each. */
#include <exeunt.h>
#include <stdio.h>

#define NUMBER(name) printf("number %s %ld\n", #name, (long)(name))
#define STRUCT(type) printf("struct %s %zu\n", #type, sizeof(type))
#define MEMBER(type, member) printf("member %s.%s %zu\n", #type, #member, offsetof(type, member))

static void print_numbers(void) {
  NUMBER(EXEUNT_MAX_RANK);
  NUMBER(EXEUNT_OK);
  NUMBER(EXEUNT_ERROR_FILE);
  NUMBER(EXEUNT_ERROR_FORMAT);
  NUMBER(EXEUNT_ERROR_UNSUPPORTED);
  NUMBER(EXEUNT_ERROR_SHAPE);
  NUMBER(EXEUNT_ERROR_DTYPE);
  NUMBER(EXEUNT_ERROR_ARGUMENT);
  NUMBER(EXEUNT_ERROR_DEVICE);
  NUMBER(EXEUNT_ERROR_INTERNAL);
  NUMBER(EXEUNT_F32);
  NUMBER(EXEUNT_F64);
  NUMBER(EXEUNT_F16);
  NUMBER(EXEUNT_BF16);
  NUMBER(EXEUNT_I8);
  NUMBER(EXEUNT_U8);
  NUMBER(EXEUNT_I16);
  NUMBER(EXEUNT_U16);
  NUMBER(EXEUNT_I32);
  NUMBER(EXEUNT_U32);
  NUMBER(EXEUNT_I64);
  NUMBER(EXEUNT_U64);
  NUMBER(EXEUNT_BOOL);
  NUMBER(EXEUNT_LOG_NOTE);
  NUMBER(EXEUNT_LOG_WARNING);
  NUMBER(EXEUNT_LAYOUT_AS_MODEL);
  NUMBER(EXEUNT_LAYOUT_CHW);
  NUMBER(EXEUNT_LAYOUT_HWC);
  NUMBER(EXEUNT_SCOPE_SAMPLE);
  NUMBER(EXEUNT_SCOPE_BATCH);
  NUMBER(EXEUNT_CRITERION_MAX_PROB);
  NUMBER(EXEUNT_CRITERION_MARGIN);
  NUMBER(EXEUNT_CRITERION_ENTROPY);
  NUMBER(EXEUNT_CRITERION_PATIENCE);
  NUMBER(EXEUNT_CRITERION_PREDICATE);
}

static void print_tensors(void) {
  STRUCT(exeunt_tensor);
  MEMBER(exeunt_tensor, data);
  MEMBER(exeunt_tensor, dtype);
  MEMBER(exeunt_tensor, rank);
  MEMBER(exeunt_tensor, dims);
  STRUCT(exeunt_decision);
  MEMBER(exeunt_decision, name);
  MEMBER(exeunt_decision, criterion);
  MEMBER(exeunt_decision, threshold);
  MEMBER(exeunt_decision, temperature);
  MEMBER(exeunt_decision, enabled);
  MEMBER(exeunt_decision, tunable);
  MEMBER(exeunt_decision, classes);
  STRUCT(exeunt_exit_settings);
  MEMBER(exeunt_exit_settings, criterion);
  MEMBER(exeunt_exit_settings, threshold);
  MEMBER(exeunt_exit_settings, temperature);
  MEMBER(exeunt_exit_settings, enabled);
  STRUCT(exeunt_exit_statistics);
  MEMBER(exeunt_exit_statistics, samples);
  MEMBER(exeunt_exit_statistics, timed_runs);
  MEMBER(exeunt_exit_statistics, mean_us);
  MEMBER(exeunt_exit_statistics, p50_us);
  MEMBER(exeunt_exit_statistics, p90_us);
  MEMBER(exeunt_exit_statistics, p99_us);
  STRUCT(exeunt_input_shape);
  MEMBER(exeunt_input_shape, input);
  MEMBER(exeunt_input_shape, dims);
  MEMBER(exeunt_input_shape, rank);
  STRUCT(exeunt_input_format);
  MEMBER(exeunt_input_format, data_layout);
  MEMBER(exeunt_input_format, layout);
  MEMBER(exeunt_input_format, scale);
  MEMBER(exeunt_input_format, mean);
  MEMBER(exeunt_input_format, mean_count);
  MEMBER(exeunt_input_format, stddev);
  MEMBER(exeunt_input_format, stddev_count);
}

static void print_options(void) {
  STRUCT(exeunt_load_options);
  MEMBER(exeunt_load_options, struct_size);
  MEMBER(exeunt_load_options, shapes);
  MEMBER(exeunt_load_options, shape_count);
  STRUCT(exeunt_build_options);
  MEMBER(exeunt_build_options, struct_size);
  MEMBER(exeunt_build_options, backend);
  MEMBER(exeunt_build_options, optimization_level);
  MEMBER(exeunt_build_options, threads);
  MEMBER(exeunt_build_options, precision);
  MEMBER(exeunt_build_options, strict);
  MEMBER(exeunt_build_options, runtime_only);
  MEMBER(exeunt_build_options, conv_tolerance);
  MEMBER(exeunt_build_options, optimize_for);
  MEMBER(exeunt_build_options, calibration);
  MEMBER(exeunt_build_options, timing_cache);
  MEMBER(exeunt_build_options, target_isa);
  STRUCT(exeunt_session_options);
  MEMBER(exeunt_session_options, struct_size);
  MEMBER(exeunt_session_options, max_batch);
  MEMBER(exeunt_session_options, decision_scope);
  MEMBER(exeunt_session_options, inputs);
  MEMBER(exeunt_session_options, input_count);
}

int main(void) {
  print_numbers();
  print_tensors();
  print_options();
  return 0;
}
