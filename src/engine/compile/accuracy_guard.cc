#include "engine/compile/accuracy_guard.h"

#include <algorithm>
#include <limits>

#include "base/dtype.h"
#include "base/error.h"
#include "plan/plan_info.h"

namespace exeunt {

namespace {

std::string accuracy_text(const Accuracy& accuracy) {
  return fmt::format("agreement {:.2f} %, largest error {:.3g}", 100 * accuracy.agreement, accuracy.error);
}

std::vector<bool> without(std::vector<bool> chosen, const std::vector<std::size_t>& ids) {
  for (const std::size_t id : ids) chosen[id] = false;
  return chosen;
}

/// Whether samples of this model can agree on more than numbers.
bool has_answers(const PlanInfo& info) {
  return !info.decisions.empty() || std::ranges::any_of(info.exits, [](const ExitInfo& exit) {
    return exit.classes > 0 ||
           std::ranges::any_of(exit.outputs, [](const TensorType& output) { return !is_float(output.dtype); });
  });
}

}  // namespace

void check_accuracy_bounds(const Graph& graph, const AccuracyBounds& bounds) {
  if (!bounds.min_agreement && !bounds.max_error) return;
  require(!bounds.min_agreement || (*bounds.min_agreement >= 0 && *bounds.min_agreement <= 1), ErrorCode::argument,
          "the least agreement with fp32 is {}; give a share from 0 to 1", bounds.min_agreement.value_or(0));
  require(!bounds.max_error || *bounds.max_error >= 0, ErrorCode::argument,
          "the largest error against fp32 is {}; give a number from 0 on", bounds.max_error.value_or(0));
  require(bounds.samples != nullptr, ErrorCode::argument,
          "agreement with fp32 and errors against it (--min-agreement, --max-error) are measured on samples, which a "
          "calibration table does not hold; give them too (--calib SRC)");
  require(bounds.limit >= 0, ErrorCode::argument, "the limit of samples is {}; give 0 (all) or more", bounds.limit);
  const PlanInfo info = describe(graph);
  check_samples(info.inputs, *bounds.samples, "measure accuracy on");
  require(
      !bounds.min_agreement || has_answers(info), ErrorCode::argument,
      "the model has neither decisions nor classes that could agree with those of fp32 (--min-agreement); bound its "
      "error instead (--max-error)");
}

AccuracyGuard::AccuracyGuard(const Graph& graph, const BuildOptions& options, PlanTrial plan_trial)
    : graph_(graph),
      options_(options),
      plan_trial_(std::move(plan_trial)),
      meter_(std::make_shared<const PlanData>(plan_trial_(graph)), options.accuracy) {}

bool AccuracyGuard::holds(const Accuracy& accuracy) const {
  return accuracy.agreement >= options_.accuracy.min_agreement.value_or(0) &&
         accuracy.error <= options_.accuracy.max_error.value_or(std::numeric_limits<double>::infinity());
}

std::string AccuracyGuard::measured(const std::shared_ptr<const PlanData>& plan) const {
  return fmt::format("{}, on {} samples", accuracy_text(meter_.measure(plan)), meter_.samples());
}

Accuracy AccuracyGuard::try_out(const std::vector<bool>& chosen, const Lower& lower) const {
  return meter_.measure(std::make_shared<const PlanData>(plan_trial_(lower(chosen))));
}

std::vector<std::size_t> AccuracyGuard::ranked(const std::vector<bool>& all, const Lower& lower) const {
  constexpr std::int64_t kSamples = 32;
  const std::int64_t total = std::ranges::count(all, true);
  std::vector<std::pair<double, std::size_t>> drifts;
  for (std::size_t id = 0; id < all.size(); ++id) {
    if (!all[id]) continue;
    std::vector<bool> alone(all.size());
    alone[id] = true;
    const auto plan = std::make_shared<const PlanData>(plan_trial_(lower(alone)));
    drifts.emplace_back(-meter_.measure(plan, kSamples).drift, id);
    if (options_.progress) options_.progress(static_cast<std::int64_t>(drifts.size()), total);
  }
  std::ranges::sort(drifts);
  std::vector<std::size_t> ids;
  for (const auto& [drift, id] : drifts) ids.push_back(id);
  return ids;
}

std::vector<std::size_t> AccuracyGuard::fewest(const std::vector<bool>& all, const Lower& lower) const {
  const std::vector<std::size_t> ids = ranked(all, lower);
  const auto first = [&](std::size_t count) {
    return std::vector<std::size_t>(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count));
  };
  // Without any it is f32, for which the bounds hold.
  std::size_t few = 1;
  std::size_t enough = ids.size();
  while (few < enough) {
    const std::size_t middle = (few + enough) / 2;
    if (holds(try_out(without(all, first(middle)), lower))) {
      enough = middle;
    } else {
      few = middle + 1;
    }
  }
  // Some that hurt when alone may be lowered beside the others; the last one was needed.
  constexpr std::size_t kMostTries = 8;
  std::vector<std::size_t> kept = first(enough);
  for (std::size_t i = enough - 1, tries = 0; i-- > 0 && tries < kMostTries; ++tries) {
    std::vector<std::size_t> fewer = kept;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (holds(try_out(without(all, fewer), lower))) kept = std::move(fewer);
  }
  return kept;
}

std::vector<bool> AccuracyGuard::allowed(const std::vector<bool>& all, const Lower& lower, std::string_view name,
                                         std::string& note) const {
  const Accuracy with_all = try_out(all, lower);
  if (holds(with_all)) return all;
  const std::vector<std::size_t> kept = fewest(all, lower);
  std::vector<std::string> names;
  for (const std::size_t id : kept) names.push_back(fmt::format("'{}'", graph_.nodes[id].name));
  note = fmt::format("{}: {} of {} convolutions and products stay in fp32 for accuracy: {}; with all of them in {}: {}",
                     name, kept.size(), std::ranges::count(all, true), fmt::join(names, ", "), name,
                     accuracy_text(with_all));
  return without(all, kept);
}

}  // namespace exeunt
