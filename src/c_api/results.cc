#include <limits>
#include <optional>

#include "base/dtype.h"
#include "c_api/handles.h"
#include "c_api/status.h"

namespace exeunt::c_api {

namespace {

bool has_sample(const exeunt_session* session, std::int64_t sample) noexcept {
  return sample >= 0 && sample < exeunt_result_count(session);
}

/// The results of the last run, which had sample `sample`. @throws Error argument
const Results& results_with(const exeunt_session* session, std::int64_t sample) {
  needed(session, "session");
  require(has_sample(session, sample), ErrorCode::argument, "there is no sample {}; the last run had {}", sample,
          exeunt_result_count(session));
  return *session->results;
}

std::int32_t index_of_largest(const TensorView& scores) {
  return dispatch(scores.dtype(), [&]<class T>(TypeTag<T>) {
    std::int32_t largest = 0;
    std::int32_t index = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (const T score : scores.span<T>()) {
      const auto value = convert<double>(score);
      if (value > most) {
        most = value;
        largest = index;
      }
      ++index;
    }
    return largest;
  });
}

}  // namespace

}  // namespace exeunt::c_api

using exeunt::c_api::guarded;
using exeunt::c_api::has_sample;
using exeunt::c_api::needed;
using exeunt::c_api::results_with;

int64_t exeunt_result_count(const exeunt_session* session) {
  return session == nullptr || session->results == nullptr ? 0 : session->results->size();
}

int32_t exeunt_result_exit(const exeunt_session* session, int64_t sample) {
  return has_sample(session, sample) ? session->results->exit(sample) : -1;
}

float exeunt_result_score(const exeunt_session* session, int64_t sample) {
  return has_sample(session, sample) ? session->results->score(sample) : std::numeric_limits<float>::quiet_NaN();
}

int32_t exeunt_result_cut_short(const exeunt_session* session, int64_t sample) {
  return has_sample(session, sample) && session->results->cut_short(sample) ? 1 : 0;
}

exeunt_status exeunt_result_output(const exeunt_session* session, int64_t sample, size_t output,
                                   exeunt_tensor* tensor) {
  return guarded([&] {
    const exeunt::Results& results = results_with(session, sample);
    const std::size_t count = session->session.plan().outputs().size();
    exeunt::require(output < count, exeunt::ErrorCode::argument, "there is no output {}; the model has {}", output,
                    count);
    needed(tensor, "tensor") = exeunt::c_api::c_tensor(results.output(sample, output));
  });
}

exeunt_status exeunt_result_class_scores(const exeunt_session* session, int64_t sample, exeunt_tensor* scores,
                                         int32_t* are_probabilities) {
  return guarded([&] {
    const exeunt::Results& results = results_with(session, sample);
    const std::optional<exeunt::TensorView> found = results.class_scores(sample);
    exeunt::require(found.has_value(), exeunt::ErrorCode::unsupported,
                    "the model does not classify; take its outputs instead");
    needed(scores, "scores") = exeunt::c_api::c_tensor(*found);
    if (are_probabilities != nullptr) *are_probabilities = results.are_probabilities(sample) ? 1 : 0;
  });
}

int32_t exeunt_result_top_class(const exeunt_session* session, int64_t sample) {
  int32_t top = -1;
  guarded([&] {
    if (!has_sample(session, sample)) return;
    const std::optional<exeunt::TensorView> scores = session->results->class_scores(sample);
    if (scores) top = exeunt::c_api::index_of_largest(*scores);
  });
  return top;
}
