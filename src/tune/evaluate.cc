#include <exeunt/tools/evaluate.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "tune/check_data.h"
#include "tune/clock.h"
#include "tune/deadline_log.h"
#include "tune/latency.h"
#include "tune/nan_samples.h"

namespace exeunt {

namespace {

/// What is written down of every sample.
struct Sample {
  int exit = 0;
  int top1 = -1;
  double us = 0;
};

/// Reads batches of samples and times their runs.
class Runner {
 public:
  Runner(Session& session, const Dataset& data, std::int64_t batch) : session_(session), data_(data), batch_(batch) {
    const TensorType& type = session.plan().inputs().front().type;
    Shape shape = type.shape;
    if (shape.rank() > 0) shape[0] = batch;
    input_ = Tensor({type.dtype, shape});
  }

  /// Runs samples first .. first + count - 1 of the batch that `read` brought.
  /// @param deadlines  says when the run has to be done; null: whenever
  const Results& run(std::int64_t count, double* us_each, const DeadlineLog* deadlines = nullptr) {
    TensorView view = input_.view();
    if (view.type.shape.rank() > 0) view.type.shape[0] = count;
    const auto start = Clock::now();
    const Results& results = deadlines == nullptr ? session_.run(view) : session_.run(view, deadlines->of_run(start));
    const std::chrono::duration<double, std::micro> took = Clock::now() - start;
    *us_each = took.count() / static_cast<double>(count);
    return results;
  }

  void read(std::int64_t first, std::int64_t count) {
    MutableTensorView view = input_.mutable_view();
    if (view.type.shape.rank() > 0) view.type.shape[0] = count;
    data_.read(first, count, view);
  }

  /// Of the batch that `read` brought: samples first .. first + count - 1 of the data.
  void count_nans(std::int64_t first, std::int64_t count, NanSamples& seen) const {
    TensorView view = input_.view();
    if (view.type.shape.rank() > 0) view.type.shape[0] = count;
    count_nan_samples(view, first, seen);
  }

  std::int64_t batch() const { return batch_; }

 private:
  Session& session_;
  const Dataset& data_;
  std::int64_t batch_;
  Tensor input_;
};

LatencySummary summary_of(std::span<const Sample> samples, int exit) {
  std::vector<double> us;
  for (const Sample& sample : samples) {
    if (exit < 0 || sample.exit == exit) us.push_back(sample.us);
  }
  return summarize_latency(std::move(us));
}

std::optional<double> accuracy_of(std::span<const Sample> samples, std::span<const std::int32_t> labels, int exit) {
  std::int64_t right = 0;
  std::int64_t count = 0;
  for (std::size_t i = 0; i < samples.size() && !labels.empty(); ++i) {
    if (exit >= 0 && samples[i].exit != exit) continue;
    ++count;
    right += samples[i].top1 == labels[i] ? 1 : 0;
  }
  if (count == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(count);
}

class Evaluator {
 public:
  Evaluator(Session& session, const Dataset& data, const EvaluateOptions& options)
      : session_(session),
        data_(data),
        options_(options),
        batch_(std::min({options.batch, session.max_batch(), std::max<std::int64_t>(data.size(), 1),
                         options.against == nullptr ? options.batch : options.against->max_batch()})) {
    const Plan& plan = session.plan();
    check_data_fits(plan);
    if (options.against != nullptr) check_data_fits(options.against->plan());
    for (const ExitInfo& exit : plan.exits()) classes_ = std::max(classes_, exit.classes);
    require(classes_ > 0, ErrorCode::argument, "the model does not classify: no output holds one score a class");
    check_labels(data.labels(), classes_);
    if (!options.deadline_us) return;
    require(options.batch == 1, ErrorCode::argument, "a batch of {}; a deadline is for one sample", options.batch);
    deadlines_.emplace(*options.deadline_us, plan.exits().size());
  }

  Evaluation run() {
    const auto count = static_cast<std::size_t>(data_.size());
    passes_ = 1 + (options_.all_exits ? session_.plan().exits().size() : 0);
    samples_.resize(count);
    if (options_.against != nullptr) others_.resize(count);
    add_arrays();
    warm_up();
    session_.reset_statistics();
    run_all(samples_, options_.against);
    Evaluation result = summarize();
    result.statistics = session_.statistics();
    for (std::size_t head = 0; options_.all_exits && head < session_.plan().exits().size(); ++head) {
      session_.force_exit(static_cast<int>(head));
      std::vector<Sample> forced(count);
      ++pass_;
      run_all(forced, nullptr);
      result.heads.push_back({accuracy_of(forced, data_.labels(), -1), summary_of(forced, -1)});
    }
    session_.force_exit(std::nullopt);
    result.by_sample = std::move(arrays_);
    return result;
  }

 private:
  void add_arrays() {
    const std::int64_t n = data_.size();
    arrays_["exit"] = Tensor({DType::i8, {n}});
    arrays_["top1"] = Tensor({DType::i32, {n}});
    arrays_["score"] = Tensor({DType::f32, {n, static_cast<std::int64_t>(session_.plan().decisions().size())}});
    arrays_["probabilities"] = Tensor({DType::f32, {n, classes_}});
    if (deadlines_) arrays_["cut_short"] = Tensor({DType::u8, {n}});
  }

  /// The first runs touch cold memory; they say nothing about a sample's latency.
  void warm_up() {
    for (std::size_t exit = 0; exit < session_.plan().exits().size(); ++exit) {
      session_.force_exit(static_cast<int>(exit));
      warm_up(session_);
    }
    session_.force_exit(std::nullopt);
    // The first run with a deadline measures the paths.
    if (deadlines_) warm_up(session_, &*deadlines_);
    if (options_.against != nullptr) warm_up(*options_.against);
  }

  void warm_up(Session& session, const DeadlineLog* deadlines = nullptr) {
    constexpr int kRuns = 5;
    Runner runner(session, data_, std::min(batch_, session.max_batch()));
    const std::int64_t count = std::min(runner.batch(), data_.size());
    if (count == 0) return;
    runner.read(0, count);
    double us = 0;
    for (int i = 0; i < kRuns; ++i) runner.run(count, &us, deadlines);
  }

  void run_all(std::vector<Sample>& samples, Session* against) {
    Runner ours(session_, data_, batch_);
    std::optional<Runner> theirs;
    if (against != nullptr) theirs.emplace(*against, data_, std::min(batch_, against->max_batch()));
    for (std::int64_t first = 0; first < data_.size(); first += batch_) {
      const std::int64_t count = std::min(batch_, data_.size() - first);
      // In turns, and each first every other time: what drifts, drifts for both.
      const bool we_start = (first / batch_) % 2 == 0;
      if (theirs && !we_start) run_other(*theirs, first, count);
      ours.read(first, count);
      double us = 0;
      const bool mix = &samples == &samples_;
      if (mix) ours.count_nans(first, count, nan_samples_);
      const Results& results = ours.run(count, &us, mix && deadlines_ ? &*deadlines_ : nullptr);
      for (std::int64_t i = 0; i < count; ++i) store(samples, results, first + i, i, us, mix);
      if (theirs && we_start) run_other(*theirs, first, count);
      const std::int64_t done = static_cast<std::int64_t>(pass_) * data_.size() + first + count;
      if (options_.progress) options_.progress(done, static_cast<std::int64_t>(passes_) * data_.size());
    }
  }

  void run_other(Runner& other, std::int64_t first, std::int64_t count) {
    other.read(first, count);
    double us = 0;
    const Results& results = other.run(count, &us);
    for (std::int64_t i = 0; i < count; ++i) store(others_, results, first + i, i, us, false);
  }

  void store(std::vector<Sample>& samples, const Results& results, std::int64_t sample, std::int64_t row, double us,
             bool save) {
    const std::vector<float> probabilities = class_probabilities(results, row);
    Sample& entry = samples[static_cast<std::size_t>(sample)];
    entry = {results.exit(row), top_class(probabilities), us};
    if (!save) return;
    arrays_["exit"].mutable_span<std::int8_t>()[static_cast<std::size_t>(sample)] =
        static_cast<std::int8_t>(entry.exit);
    arrays_["top1"].mutable_span<std::int32_t>()[static_cast<std::size_t>(sample)] = entry.top1;
    const auto put = [&](const char* name, std::span<const float> values) {
      Tensor& array = arrays_[name];
      const auto width = static_cast<std::size_t>(array.shape()[1]);
      std::ranges::copy(values, array.mutable_span<float>().begin() +
                                    static_cast<std::ptrdiff_t>(static_cast<std::size_t>(sample) * width));
    };
    put("score", results.scores(row));
    put("probabilities", probabilities);
    if (!deadlines_) return;
    deadlines_->add(entry.exit, results.cut_short(row), us);
    arrays_["cut_short"].mutable_span<std::uint8_t>()[static_cast<std::size_t>(sample)] =
        results.cut_short(row) ? 1 : 0;
  }

  Evaluation summarize() const {
    Evaluation result;
    result.samples = data_.size();
    result.nan_samples = nan_samples_;
    result.accuracy = accuracy_of(samples_, data_.labels(), -1);
    result.latency_us = summary_of(samples_, -1);
    for (std::size_t e = 0; e < session_.plan().exits().size(); ++e) {
      const int exit = static_cast<int>(e);
      ExitReport& report = result.exits.emplace_back();
      report.samples = std::ranges::count(samples_, exit, &Sample::exit);
      report.share =
          result.samples == 0 ? 0 : static_cast<double>(report.samples) / static_cast<double>(result.samples);
      report.accuracy = accuracy_of(samples_, data_.labels(), exit);
      report.latency_us = summary_of(samples_, exit);
    }
    if (!data_.labels().empty()) {
      result.confusion.assign(static_cast<std::size_t>(classes_),
                              std::vector<std::int64_t>(static_cast<std::size_t>(classes_)));
      for (std::size_t i = 0; i < samples_.size(); ++i) {
        if (samples_[i].top1 >= 0)
          ++result.confusion[static_cast<std::size_t>(data_.labels()[i])][static_cast<std::size_t>(samples_[i].top1)];
      }
    }
    if (options_.against != nullptr) result.against = compare();
    if (deadlines_) result.deadline = deadline_report();
    return result;
  }

  DeadlineReport deadline_report() const {
    DeadlineReport report = deadlines_->report();
    if (data_.labels().empty() || report.cut_short == 0) return report;
    const auto cut_short = arrays_.at("cut_short").span<std::uint8_t>();
    double right = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i)
      right += cut_short[i] == 1 && samples_[i].top1 == data_.labels()[i] ? 1 : 0;
    report.cut_short_accuracy = right / static_cast<double>(report.cut_short);
    return report;
  }

  /// One interruption by the system outweighs hundreds of samples: the slowest ones do not count.
  double time_ratio() const {
    const double our_limit = summary_of(samples_, -1).p99;
    const double their_limit = summary_of(others_, -1).p99;
    double ours = 0;
    double theirs = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      if (samples_[i].us > our_limit || others_[i].us > their_limit) continue;
      ours += samples_[i].us;
      theirs += others_[i].us;
    }
    return theirs > 0 ? ours / theirs : 0;
  }

  AgainstReport compare() const {
    AgainstReport report{accuracy_of(others_, data_.labels(), -1), summary_of(others_, -1), time_ratio(), 0,
                         std::nullopt};
    std::vector<double> extra;
    const int last = static_cast<int>(session_.plan().exits().size()) - 1;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      report.agreement += samples_[i].top1 == others_[i].top1 ? 1.0 / static_cast<double>(samples_.size()) : 0;
      if (samples_[i].exit == last) extra.push_back(samples_[i].us - others_[i].us);
    }
    if (!extra.empty()) report.late_path_extra_us = summarize_latency(std::move(extra)).p50;
    return report;
  }

  Session& session_;
  const Dataset& data_;
  const EvaluateOptions& options_;
  std::int64_t batch_;
  std::int64_t classes_ = 0;
  std::size_t passes_ = 1;
  std::size_t pass_ = 0;
  std::vector<Sample> samples_;
  std::vector<Sample> others_;
  NanSamples nan_samples_;
  Arrays arrays_;
  std::optional<DeadlineLog> deadlines_;
};

}  // namespace

Evaluation evaluate(Session& session, const Dataset& data, const EvaluateOptions& options) {
  require(options.batch >= 1, ErrorCode::argument, "a batch of {}", options.batch);
  return Evaluator(session, data, options).run();
}

}  // namespace exeunt
