/**
 * @file exeunt.h
 * Exeunt for C and for languages that call C: models and plans in, answers and the exits they came from out.
 *
 * It stands on the C++ API (exeunt/session.h) and has its rules: a model and a plan may be used from several threads,
 * a session from one at a time. No exception leaves it.
 *
 * Functions that can fail return an ::exeunt_status, and what went wrong is in exeunt_last_error(). Where one fails,
 * what it would have written is untouched. A null pointer where something is needed is ::EXEUNT_ERROR_ARGUMENT; freeing
 * null does nothing. Pointers that functions hand out belong to the object they are about and are valid as long as it
 * is, those into results until the session's next run.
 *
 * Numbers with names (status, element type, ...) are int32_t, so that their size is the same everywhere.
 *
 * Structs that you fill begin with `struct_size`; start from their `_INIT` macro. Later versions may append members,
 * and know from the size which ones your program has. Structs that are handed in or out by the array do not grow.
 */
#ifndef EXEUNT_H
#define EXEUNT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define EXEUNT_C_API __attribute__((visibility("default")))
#else
#define EXEUNT_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Raised when functions or members are added; one that is there never changes. */
#define EXEUNT_C_API_VERSION 1

/** The most dimensions that a tensor has. */
#define EXEUNT_MAX_RANK 8

/** What kind of thing went wrong; numbers are stable. */
typedef int32_t exeunt_status;
/** Values of ::exeunt_status. */
enum {
  EXEUNT_OK = 0,
  EXEUNT_ERROR_FILE = 1,        /**< a file is missing, unreadable or cannot be written */
  EXEUNT_ERROR_FORMAT = 2,      /**< a file was read but its content is damaged or of another kind */
  EXEUNT_ERROR_UNSUPPORTED = 3, /**< the content is legal, but Exeunt cannot run it */
  EXEUNT_ERROR_SHAPE = 4,       /**< a tensor has the wrong shape */
  EXEUNT_ERROR_DTYPE = 5,       /**< a tensor has the wrong element type */
  EXEUNT_ERROR_ARGUMENT = 6,    /**< an option or argument is out of range */
  EXEUNT_ERROR_DEVICE = 7,      /**< the machine lacks something (memory, an ISA, a device) */
  EXEUNT_ERROR_INTERNAL = 8     /**< a bug in Exeunt */
};

/** Element types; numbers are stable. A boolean is one byte, 0 or 1. */
typedef int32_t exeunt_dtype;
/** Values of ::exeunt_dtype. */
enum {
  EXEUNT_F32 = 0,
  EXEUNT_F64 = 1,
  EXEUNT_F16 = 2,
  EXEUNT_BF16 = 3,
  EXEUNT_I8 = 4,
  EXEUNT_U8 = 5,
  EXEUNT_I16 = 6,
  EXEUNT_U16 = 7,
  EXEUNT_I32 = 8,
  EXEUNT_U32 = 9,
  EXEUNT_I64 = 10,
  EXEUNT_U64 = 11,
  EXEUNT_BOOL = 12
};

/** A model read from an ONNX file. */
typedef struct exeunt_model exeunt_model;
/** A model compiled for this machine. */
typedef struct exeunt_plan exeunt_plan;
/** A plan with the memory it needs to run, and the answers of its last run. */
typedef struct exeunt_session exeunt_session;

/** A borrowed, contiguous, row-major tensor; or a type alone, then `data` is null. */
typedef struct exeunt_tensor {
  const void* data;              /**< its elements, or null */
  exeunt_dtype dtype;            /**< of the elements */
  int32_t rank;                  /**< 0 .. #EXEUNT_MAX_RANK */
  int64_t dims[EXEUNT_MAX_RANK]; /**< outermost first; those behind `rank` are not looked at, and 0 where handed out */
} exeunt_tensor;

/** One decision of a plan: samples whose score is above the threshold leave. */
typedef struct exeunt_decision {
  const char* name;
  const char* criterion; /**< "max_prob", "margin", "entropy", "patience", "predicate" */
  float threshold;       /**< the plan's, as all that follows */
  float temperature;     /**< class scores are divided by it before the softmax */
  int32_t enabled;       /**< 0: no sample leaves here */
  int32_t tunable;       /**< 1: sessions may choose other settings */
  int64_t classes;       /**< class scores that it looks at; 0 for a predicate */
} exeunt_decision;

/* ---- versions, errors, messages ---- */

/** #EXEUNT_C_API_VERSION of the library that is loaded. */
EXEUNT_C_API uint32_t exeunt_c_api_version(void);
/** "0.1.0". */
EXEUNT_C_API const char* exeunt_version(void);

/**
 * What went wrong in the last call on this thread that failed: where, what, and what to do. Empty if none did.
 * Valid until the next call on this thread that fails.
 */
EXEUNT_C_API const char* exeunt_last_error(void);
/** The name of a status, for example "shape"; "ok" for ::EXEUNT_OK, "unknown" for a number that is none. */
EXEUNT_C_API const char* exeunt_status_name(exeunt_status status);

/** How much a message matters. */
typedef int32_t exeunt_log_level;
/** Values of ::exeunt_log_level. */
enum {
  EXEUNT_LOG_NOTE = 0,   /**< something was decided that whoever built the plan may want to know */
  EXEUNT_LOG_WARNING = 1 /**< something is odd about the model or costs time */
};

/** Gets one message, valid during the call. Called on the thread that called the library. */
typedef void (*exeunt_log_callback)(void* user, exeunt_log_level level, const char* message);

/**
 * Sets who gets the messages of this process; a null callback: nobody, as at first. The library itself never writes to
 * standard output or standard error.
 * @param callback  called with `user`; must not throw or jump out
 * @param user      handed to the callback as it is
 */
EXEUNT_C_API exeunt_status exeunt_set_log_callback(exeunt_log_callback callback, void* user);

/* ---- models: in libexeunt, not in the runtime-only library ---- */

/** The shape of one input with symbolic dims. */
typedef struct exeunt_input_shape {
  const char* input;
  const int64_t* dims; /**< batch axis included */
  size_t rank;
} exeunt_input_shape;

/** How a model is read. */
typedef struct exeunt_load_options {
  size_t struct_size;
  const exeunt_input_shape* shapes; /**< for symbolic dims other than the batch; null: none */
  size_t shape_count;
} exeunt_load_options;

/** Start from here. */
#define EXEUNT_LOAD_OPTIONS_INIT \
  { sizeof(exeunt_load_options), NULL, 0 }

/**
 * Reads an ONNX file (opset 11 to 23). Costs milliseconds.
 * @param path     of the file
 * @param options  null: as #EXEUNT_LOAD_OPTIONS_INIT
 * @param model    receives a model, to be freed by exeunt_model_free()
 */
EXEUNT_C_API exeunt_status exeunt_model_load(const char* path, const exeunt_load_options* options,
                                             exeunt_model** model);
/** Plans that were built from it stay. */
EXEUNT_C_API void exeunt_model_free(exeunt_model* model);

/** How a plan is built; the members are those of exeunt::BuildOptions. */
typedef struct exeunt_build_options {
  size_t struct_size;
  const char* backend;        /**< "cpu", "ref"; null: "cpu" */
  int32_t optimization_level; /**< 0: kernels are picked by rules of thumb; 1 to 5: by timing them */
  int32_t threads;            /**< steps may be split over so many threads */
  const char* precision;      /**< "fp32", "int8", "bf16", "fp16", "half", "best"; null: "fp32" */
  int32_t strict;             /**< 1: the precision wherever a kernel has it; its lack is an error */
  int32_t runtime_only;       /**< 1: for the runtime-only library */
  double conv_tolerance;      /**< how far f32 convolutions may be off, of the root mean square of their results */
  const char* optimize_for;   /**< "mix", "worst", or the number of an exit; null: "mix" */
  const char* calibration;    /**< a table of `exeunt build --calib-table`, for int8; null: none */
  const char* timing_cache;   /**< a file that keeps times of kernels; null: none */
  const char* target_isa;     /**< "avx512", "avx2", "neon", "scalar"; null: this machine's */
} exeunt_build_options;

/** Start from here. */
#define EXEUNT_BUILD_OPTIONS_INIT \
  { sizeof(exeunt_build_options), NULL, 3, 1, NULL, 0, 0, 1e-4, NULL, NULL, NULL, NULL }

/**
 * Compiles a model. Costs milliseconds to seconds.
 * @param model    what to compile
 * @param options  null: as #EXEUNT_BUILD_OPTIONS_INIT
 * @param plan     receives a plan, to be freed by exeunt_plan_free()
 */
EXEUNT_C_API exeunt_status exeunt_plan_build(const exeunt_model* model, const exeunt_build_options* options,
                                             exeunt_plan** plan);
/** Writes a file that exeunt_plan_load() reads; nobody ever sees half of one. */
EXEUNT_C_API exeunt_status exeunt_plan_save(const exeunt_plan* plan, const char* path);

/* ---- plans ---- */

/**
 * Reads a plan file. Costs milliseconds.
 * @param path  of the file
 * @param plan  receives a plan, to be freed by exeunt_plan_free()
 */
EXEUNT_C_API exeunt_status exeunt_plan_load(const char* path, exeunt_plan** plan);
/** Sessions that were made of it stay. */
EXEUNT_C_API void exeunt_plan_free(exeunt_plan* plan);

/** How many inputs the model has; 0 for null, as of all counts. */
EXEUNT_C_API size_t exeunt_plan_input_count(const exeunt_plan* plan);
/** How many outputs it has. */
EXEUNT_C_API size_t exeunt_plan_output_count(const exeunt_plan* plan);
/** How many exits; they are numbered in the order in which samples reach them. */
EXEUNT_C_API size_t exeunt_plan_exit_count(const exeunt_plan* plan);
/** How many decisions. */
EXEUNT_C_API size_t exeunt_plan_decision_count(const exeunt_plan* plan);
/** The name of input `input`; null if there is none. */
EXEUNT_C_API const char* exeunt_plan_input_name(const exeunt_plan* plan, size_t input);
/** The name of output `output`; null if there is none. */
EXEUNT_C_API const char* exeunt_plan_output_name(const exeunt_plan* plan, size_t output);
/** The type of one sample of input `input`, its batch axis of 1 included. */
EXEUNT_C_API exeunt_status exeunt_plan_input_type(const exeunt_plan* plan, size_t input, exeunt_tensor* type);
/** The type of output `output` at exit `exit`, batch axis of 1 included. */
EXEUNT_C_API exeunt_status exeunt_plan_output_type(const exeunt_plan* plan, size_t exit, size_t output,
                                                   exeunt_tensor* type);
/** Classes that exit `exit` tells apart; 0 if the model does not classify. */
EXEUNT_C_API size_t exeunt_plan_class_count(const exeunt_plan* plan, size_t exit);
/** What is known of decision `decision`. */
EXEUNT_C_API exeunt_status exeunt_plan_decision(const exeunt_plan* plan, size_t decision, exeunt_decision* info);
/** The type that kernels may compute in: "fp32". */
EXEUNT_C_API const char* exeunt_plan_precision(const exeunt_plan* plan);
/** The instruction set that it was built for: "avx512". */
EXEUNT_C_API const char* exeunt_plan_isa(const exeunt_plan* plan);

/* ---- sessions ---- */

/** Order of the axes of one picture. */
typedef int32_t exeunt_layout;
/** Values of ::exeunt_layout. */
enum {
  EXEUNT_LAYOUT_AS_MODEL = 0, /**< the model's; for the model's own: found from its shape */
  EXEUNT_LAYOUT_CHW = 1,
  EXEUNT_LAYOUT_HWC = 2
};

/** How the caller hands over one input, where that is not how the model takes it: exeunt::InputFormat. */
typedef struct exeunt_input_format {
  exeunt_layout data_layout; /**< of the arrays handed over */
  exeunt_layout layout;      /**< of the model's input */
  float scale;               /**< each value v becomes (v * scale - mean[c]) / stddev[c] */
  const float* mean;         /**< null: 0 */
  size_t mean_count;         /**< 1, or the number of channels */
  const float* stddev;       /**< null: 1 */
  size_t stddev_count;       /**< 1, or the number of channels */
} exeunt_input_format;

/** Start from here. */
#define EXEUNT_INPUT_FORMAT_INIT \
  { EXEUNT_LAYOUT_AS_MODEL, EXEUNT_LAYOUT_AS_MODEL, 1.0F, NULL, 0, NULL, 0 }

/** For whom a decision is taken. */
typedef int32_t exeunt_decision_scope;
/** Values of ::exeunt_decision_scope. */
enum {
  EXEUNT_SCOPE_SAMPLE = 0, /**< for each sample alone */
  EXEUNT_SCOPE_BATCH = 1   /**< for all samples of a run at once, as ONNX does */
};

/** How a session is made. */
typedef struct exeunt_session_options {
  size_t struct_size;
  int64_t max_batch; /**< the most samples that one run may get */
  exeunt_decision_scope decision_scope;
  const exeunt_input_format* inputs; /**< by input; those beyond the list are taken as the model has them */
  size_t input_count;
} exeunt_session_options;

/** Start from here. */
#define EXEUNT_SESSION_OPTIONS_INIT \
  { sizeof(exeunt_session_options), 1, EXEUNT_SCOPE_SAMPLE, NULL, 0 }

/**
 * Allocates everything a run needs.
 * @param plan     shared by any number of sessions; need not outlive them
 * @param options  null: as #EXEUNT_SESSION_OPTIONS_INIT
 * @param session  receives a session, to be freed by exeunt_session_free()
 */
EXEUNT_C_API exeunt_status exeunt_session_create(const exeunt_plan* plan, const exeunt_session_options* options,
                                                 exeunt_session** session);
/** Its answers go with it. */
EXEUNT_C_API void exeunt_session_free(exeunt_session* session);

/**
 * Runs 1 .. max_batch samples. Allocates no memory. After a failure there are no results.
 * @param session  one thread at a time
 * @param inputs   one for each of the plan's inputs, [N, ...] with the plan's dims after the batch axis; borrowed for
 *                 the call. An input of floats takes u8 as well
 * @param count    of the inputs
 */
EXEUNT_C_API exeunt_status exeunt_session_run(exeunt_session* session, const exeunt_tensor* inputs, size_t count);

/**
 * Runs one sample that has to be answered soon: where a decision would send it on but there is not the time, it ends
 * there. The first such run measures the plan and takes about twenty times as long.
 * @param session  one thread at a time
 * @param inputs   as for exeunt_session_run()
 * @param count    of the inputs
 * @param us       microseconds from now
 */
EXEUNT_C_API exeunt_status exeunt_session_run_within(exeunt_session* session, const exeunt_tensor* inputs, size_t count,
                                                     double us);

/** What a session has seen of one exit: exeunt::ExitStatistics. */
typedef struct exeunt_exit_statistics {
  int64_t samples;    /**< that it answered */
  int64_t timed_runs; /**< runs of one sample that it ended; the latencies are theirs */
  double mean_us;     /**< 0 without runs, as those below */
  double p50_us;      /**< the latency that half of the runs did not exceed, by bins up to 12.5 % wide */
  double p90_us;      /**< of nine runs in ten */
  double p99_us;      /**< of 99 runs in 100 */
} exeunt_exit_statistics;

/** What was seen of exit `exit` since the session was made or its statistics were reset. Costs microseconds. */
EXEUNT_C_API exeunt_status exeunt_session_exit_statistics(const exeunt_session* session, size_t exit,
                                                          exeunt_exit_statistics* statistics);
/** Begins counting anew. */
EXEUNT_C_API void exeunt_session_reset_statistics(exeunt_session* session);

/** Sets the threshold of one decision; ::EXEUNT_ERROR_ARGUMENT if it does not exist or has none to set. */
EXEUNT_C_API exeunt_status exeunt_session_set_threshold(exeunt_session* session, size_t decision, float threshold);
/** Sets one threshold for all decisions that have one (`count` 1), or one for each of them in order. */
EXEUNT_C_API exeunt_status exeunt_session_set_thresholds(exeunt_session* session, const float* thresholds,
                                                         size_t count);
/** The threshold of one decision. */
EXEUNT_C_API exeunt_status exeunt_session_threshold(const exeunt_session* session, size_t decision, float* threshold);
/** How sure a decision is of a sample. */
typedef int32_t exeunt_criterion;
/** Values of ::exeunt_criterion. */
enum {
  EXEUNT_CRITERION_MAX_PROB = 0, /**< the largest class probability */
  EXEUNT_CRITERION_MARGIN = 1,   /**< the largest minus the second largest class probability */
  EXEUNT_CRITERION_ENTROPY = 2,  /**< 1 - H / ln K of the K class probabilities */
  EXEUNT_CRITERION_PATIENCE = 3, /**< how many exits in a row have the same most probable class */
  EXEUNT_CRITERION_PREDICATE = 4 /**< a bool that the model computes */
};

/** How one decision is taken: exeunt::ExitSettings. */
typedef struct exeunt_exit_settings {
  exeunt_criterion criterion; /**< what the score is */
  float threshold;            /**< a sample leaves when its score is above, strictly */
  float temperature;          /**< above 0 */
  int32_t enabled;            /**< 0: no sample leaves here */
} exeunt_exit_settings;

/** How decision `decision` is taken. */
EXEUNT_C_API exeunt_status exeunt_session_exit_settings(const exeunt_session* session, size_t decision,
                                                        exeunt_exit_settings* settings);
/** Chooses it anew for all decisions; nothing changes if it fails. `settings` holds one for each, in order. */
EXEUNT_C_API exeunt_status exeunt_session_set_exit_settings(exeunt_session* session,
                                                            const exeunt_exit_settings* settings, size_t count);
/** Makes every sample run to this exit, whatever its scores; -1: back to the decisions. */
EXEUNT_C_API exeunt_status exeunt_session_force_exit(exeunt_session* session, int32_t exit);

/* ---- answers of the last run ---- */

/** How many samples the last run had; 0 before the first one and after one that failed. */
EXEUNT_C_API int64_t exeunt_result_count(const exeunt_session* session);
/** The exit that sample `sample` took, from 0; -1 if there is no such sample. */
EXEUNT_C_API int32_t exeunt_result_exit(const exeunt_session* session, int64_t sample);
/** The score of the last decision that it met, in the criterion's unit; NaN if it met none or there is none. */
EXEUNT_C_API float exeunt_result_score(const exeunt_session* session, int64_t sample);
/** 1 if a deadline ended the run of sample `sample`, else 0. */
EXEUNT_C_API int32_t exeunt_result_cut_short(const exeunt_session* session, int64_t sample);
/** Output `output` of sample `sample`, in the shape its exit gives it (batch axis of 1 included). */
EXEUNT_C_API exeunt_status exeunt_result_output(const exeunt_session* session, int64_t sample, size_t output,
                                                exeunt_tensor* tensor);
/**
 * The class scores of sample `sample`, [classes]; ::EXEUNT_ERROR_UNSUPPORTED if the model does not classify.
 * @param session           whose last run it was
 * @param sample            from 0
 * @param scores            receives them
 * @param are_probabilities receives 1 if they come out of a softmax, 0 for logits; may be null
 */
EXEUNT_C_API exeunt_status exeunt_result_class_scores(const exeunt_session* session, int64_t sample,
                                                      exeunt_tensor* scores, int32_t* are_probabilities);
/** The class with the largest score, the first one of equals; -1 if the model does not classify. */
EXEUNT_C_API int32_t exeunt_result_top_class(const exeunt_session* session, int64_t sample);

#ifdef __cplusplus
}
#endif

#endif
