#include "tune/stream.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <thread>

#include "base/error.h"

namespace exeunt {

namespace {

bool has_batch_axis(const Plan& plan) {
  return std::ranges::all_of(
      plan.inputs(), [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; });
}

}  // namespace

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

Stream::Stream(Session& session, std::span<const Tensor> samples, std::int64_t first, std::size_t items,
               const StreamOptions& options)
    : session_(session),
      samples_(samples),
      options_(options),
      groups_(count_groups(session.plan(), samples, options.batch)),
      next_(first % groups_),
      seen_(items) {
  for (Seen& seen : seen_) {
    seen.samples_of_exit.resize(session.plan().exits().size());
    if (options.deadline_us) seen.deadlines.emplace(*options.deadline_us, session.plan().exits().size());
  }
  for (const InputInfo& input : session.plan().inputs()) {
    TensorType type = input.type;
    if (options.batch > 1) type.shape[0] = options.batch;
    views_.push_back(buffers_.emplace_back(type).view());
  }
  // Near the golden section: any number of steps spreads evenly over the groups.
  step_ = std::max<std::int64_t>(1, std::llround(static_cast<double>(groups_) * 0.618));
  while (std::gcd(step_, groups_) > 1) ++step_;
  fill();
}

void Stream::fill() {
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const std::size_t bytes = buffers_[i].bytes();
    const std::byte* from = samples_[i].view().data + static_cast<std::size_t>(next_) * bytes;
    std::memcpy(buffers_[i].mutable_view().data, from, bytes);
  }
  next_ = (next_ + step_) % groups_;
}

double Stream::run() {
  const auto start = Clock::now();
  session_.run(views_);
  return seconds(Clock::now() - start) * 1e6;
}

const Results& Stream::run_at(Clock::time_point start, const Seen& seen, bool forced) {
  return seen.deadlines && !forced ? session_.run(views_, seen.deadlines->of_run(start)) : session_.run(views_);
}

void Stream::note(Seen& seen, Clock::time_point start, const Results& results, bool forced) const {
  seen.us.push_back(seconds(last_ - start) * 1e6);
  for (std::int64_t i = 0; i < results.size(); ++i) ++seen.samples_of_exit[static_cast<std::size_t>(results.exit(i))];
  if (seen.deadlines && !forced) seen.deadlines->add(results.exit(0), results.cut_short(0), seen.us.back());
  if (!options_.keeps_times) return;
  seen.starts.push_back(start);
  seen.exits.push_back(results.exit(0));
}

void Stream::take_turn(const Turn& turn) {
  session_.force_exit(turn.exit);
  Seen& seen = seen_[turn.item];
  const bool forced = turn.exit.has_value();
  const Results& results = run_at(Clock::now(), seen, forced);
  first_ = last_ = Clock::now();
  for (runs_ = 0; runs_ < turn.least || last_ - first_ < turn.length; ++runs_) {
    if (options_.idle_s > 0) std::this_thread::sleep_for(clock_duration(options_.idle_s));
    fill();
    const auto start = Clock::now();
    run_at(start, seen, forced);
    last_ = Clock::now();
    if (turn.counts) note(seen, start, results, forced);
  }
}

}  // namespace exeunt
