#include <exeunt/tools/bench.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "tune/crew.h"
#include "tune/latency.h"

namespace exeunt {

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }
Clock::duration clock_duration(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// What is measured in turn with others.
struct Item {
  enum class Kind : std::uint8_t { exit, steps, mix };
  Kind kind = Kind::mix;
  int exit = -1;
  double wall_s = 0;  ///< of the turns that count
  double run_s = 0;   ///< of one run in the last turn
  std::vector<PathTimes> path_times{};
};

/// What all streams do at the same time.
struct Turn {
  std::size_t item = 0;
  Clock::duration length{};  ///< at least so long,
  std::int64_t least = 1;    ///< and so many runs
  bool counts = true;
};

/// What a stream saw of one item.
struct Seen {
  std::vector<double> us;
  std::vector<std::int64_t> samples_of_exit;
};

/// One session with a buffer for its input, which takes samples in an order of its own.
class Stream {
 public:
  /// @param groups  how many times `batch` samples there are
  /// @param first   the group to begin with
  Stream(Session& session, std::span<const Tensor> samples, std::int64_t batch, std::int64_t groups, std::int64_t first,
         std::size_t items)
      : session_(session), samples_(samples), groups_(groups), next_(first), seen_(items) {
    for (Seen& seen : seen_) seen.samples_of_exit.resize(session.plan().exits().size());
    for (const InputInfo& input : session.plan().inputs()) {
      TensorType type = input.type;
      if (batch > 1) type.shape[0] = batch;
      views_.push_back(buffers_.emplace_back(type).view());
    }
    // Near the golden section: any number of steps spreads evenly over the groups.
    step_ = std::max<std::int64_t>(1, std::llround(static_cast<double>(groups) * 0.618));
    while (std::gcd(step_, groups) > 1) ++step_;
    fill();
  }

  /// Copies the next samples to the input buffers.
  void fill() {
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      const std::size_t bytes = buffers_[i].bytes();
      const std::byte* from = samples_[i].view().data + static_cast<std::size_t>(next_) * bytes;
      std::memcpy(buffers_[i].mutable_view().data, from, bytes);
    }
    next_ = (next_ + step_) % groups_;
  }

  void take_turn(const Turn& turn, const Item& item) {
    session_.force_exit(item.kind == Item::Kind::exit ? std::optional(item.exit) : std::nullopt);
    Seen& seen = seen_[turn.item];
    const Results& results = session_.run(views_);
    first_ = last_ = Clock::now();
    for (runs_ = 0; runs_ < turn.least || last_ - first_ < turn.length; ++runs_) {
      fill();
      const auto start = Clock::now();
      session_.run(views_);
      last_ = Clock::now();
      if (!turn.counts) continue;
      seen.us.push_back(seconds(last_ - start) * 1e6);
      for (std::int64_t i = 0; i < results.size(); ++i)
        ++seen.samples_of_exit[static_cast<std::size_t>(results.exit(i))];
    }
  }

  std::span<const TensorView> views() const { return views_; }
  const Seen& seen(std::size_t item) const { return seen_[item]; }
  // Of the last turn.
  Clock::time_point first() const { return first_; }
  Clock::time_point last() const { return last_; }
  std::int64_t runs() const { return runs_; }

 private:
  Session& session_;
  std::span<const Tensor> samples_;
  std::int64_t groups_;
  std::int64_t next_;
  std::int64_t step_ = 1;
  std::vector<Tensor> buffers_;
  std::vector<TensorView> views_;
  std::vector<Seen> seen_;
  Clock::time_point first_;
  Clock::time_point last_;
  std::int64_t runs_ = 0;
};

bool has_batch_axis(const Plan& plan) {
  return std::ranges::all_of(
      plan.inputs(), [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; });
}

/// How many times `batch` samples there are. @throws Error if they do not fit the plan
std::int64_t count_groups(const Plan& plan, std::span<const Tensor> samples, std::int64_t batch) {
  require(samples.size() == plan.inputs().size(), ErrorCode::argument, "{} inputs were given; the model has {}",
          samples.size(), plan.inputs().size());
  const bool batched = has_batch_axis(plan);
  require(batched || batch == 1, ErrorCode::argument,
          "a batch of {}: the model's first axis is no batch axis, so samples come one by one", batch);
  std::int64_t count = batched ? samples.front().shape()[0] : 1;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const InputInfo& input = plan.inputs()[i];
    TensorType type = input.type;
    if (batched) type.shape[0] = count;
    require(samples[i].dtype() == type.dtype, ErrorCode::dtype, "input '{}' is {}; {} is needed", input.name,
            dtype_name(samples[i].dtype()), dtype_name(type.dtype));
    require(samples[i].shape() == type.shape, ErrorCode::shape, "input '{}' is {}; {} is needed", input.name,
            samples[i].shape().str(), type.shape.str());
  }
  require(count >= batch, ErrorCode::argument, "a batch of {} needs as many samples; there are {}", batch, count);
  return count / batch;
}

void check(std::span<Session> sessions, const BenchOptions& options) {
  require(!sessions.empty(), ErrorCode::argument, "a session is needed");
  require(options.batch >= 1 && options.batch <= sessions.front().max_batch(), ErrorCode::argument,
          "a batch of {}; the session takes 1 to {}", options.batch, sessions.front().max_batch());
  require(options.mix || !options.exits.empty(), ErrorCode::argument, "neither exits nor the mix are to be measured");
  require(options.iterations >= 1, ErrorCode::argument, "{} iterations; at least 1 is needed", options.iterations);
  for (const double value : {options.duration_s, options.warmup_ms})
    require(std::isfinite(value) && value >= 0, ErrorCode::argument, "{} is no duration", value);
  for (const double p : options.percentiles)
    require(p > 0 && p <= 100, ErrorCode::argument, "percentile {}: above 0 up to 100", p);
  const auto exits = static_cast<int>(sessions.front().plan().exits().size());
  for (const int exit : options.exits)
    require(exit >= 0 && exit < exits, ErrorCode::argument, "there is no exit {}; the model has {}", exit, exits);
}

class Bencher {
 public:
  Bencher(std::span<Session> sessions, std::span<const Tensor> samples, const BenchOptions& options)
      : options_(options), crew_(sessions.size()), streams_wanted_(static_cast<std::int64_t>(sessions.size())) {
    const Plan& plan = sessions.front().plan();
    const std::int64_t groups = count_groups(plan, samples, options.batch);
    const bool profiles = sessions.size() == 1 && options.batch == 1;
    if (profiles && !options.exits.empty()) profiler_.emplace(plan);
    for (const int exit : options.exits) {
      items_.push_back({Item::Kind::exit, exit});
      if (profiles) items_.push_back({Item::Kind::steps, exit});
    }
    if (options.mix) items_.push_back({});
    streams_.reserve(sessions.size());
    for (std::size_t k = 0; k < sessions.size(); ++k) {
      const std::int64_t first = static_cast<std::int64_t>(k) * groups / streams_wanted_;
      streams_.emplace_back(sessions[k], samples, options.batch, groups, first, items_.size());
    }
  }

  Bench run() {
    warm_up();
    measure();
    return report();
  }

 private:
  /// Long enough that the ends of a turn, where streams do not run together, weigh little; short enough to have many.
  Clock::duration turn_length(const Item& item) const {
    const bool alone = streams_.size() == 1;
    const double wanted = std::max(alone ? 0.005 : 0.05, (alone ? 10 : 50) * item.run_s);
    return clock_duration(std::min(wanted, options_.duration_s / static_cast<double>(items_.size())));
  }

  void take_turn(const Turn& turn) {
    Item& item = items_[turn.item];
    if (item.kind == Item::Kind::steps) return profile(turn, item);
    crew_.run([&](std::size_t k) { streams_[k].take_turn(turn, item); });
    const auto first = std::ranges::min_element(streams_, {}, &Stream::first)->first();
    const auto last = std::ranges::max_element(streams_, {}, &Stream::last)->last();
    item.run_s = seconds(last - first) / static_cast<double>(streams_.front().runs());
    if (turn.counts) item.wall_s += seconds(last - first);
  }

  void profile(const Turn& turn, Item& item) {
    Stream& stream = streams_.front();
    profiler_->run(stream.views(), item.exit);
    const auto start = Clock::now();
    for (std::int64_t runs = 0; runs < turn.least || Clock::now() - start < turn.length; ++runs) {
      stream.fill();
      const PathTimes times = profiler_->run(stream.views(), item.exit);
      if (turn.counts) item.path_times.push_back(times);
    }
  }

  void warm_up() {
    const auto start = Clock::now();
    const Clock::duration wanted = clock_duration(options_.warmup_ms / 1000);
    const Clock::duration length = wanted / static_cast<std::int64_t>(2 * items_.size());
    do {
      for (std::size_t i = 0; i < items_.size(); ++i) take_turn({i, length, 1, false});
    } while (Clock::now() - start < wanted);
  }

  std::int64_t missing_runs(std::size_t i) const {
    const std::int64_t each = (options_.iterations + streams_wanted_ - 1) / streams_wanted_;
    const std::size_t seen =
        items_[i].kind == Item::Kind::steps ? items_[i].path_times.size() : streams_.front().seen(i).us.size();
    return each - static_cast<std::int64_t>(seen);
  }

  void measure() {
    const auto start = Clock::now();
    for (double elapsed = 0; elapsed < options_.duration_s; elapsed = seconds(Clock::now() - start)) {
      for (std::size_t i = 0; i < items_.size(); ++i) take_turn({i, turn_length(items_[i])});
      if (options_.progress) options_.progress(std::llround(elapsed * 1000), std::llround(options_.duration_s * 1000));
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (missing_runs(i) > 0) take_turn({i, {}, missing_runs(i)});
    }
  }

  RunReport report_of(std::size_t i) const {
    std::vector<double> us;
    for (const Stream& stream : streams_) us.insert(us.end(), stream.seen(i).us.begin(), stream.seen(i).us.end());
    const auto samples = static_cast<double>(us.size()) * static_cast<double>(options_.batch);
    return {report_latency(std::move(us), options_.percentiles), samples / items_[i].wall_s};
  }

  static double median_of(const Item& item, double PathTimes::*part) {
    std::vector<double> us;
    for (const PathTimes& times : item.path_times) us.push_back(times.*part);
    return report_latency(std::move(us)).p50;
  }

  std::vector<double> shares_of(std::size_t i) const {
    std::vector<double> shares(streams_.front().seen(i).samples_of_exit.size());
    double all = 0;
    for (const Stream& stream : streams_) {
      for (std::size_t e = 0; e < shares.size(); ++e) {
        shares[e] += static_cast<double>(stream.seen(i).samples_of_exit[e]);
        all += static_cast<double>(stream.seen(i).samples_of_exit[e]);
      }
    }
    for (double& share : shares) share /= all;
    return shares;
  }

  Bench report() const {
    Bench result;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      if (item.kind == Item::Kind::exit) result.exits.push_back({item.exit, report_of(i), std::nullopt});
      if (item.kind == Item::Kind::mix) result.mix = MixBench{report_of(i), shares_of(i)};
      if (item.kind == Item::Kind::steps) {
        result.exits.back().steps_us = PathTimes{median_of(item, &PathTimes::steps), median_of(item, &PathTimes::heads),
                                                 median_of(item, &PathTimes::scores)};
      }
    }
    return result;
  }

  const BenchOptions& options_;
  Crew crew_;
  std::int64_t streams_wanted_;
  std::vector<Item> items_;
  std::vector<Stream> streams_;
  std::optional<StepProfiler> profiler_;
};

}  // namespace

Bench bench(std::span<Session> sessions, std::span<const Tensor> samples, const BenchOptions& options) {
  check(sessions, options);
  Bench result = Bencher(sessions, samples, options).run();
  for (Session& session : sessions) session.force_exit(std::nullopt);
  return result;
}

}  // namespace exeunt
