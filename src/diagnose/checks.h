#pragma once

#include "diagnose/diagnose.h"

namespace exeunt::checks {

// One function a check; codes in brackets. docs/diagnosis.md says what each means for a user.

/// [no_decision] Every sample takes the same path.
void no_decision(const Subject& subject, std::vector<Warning>& warnings);

/// [constant_decision] A conditional whose condition is always the same, other than a test of shapes.
void constant_decision(const Subject& subject, std::vector<Warning>& warnings);

/// [threshold_never, threshold_always] A threshold that no score exceeds, or every score.
void threshold(const Subject& subject, std::vector<Warning>& warnings);

/// [unreachable_exit] A second decision on a score that an earlier one has settled.
void unreachable_exit(const Subject& subject, std::vector<Warning>& warnings);

/// [unused_head] Work whose result goes nowhere, or a head that decides but never answers.
void unused_head(const Subject& subject, std::vector<Warning>& warnings);

/// [unnormalised_scores] A max-probability test on numbers that are no probabilities.
void unnormalised_scores(const Subject& subject, std::vector<Warning>& warnings);

/// [whole_batch] The file takes one decision for all samples of a batch.
void whole_batch(const Subject& subject, std::vector<Warning>& warnings);

/// [late_exit] An exit after which almost no work is left.
void late_exit(const Subject& subject, std::vector<Warning>& warnings);

/// [repeated_softmax, softmax_of_softmax] The same softmax twice on a path, or one over another's result.
void repeated_softmax(const Subject& subject, std::vector<Warning>& warnings);

/// [duplicate_weights, debug_metadata] Bytes of the file that carry nothing.
void wasted_bytes(const Subject& subject, std::vector<Warning>& warnings);

/// [input_scale] A quantised input whose range is none that pictures have.
void input_scale(const Subject& subject, std::vector<Warning>& warnings);

/// [training_mode] Nodes that were exported for training.
void training_mode(const Subject& subject, std::vector<Warning>& warnings);

/// [slow_step] A step that no fast backend takes.
void slow_step(const Subject& subject, std::vector<Warning>& warnings);

}  // namespace exeunt::checks
