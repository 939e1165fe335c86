#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "c_api/handles.h"
#include "c_api/status.h"

namespace exeunt::c_api {

namespace {

constexpr int kDTypes = EXEUNT_BOOL + 1;

std::optional<ImageLayout> layout_of(exeunt_layout layout) {
  switch (layout) {
    case EXEUNT_LAYOUT_AS_MODEL:
      return std::nullopt;
    case EXEUNT_LAYOUT_CHW:
      return ImageLayout::chw;
    case EXEUNT_LAYOUT_HWC:
      return ImageLayout::hwc;
    default:
      break;
  }
  fail(ErrorCode::argument, "there is no layout {}", layout);
}

std::vector<float> values_or(const float* values, std::size_t count, float otherwise) {
  if (values == nullptr) return {otherwise};
  return {values, values + count};
}

InputFormat format_of(const exeunt_input_format& given) {
  InputFormat format;
  format.data_layout = layout_of(given.data_layout);
  format.layout = layout_of(given.layout);
  format.scale = given.scale;
  format.mean = values_or(given.mean, given.mean_count, 0);
  format.stddev = values_or(given.stddev, given.stddev_count, 1);
  return format;
}

SessionOptions options_of(const exeunt_session_options* given) {
  const exeunt_session_options read =
      read_options<exeunt_session_options>(given, EXEUNT_SESSION_OPTIONS_INIT, "EXEUNT_SESSION_OPTIONS_INIT");
  require(read.decision_scope == EXEUNT_SCOPE_SAMPLE || read.decision_scope == EXEUNT_SCOPE_BATCH, ErrorCode::argument,
          "there is no decision scope {}", read.decision_scope);
  SessionOptions options;
  options.max_batch = read.max_batch;
  options.decision_scope = read.decision_scope == EXEUNT_SCOPE_BATCH ? DecisionScope::batch : DecisionScope::sample;
  if (read.input_count > 0) needed(read.inputs, "inputs of the session's options");
  for (const exeunt_input_format& format : std::span(read.inputs, read.input_count))
    options.inputs.push_back(format_of(format));
  return options;
}

TensorView view_of(const exeunt_tensor& tensor) {
  require(tensor.dtype >= 0 && tensor.dtype < kDTypes, ErrorCode::dtype, "there is no element type {}", tensor.dtype);
  require(tensor.rank >= 0 && tensor.rank <= EXEUNT_MAX_RANK, ErrorCode::shape, "a rank is {}; 0 to {} are possible",
          tensor.rank, EXEUNT_MAX_RANK);
  require(tensor.data != nullptr, ErrorCode::argument, "data of an input is null");
  const std::span dims(tensor.dims, static_cast<std::size_t>(tensor.rank));
  return {static_cast<const std::byte*>(tensor.data), {static_cast<DType>(tensor.dtype), Shape(dims)}};
}

/// The session, without results, with these inputs to run.
exeunt_session& take_inputs(exeunt_session* session, const exeunt_tensor* inputs, std::size_t count) {
  exeunt_session& here = needed(session, "session");
  here.results = nullptr;
  needed(inputs, "inputs");
  require(count == here.inputs.size(), ErrorCode::argument, "{} inputs were given; the model has {}", count,
          here.inputs.size());
  for (std::size_t i = 0; i < count; ++i) here.inputs[i] = view_of(inputs[i]);
  return here;
}

std::chrono::steady_clock::time_point deadline_in(double us) {
  constexpr double kDay = 24 * 3600 * 1e6;
  require(std::isfinite(us), ErrorCode::argument, "a run cannot have {} us", us);
  const std::chrono::duration<double, std::micro> left(std::clamp(us, 0.0, kDay));
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
}

}  // namespace

}  // namespace exeunt::c_api

using exeunt::c_api::guarded;
using exeunt::c_api::needed;

exeunt_status exeunt_session_create(const exeunt_plan* plan, const exeunt_session_options* options,
                                    exeunt_session** session) {
  return guarded([&] {
    needed(session, "session");
    const exeunt::Plan& shared = needed(plan, "plan").plan;
    exeunt::Session made(shared, exeunt::c_api::options_of(options));
    *session = new exeunt_session{std::move(made), std::vector<exeunt::TensorView>(shared.inputs().size())};
  });
}

void exeunt_session_free(exeunt_session* session) { delete session; }

exeunt_status exeunt_session_run(exeunt_session* session, const exeunt_tensor* inputs, size_t count) {
  return guarded([&] {
    exeunt_session& here = exeunt::c_api::take_inputs(session, inputs, count);
    here.results = &here.session.run(here.inputs);
  });
}

exeunt_status exeunt_session_run_within(exeunt_session* session, const exeunt_tensor* inputs, size_t count, double us) {
  return guarded([&] {
    exeunt_session& here = exeunt::c_api::take_inputs(session, inputs, count);
    here.results = &here.session.run(here.inputs, exeunt::c_api::deadline_in(us));
  });
}
