#include "engine/compile/candidate_timer.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <random>

#include "base/aligned_buffer.h"

namespace exeunt {

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// A candidate with memory of its own to run on.
class Trial {
 public:
  Trial(const NodeView& node, const Candidate& candidate)
      : run_(candidate.run), args_(candidate.args), state_(candidate.args ? candidate.args->make_state() : nullptr) {
    for (const OperandUse& use : candidate.uses)
      fill(add(node.operand_type(use.index)->bytes()), *node.operand_type(use.index));
    add(node.result_type().bytes());
    if (candidate.scratch_bytes > 0) add(candidate.scratch_bytes);
    for (AlignedBuffer& buffer : buffers_) operands_.push_back(buffer.data());
  }

  /// Runs `times` times. @return microseconds a run
  double run(int times) noexcept {
    const auto start = Clock::now();
    for (int i = 0; i < times; ++i) run_(*args_, state_.get(), operands_.data());
    return microseconds_since(start) / times;
  }

 private:
  AlignedBuffer& add(std::size_t bytes) { return buffers_.emplace_back(std::max<std::size_t>(bytes, 1)); }

  /// Numbers as activations have them: denormals and infinities would be timed otherwise.
  static void fill(AlignedBuffer& buffer, const TensorType& type) {
    if (type.dtype != DType::f32) return;
    std::minstd_rand random(1);
    std::uniform_real_distribution<float> values(-1, 1);
    auto* to = reinterpret_cast<float*>(buffer.data());
    for (std::int64_t i = 0; i < type.shape.elements(); ++i) to[i] = values(random);
  }

  StepFn run_;
  std::shared_ptr<const StepArgs> args_;
  std::unique_ptr<StepState> state_;
  std::vector<AlignedBuffer> buffers_;
  std::vector<std::byte*> operands_;
};

/// What the time of a node depends on.
std::string key_of(const NodeView& node, std::span<const Candidate> candidates) {
  std::string key = node.result_type().str();
  for (std::size_t i = 0; i < node.node.inputs.size(); ++i) {
    if (const TensorType* type = node.operand_type(i)) key += fmt::format(" {}:{}", i, type->str());
  }
  for (const Candidate& candidate : candidates) key += fmt::format(" {}/{}", candidate.kernel, candidate.scratch_bytes);
  return key + fmt::format(" {}", count_macs(node.node.op, node.graph.operand_types(node.node), node.result_type()));
}

std::vector<double> time_all(const NodeView& node, std::span<const Candidate> candidates) {
  constexpr double kTurnUs = 30;
  constexpr int kTurns = 16;
  constexpr int kFirstTurns = 3;
  constexpr double kHopeless = 1.5;
  std::vector<Trial> trials;
  for (const Candidate& candidate : candidates) trials.emplace_back(node, candidate);
  std::vector<std::vector<double>> turns(trials.size());
  std::vector<int> times(trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    trials[i].run(1);
    times[i] = std::clamp(static_cast<int>(kTurnUs / std::max(trials[i].run(1), 0.01)), 1, 1000);
  }
  double best = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < kTurns; ++turn) {
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (turn >= kFirstTurns && *std::ranges::min_element(turns[i]) > kHopeless * best) continue;
      turns[i].push_back(trials[i].run(times[i]));
      best = std::min(best, turns[i].back());
    }
  }
  std::vector<double> result;
  for (std::vector<double>& t : turns) {
    std::ranges::sort(t);
    result.push_back(t[t.size() / 4]);
  }
  return result;
}

}  // namespace

std::vector<double> CandidateTimer::operator()(const NodeView& node, std::span<const Candidate> candidates) {
  const std::string key = key_of(node, candidates);
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  return known_[key] = time_all(node, candidates);
}

}  // namespace exeunt
