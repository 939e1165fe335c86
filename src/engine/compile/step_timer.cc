#include "engine/compile/step_timer.h"

#include <algorithm>
#include <map>

#include "base/aligned_buffer.h"
#include "cpu/float_weights.h"
#include "engine/compile/random_pixels.h"
#include "engine/compile/sampled_error.h"
#include "engine/compile/stopwatch.h"
#include "exec/worker_pool.h"

namespace exeunt {

namespace {

/// One candidate of a step, with its times so far.
struct Trial {
  const Candidate* candidate = nullptr;
  std::unique_ptr<StepState> state;
  std::vector<double> us;
  std::string reason;  ///< why it is out of the race

  bool races() const noexcept { return reason.empty(); }
  double quarter() const {
    std::vector<double> sorted = us;
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 4);
    std::ranges::nth_element(sorted, at);
    return *at;
  }
};

/// The draft with memory to run on and a field of trials for each step.
class Race {
 public:
  Race(const Graph& graph, const PlanData& draft, std::span<const std::vector<Candidate>> candidates, int threads)
      : graph_(graph), draft_(draft), arena_(draft.arena_bytes), fields_(candidates.size()) {
    if (threads > 1) pool_ = std::make_unique<WorkerPool>(threads);
    for (const InputInfo& input : draft.info.inputs) inputs_.push_back(random_pixels(input.type));
    for (const Step& step : draft.steps) {
      std::vector<std::byte*>& addresses = operands_.emplace_back();
      for (const Operand& operand : step.operands) addresses.push_back(resolve(operand));
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      for (const Candidate& candidate : candidates[i])
        fields_[i].push_back({&candidate, candidate.args->make_state(), {}, {}});
    }
    for (const Node& node : graph.nodes) makers_[node.output] = &node;
  }

  std::vector<std::vector<Trial>>& fields() { return fields_; }

  /// What approximate candidates may be off by if those of f32 may be off by `tolerance`. Results in bf16 are off by
  /// 0.007 of their size for their own rounding alone, by 0.010 to 0.014 with patches of F(2x2, 3x3) and by 0.07 to
  /// 0.15 with those of F(4x4, 3x3): with the default tolerance the former pass and the latter do not. Rounding the
  /// weights to halves moves results by 0.0004; by 0.0003 to 0.0015 patches of F(4x4, 3x3) do in 16 bits.
  double tolerance_of(const Candidate& candidate, const Node& node, double tolerance) const {
    constexpr double kOfBf16 = 300;
    constexpr double kOfWeightsIn16Bits = 20;
    if (graph_.type(node.output).dtype == DType::bf16) return kOfBf16 * tolerance;
    return candidate.kernel.ends_with(cpu::kKeptIn16Bits) ? kOfWeightsIn16Bits * tolerance : tolerance;
  }

  /// Runs every candidate once, the last one that is exact for good: what follows gets sound operands.
  void check(double tolerance) {
    for_each_step([&](std::size_t i) {
      std::size_t last = 0;
      for (std::size_t t = 0; t < fields_[i].size(); ++t) {
        Trial& trial = fields_[i][t];
        run(trial, i);
        if (!trial.candidate->approximate) {
          last = t;
          continue;
        }
        const Node& node = *makers_.at(draft_.steps[i].value);
        const double error = sampled_error(graph_, node, *trial.candidate, operands_[i].data());
        if (!(error <= tolerance_of(*trial.candidate, node, tolerance)))
          trial.reason = fmt::format("is off by {:.1e} of the results' size", error);
      }
      run(fields_[i][last], i);
    });
  }

  /// Runs the draft with the next of each step's candidates that still race: once so that the caches hold what this
  /// choice leaves there, then timed.
  void turn() {
    std::vector<Trial*> chosen;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      std::vector<Trial*> racing;
      for (Trial& trial : fields_[i]) {
        if (trial.races()) racing.push_back(&trial);
      }
      chosen.push_back(racing[(turns_ + i) % racing.size()]);
    }
    for_each_step([&](std::size_t i) { run(*chosen[i], i); });
    for_each_step([&](std::size_t i) {
      const Clock::time_point start = Clock::now();
      run(*chosen[i], i);
      chosen[i]->us.push_back(microseconds_since(start));
    });
    ++turns_;
  }

  std::size_t largest_field() const {
    std::size_t most = 1;
    for (const auto& field : fields_)
      most = std::max(most, static_cast<std::size_t>(std::ranges::count_if(field, &Trial::races)));
    return most;
  }

 private:
  /// In the order for which the arena was laid out: `leave` before `stay`.
  template <class F>
  void for_each_step(F&& f) {
    std::vector<int> stack = {0};
    while (!stack.empty()) {
      const Segment& segment = draft_.segments[static_cast<std::size_t>(stack.back())];
      stack.pop_back();
      if (!segment.is_exit) stack.insert(stack.end(), {segment.stay, segment.leave});
      for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) f(static_cast<std::size_t>(i));
    }
  }

  void run(Trial& trial, std::size_t step) noexcept {
    const Candidate& candidate = *trial.candidate;
    run_step({candidate.run, candidate.run_part, candidate.args.get(), trial.state.get(), operands_[step].data(),
              candidate.parts},
             pool_.get());
  }

  std::byte* resolve(const Operand& operand) {
    if (operand.kind == Operand::Kind::arena) return arena_.data() + operand.offset;
    // Steps write to their result only, which never is a constant or an input.
    if (operand.kind == Operand::Kind::constant) return const_cast<std::byte*>(operand.data);
    return inputs_[operand.offset].data();
  }

  const Graph& graph_;
  const PlanData& draft_;
  AlignedBuffer arena_;
  std::unique_ptr<WorkerPool> pool_;
  std::vector<AlignedBuffer> inputs_;
  std::vector<std::vector<std::byte*>> operands_;  // by step
  std::vector<std::vector<Trial>> fields_;         // by step
  std::map<ValueId, const Node*> makers_;
  std::size_t turns_ = 0;
};

/// Takes those out that are more than `margin` times as slow as the fastest.
void drop_behind(std::vector<std::vector<Trial>>& fields, double margin) {
  for (std::vector<Trial>& field : fields) {
    double best = std::numeric_limits<double>::infinity();
    for (const Trial& trial : field) {
      if (trial.races() && !trial.us.empty()) best = std::min(best, trial.quarter());
    }
    for (Trial& trial : field) {
      if (trial.races() && !trial.us.empty() && trial.quarter() > margin * best) trial.reason = "slower";
    }
  }
}

/// What the clock itself takes.
double clock_us() {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 100; ++i) {
    const Clock::time_point start = Clock::now();
    least = std::min(least, microseconds_since(start));
  }
  return least;
}

/// A choice that was made before, unless what was taken then rounds too much here.
Choice take_known(Choice known, const std::vector<Trial>& field) {
  if (field[known.candidate].races()) return known;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < field.size(); ++t) {
    if (!field[t].races()) known.reasons[t] = field[t].reason;
    if (!field[t].races() || known.us[t] <= 0 || known.us[t] >= best) continue;
    best = known.us[t];
    known.candidate = t;
  }
  // None of the others was timed: the first that is exact enough.
  if (!field[known.candidate].races())
    known.candidate = static_cast<std::size_t>(std::ranges::find_if(field, &Trial::races) - field.begin());
  return known;
}

/// What the cache holds of some of a plan's steps; without times where it holds nothing. It stays as it is while the
/// others are timed: plans that share these steps and came before would else be others the next time.
std::vector<Choice> held(const TimingOptions& options, std::span<const std::string> keys,
                         std::span<const std::vector<Trial>> fields) {
  std::vector<Choice> choices(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Choice* found = options.cache == nullptr ? nullptr : options.cache->find(keys[i], options.level);
    if (found != nullptr && found->us.size() == fields[i].size()) choices[i] = take_known(*found, fields[i]);
  }
  return choices;
}

Choice choose(std::vector<Trial>& field, double clock) {
  Choice choice;
  const auto first = std::ranges::find_if(field, &Trial::races);
  choice.candidate = static_cast<std::size_t>(first - field.begin());
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < field.size(); ++t) {
    const Trial& trial = field[t];
    const bool timed = !trial.us.empty();
    choice.us.push_back(timed ? std::max(trial.quarter() - clock, 0.0) : 0);
    choice.reasons.push_back(!trial.races() ? trial.reason : timed ? "slower" : "not timed");
    if (!trial.races() || !timed || choice.us.back() >= best) continue;
    best = choice.us.back();
    choice.candidate = t;
  }
  return choice;
}

/// Turns for each that is left, and how far behind one may then be. At last few are left, close to each other, and are
/// told apart by many turns.
void run_rounds(Race& race, std::size_t level, const TimingOptions& options) {
  struct Round {
    std::size_t turns;
    double margin;
  };
  constexpr std::array kRounds = {Round{3, 1.3}, Round{8, 1.1}, Round{16, 1.04}, Round{48, 1.0}};
  constexpr std::array<std::size_t, 6> kRoundsAtLevel = {0, 1, 2, 4, 4, 4};
  constexpr std::array<std::size_t, 6> kTimesAtLevel = {0, 1, 1, 1, 2, 4};
  constexpr std::array kMostUs = {0.0, 0.5e6, 1e6, 3e6, 8e6, 20e6};
  constexpr std::int64_t kParts = 100;
  const Clock::time_point start = Clock::now();
  const std::size_t rounds = kRoundsAtLevel[level];
  for (std::size_t r = 0; r < rounds; ++r) {
    const std::size_t turns = kRounds[r].turns * kTimesAtLevel[level] * race.largest_field();
    for (std::size_t t = 0; t < turns && microseconds_since(start) < kMostUs[level]; ++t) {
      race.turn();
      if (options.progress) {
        const auto done = static_cast<std::int64_t>(r) * kParts +
                          static_cast<std::int64_t>(t) * kParts / static_cast<std::int64_t>(turns);
        options.progress(done, static_cast<std::int64_t>(rounds) * kParts);
      }
    }
    drop_behind(race.fields(), kRounds[r].margin);
  }
}

}  // namespace

std::vector<Choice> StepTimer::known(std::span<const std::string> keys,
                                     std::span<const std::vector<Candidate>> candidates) const {
  std::vector<Choice> choices(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Choice* found = options_.cache == nullptr ? nullptr : options_.cache->find(keys[i], options_.level);
    if (found != nullptr && found->us.size() == candidates[i].size()) {
      choices[i] = *found;
    } else if (candidates[i].size() > 1 && options_.runs_here && options_.is_native) {
      return {};
    }
  }
  return choices;
}

std::vector<Choice> StepTimer::operator()(const PlanData& draft,
                                          std::span<const std::vector<Candidate>> candidates) const {
  const auto level = static_cast<std::size_t>(std::clamp(options_.level, 0, 5));
  const auto is_settled = [](const auto& field) { return field.size() == 1; };
  if (std::ranges::all_of(candidates, is_settled)) return std::vector<Choice>(candidates.size());
  const std::vector<std::string> keys = step_keys(graph_, draft, candidates, options_.isa);
  const std::vector<Choice> before = level == 0 ? std::vector<Choice>() : known(keys, candidates);
  if (!options_.runs_here) return before.empty() ? std::vector<Choice>(candidates.size()) : before;
  Race race(graph_, draft, candidates, options_.threads);
  race.check(options_.tolerance);
  std::vector<std::vector<Trial>>& fields = race.fields();
  std::vector<Choice> choices;
  // Level 0, and steps of another machine that the cache does not hold: the first that is exact enough.
  if (level == 0 || !before.empty()) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool is_known = !before.empty() && !before[i].us.empty();
      choices.push_back(is_known ? take_known(before[i], fields[i]) : choose(fields[i], 0));
    }
    return choices;
  }
  choices = held(options_, keys, fields);
  run_rounds(race, level, options_);
  const double clock = clock_us();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!choices[i].us.empty()) continue;
    choices[i] = choose(fields[i], clock);
    if (options_.cache != nullptr) options_.cache->put(keys[i], static_cast<int>(level), choices[i]);
  }
  return choices;
}

}  // namespace exeunt
