#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/backend.h"

namespace exeunt {

/// Times the candidates of a node on this machine: all of them in turn, again and again, so that a drift of the clock
/// or a noisy neighbour hits them alike; the fastest quarter of the turns counts. Equal nodes are timed once. Cost:
/// about a millisecond a candidate.
class CandidateTimer {
 public:
  /// @return microseconds, one a candidate
  std::vector<double> operator()(const NodeView& node, std::span<const Candidate> candidates);

 private:
  std::map<std::string, std::vector<double>> known_;
};

}  // namespace exeunt
