#include <exeunt/tools/evaluate.h>
#include <exeunt/tools/tune.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/error.h"
#include "tune/check_data.h"
#include "tune/crew.h"
#include "tune/nan_samples.h"
#include "tune/scores.h"

namespace exeunt {

namespace {

/// Rounding of other kernels and types, far below what another value would give.
constexpr float kSameScore = 2e-2F;

/// What the decisions of a plan say of a sample that comes by all of them, to see whether they are about the heads.
class ScoreCheck {
 public:
  explicit ScoreCheck(const std::vector<DecisionInfo>& decisions) : decisions_(decisions) {}

  /// @param scores  of a sample that was sent to the last exit
  void add(const HeadAnswers& answers, std::int64_t sample, std::span<const float> scores) {
    for (std::size_t d = 0; d < decisions_.size(); ++d) {
      const auto kind = parse_criterion_kind(decisions_[d].criterion);
      if (!kind || *kind == CriterionKind::patience || *kind == CriterionKind::predicate) continue;
      const auto row = answers.of(sample, static_cast<std::int64_t>(d));
      probabilities_.assign(row.begin(), row.end());
      apply_temperature(probabilities_, decisions_[d].temperature);
      const float ours = score_of(*kind, probabilities_);
      if (std::isnan(scores[d]) || std::isnan(ours)) continue;
      require(std::abs(scores[d] - ours) <= kSameScore, ErrorCode::unsupported,
              "decision '{}' is not about the class scores of exit {}, so its threshold cannot be told from them (for "
              "sample {} its score is {}, the head's {})",
              decisions_[d].name, d, sample, scores[d], ours);
    }
  }

 private:
  const std::vector<DecisionInfo>& decisions_;
  std::vector<float> probabilities_;
};

void check_model(const Plan& plan) {
  require(!plan.decisions().empty(), ErrorCode::argument,
          "the model has no exits: there is no threshold to tune (`compose` adds exits to a network)");
  const auto& exits = plan.exits();
  require(exits.size() == plan.decisions().size() + 1, ErrorCode::unsupported, "the exits are no chain");
  for (std::size_t e = 0; e < exits.size(); ++e) {
    require(exits[e].classes > 0, ErrorCode::argument, "the model does not classify at exit {}", e);
    require(exits[e].classes == exits[0].classes, ErrorCode::argument, "exit {} knows {} classes, exit 0 {}", e,
            exits[e].classes, exits[0].classes);
  }
}

/// One session's share of the work.
class Collector {
 public:
  Collector(Session& session, const Dataset& data, HeadAnswers& answers, std::atomic<std::int64_t>& done)
      : session_(session), data_(data), answers_(answers), done_(done) {
    TensorType type = session.plan().inputs().front().type;
    type.shape[0] = session.max_batch();
    input_ = Tensor(type);
    // Heads of exits that are switched off would not be scored.
    settings_ = session.exit_settings();
    for (ExitSettings& settings : settings_) settings.enabled = true;
  }

  void run(std::int64_t first, std::int64_t end, const std::function<void()>& after_batch) {
    ScoreCheck check(session_.plan().decisions());
    for (; first < end; first += session_.max_batch()) {
      const std::int64_t count = std::min(session_.max_batch(), end - first);
      MutableTensorView view = input_.mutable_view();
      view.type.shape[0] = count;
      data_.read(first, count, view);
      count_nan_samples(TensorView(view), first, nan_samples_);
      for (std::int64_t exit = 0; exit < answers_.exits; ++exit) {
        session_.force_exit(static_cast<int>(exit));
        const Results& results = session_.run(TensorView(view), settings_);
        for (std::int64_t i = 0; i < count; ++i) store(first + i, exit, class_probabilities(results, i));
        done_ += count;
        if (exit + 1 < answers_.exits) continue;
        for (std::int64_t i = 0; i < count; ++i) check.add(answers_, first + i, results.scores(i));
      }
      after_batch();
    }
    session_.force_exit(std::nullopt);
  }

  const NanSamples& nan_samples() const { return nan_samples_; }

 private:
  void store(std::int64_t sample, std::int64_t exit, const std::vector<float>& probabilities) {
    const auto row = static_cast<std::size_t>((sample * answers_.exits + exit) * answers_.classes);
    std::ranges::copy(probabilities, answers_.probabilities.begin() + static_cast<std::ptrdiff_t>(row));
  }

  Session& session_;
  const Dataset& data_;
  HeadAnswers& answers_;
  std::atomic<std::int64_t>& done_;
  Tensor input_;
  std::vector<ExitSettings> settings_;
  NanSamples nan_samples_;
};

}  // namespace

HeadAnswers collect_heads(std::span<Session> sessions, const Dataset& data,
                          const std::function<void(std::int64_t done, std::int64_t total)>& progress) {
  require(!sessions.empty(), ErrorCode::argument, "a session is needed");
  const Plan& plan = sessions.front().plan();
  check_model(plan);
  check_data_fits(plan);
  require(data.size() > 0, ErrorCode::argument, "the data has no samples");
  require(!data.labels().empty(), ErrorCode::argument, "the data has no labels: without them no answer is right");
  check_labels(data.labels(), plan.exits().front().classes);
  HeadAnswers answers;
  answers.samples = data.size();
  answers.exits = static_cast<std::int64_t>(plan.exits().size());
  answers.classes = plan.exits().front().classes;
  answers.labels.assign(data.labels().begin(), data.labels().end());
  answers.probabilities.resize(static_cast<std::size_t>(answers.samples * answers.exits * answers.classes));
  std::atomic<std::int64_t> done = 0;
  const auto streams = static_cast<std::int64_t>(sessions.size());
  std::vector<NanSamples> nan_samples(sessions.size());
  Crew(sessions.size()).run([&](std::size_t k) {
    const auto part = static_cast<std::int64_t>(k);
    const auto report = [&] {
      if (k == 0 && progress) progress(done, answers.samples * answers.exits);
    };
    Collector collector(sessions[k], data, answers, done);
    collector.run(part * answers.samples / streams, (part + 1) * answers.samples / streams, report);
    nan_samples[k] = collector.nan_samples();
  });
  for (const NanSamples& part : nan_samples) answers.nan_samples = both(answers.nan_samples, part);
  if (progress) progress(done, done);
  return answers;
}

}  // namespace exeunt
