#include <exeunt/tools/compare.h>

#include <algorithm>
#include <cmath>

#include "base/difference.h"
#include "base/error.h"

namespace exeunt {

namespace {

const Tensor* find(const Arrays& arrays, const std::string& name) {
  const auto found = arrays.find(name);
  return found == arrays.end() || found->second.shape().rank() == 0 ? nullptr : &found->second;
}

/// Row `i` of an array whose first axis counts samples.
TensorView row(const Tensor& array, std::int64_t i) {
  TensorView view = array.view();
  const auto rows = static_cast<std::size_t>(array.shape()[0]);
  view.data += static_cast<std::size_t>(i) * (array.bytes() / rows);
  view.type.shape[0] = 1;
  return view;
}

std::vector<double> numbers(const TensorView& view) {
  const Tensor wide = cast_array(view, DType::f64);
  return {wide.span<double>().begin(), wide.span<double>().end()};
}

class AnswerComparer {
 public:
  AnswerComparer(const Arrays& ours, const Arrays& theirs, std::span<const float> thresholds, double tolerance)
      : ours_(ours), theirs_(theirs), thresholds_(thresholds), tolerance_(tolerance) {}

  Comparison run() {
    for (const char* name : {"exit", "top1", "score", "probabilities"}) {
      const Tensor* a = find(ours_, name);
      const Tensor* b = find(theirs_, name);
      if (a != nullptr && b != nullptr) compare(name, *a, *b);
    }
    require(!result_.steps.empty(), ErrorCode::format,
            "holds none of the arrays exit, top1, score and probabilities, by sample");
    for (std::size_t i = 0; i < result_.steps.size(); ++i) {
      const auto at = static_cast<int>(i);
      const auto rel = [&](int s) { return result_.steps[static_cast<std::size_t>(s)].difference.max_rel; };
      if (result_.worst < 0 || rel(at) > rel(result_.worst)) result_.worst = at;
      if (result_.steps[i].difference.past && result_.first_past < 0) result_.first_past = at;
    }
    return std::move(result_);
  }

 private:
  void compare(const std::string& name, const Tensor& ours, const Tensor& theirs) {
    const std::int64_t samples = std::min(ours.shape()[0], theirs.shape()[0]);
    if (samples == 0) return;
    require(ours.elements() / ours.shape()[0] == theirs.elements() / theirs.shape()[0], ErrorCode::shape,
            "array '{}' is {}; {} was computed", name, theirs.type().str(), ours.type().str());
    result_.samples = std::max(result_.samples, samples);
    Difference sum;
    for (std::int64_t i = 0; i < samples; ++i) compare_sample(name, i, row(ours, i), row(theirs, i), sum);
    result_.steps.push_back({name, "array", sum});
  }

  void compare_sample(const std::string& name, std::int64_t i, const TensorView& ours, const TensorView& theirs,
                      Difference& sum) {
    const bool close = is_close_call(i);
    if (name == "exit" && numbers(ours) != numbers(theirs)) {
      ++result_.other_exits;
      result_.close_calls += close ? 1 : 0;
    }
    // Which side of the threshold rounding puts such a sample on is luck, and its answer with it.
    if (close && name != "score") return;
    if (name == "top1" && is_tie(i, ours, theirs)) return;
    const Distance apart = name == "score" ? score_distance(ours, theirs) : distance(ours, theirs);
    sum.max_abs = std::max(sum.max_abs, apart.max_abs);
    sum.max_rel = std::max(sum.max_rel, apart.relative());
    sum.past = sum.past || (apart.max_abs > tolerance_ && apart.relative() > tolerance_);
  }

  /// Scores of decisions that a sample did not come by are NaN on one side or on both: nothing to compare.
  static Distance score_distance(const TensorView& ours, const TensorView& theirs) {
    Distance apart;
    const std::vector<double> a = numbers(ours);
    const std::vector<double> b = numbers(theirs);
    for (std::size_t d = 0; d < a.size(); ++d) {
      if (std::isnan(a[d]) || std::isnan(b[d])) continue;
      apart.max_abs = std::max(apart.max_abs, std::abs(a[d] - b[d]));
      apart.magnitude = std::max(apart.magnitude, std::abs(b[d]));
    }
    return apart;
  }

  bool is_close_call(std::int64_t i) const {
    const Tensor* scores = find(theirs_, "score");
    if (scores == nullptr || i >= scores->shape()[0]) return false;
    const std::vector<double> by_decision = numbers(row(*scores, i));
    for (std::size_t d = 0; d < std::min(by_decision.size(), thresholds_.size()); ++d) {
      if (std::abs(by_decision[d] - static_cast<double>(thresholds_[d])) <= tolerance_) return true;
    }
    return false;
  }

  /// Whether our probabilities of both classes are as good as equal.
  bool is_tie(std::int64_t i, const TensorView& ours, const TensorView& theirs) const {
    const Tensor* probabilities = find(ours_, "probabilities");
    if (probabilities == nullptr) return false;
    const std::vector<double> p = numbers(row(*probabilities, i));
    const double a = numbers(ours).front();
    const double b = numbers(theirs).front();
    const auto known = [&](double c) { return c >= 0 && c < static_cast<double>(p.size()); };
    if (!known(a) || !known(b)) return false;
    return std::abs(p[static_cast<std::size_t>(a)] - p[static_cast<std::size_t>(b)]) <= 2 * tolerance_;
  }

  const Arrays& ours_;
  const Arrays& theirs_;
  std::span<const float> thresholds_;
  double tolerance_;
  Comparison result_{"", "", 0, {}};
};

}  // namespace

Comparison compare_answers(const Arrays& ours, const Arrays& theirs, std::span<const float> thresholds,
                           double tolerance) {
  return AnswerComparer(ours, theirs, thresholds, tolerance).run();
}

}  // namespace exeunt
