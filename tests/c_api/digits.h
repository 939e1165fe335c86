#ifndef EXEUNT_TESTS_DIGITS_H
#define EXEUNT_TESTS_DIGITS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Loads the model, builds a plan, saves it as `plan_file`, loads that, and runs `count` pictures of 8x8 bytes through
 * it, one by one: the exit, score and class of each, and the ten class scores. Returns 0, or the number of the line
 * that failed; what went wrong is the last error. */
int run_digits(const char* model_file, const char* plan_file, const uint8_t* pixels, size_t count, int32_t* exits,
               float* scores, int32_t* classes, float* probabilities);

#ifdef __cplusplus
}
#endif

#endif
