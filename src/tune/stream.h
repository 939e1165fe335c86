#pragma once

#include <exeunt/session.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tune/clock.h"
#include "tune/deadline_log.h"

namespace exeunt {

/// What all streams do at the same time.
struct Turn {
  std::size_t item = 0;
  std::optional<int> exit{};  ///< that every sample is made to take
  Clock::duration length{};   ///< at least so long,
  std::int64_t least = 1;     ///< and so many runs
  bool counts = true;
};

/// What a stream saw of one item.
struct Seen {
  std::vector<double> us;
  std::vector<Clock::time_point> starts;  ///< if they are to be kept
  std::vector<int> exits;                 ///< the same, of the first sample of each run
  std::vector<std::int64_t> samples_of_exit;
  std::optional<DeadlineLog> deadlines;  ///< if runs have one
};

/// How samples become runs.
struct StreamOptions {
  std::int64_t batch = 1;
  double idle_s = 0;                    ///< of sleep before each run
  bool keeps_times = false;             ///< Seen::starts and exits
  std::optional<double> deadline_us{};  ///< of runs to which no exit is forced
};

/// How many times `batch` samples there are. @throws Error if they do not fit the plan
std::int64_t count_groups(const Plan& plan, std::span<const Tensor> samples, std::int64_t batch);

/// One session with buffers for its input, which takes samples in an order of its own.
class Stream {
 public:
  /// @param samples  fit, by count_groups
  /// @param first    the group to begin with
  /// @param items    of how many things it keeps what it saw
  Stream(Session& session, std::span<const Tensor> samples, std::int64_t first, std::size_t items,
         const StreamOptions& options = {});

  /// Copies the next samples to the input buffers.
  void fill();
  /// Runs what is in them. @return microseconds
  double run();
  /// Goes back to the sample that another stream is at.
  void follow(const Stream& other) { next_ = other.next_; }

  void take_turn(const Turn& turn);

  Session& session() const { return session_; }
  std::span<const TensorView> views() const { return views_; }
  const Seen& seen(std::size_t item) const { return seen_[item]; }
  // Of the last turn.
  Clock::time_point first() const { return first_; }
  Clock::time_point last() const { return last_; }
  std::int64_t runs() const { return runs_; }

 private:
  const Results& run_at(Clock::time_point start, const Seen& seen, bool forced);
  void note(Seen& seen, Clock::time_point start, const Results& results, bool forced) const;

  Session& session_;
  std::span<const Tensor> samples_;
  StreamOptions options_;
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

}  // namespace exeunt
