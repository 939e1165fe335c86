#pragma once

#include <exeunt/exit_settings.h>

#include <string>
#include <vector>

#include "compose/network.h"

namespace exeunt {

/// What the decisions look at.
struct ScoredHeads {
  std::vector<std::string> tensors;  ///< class scores of each exit, f32 [1,K]
  bool probabilities = false;        ///< what they are; else logits
  std::int64_t classes = 0;
};

/// Adds a softmax over the last axis. @return its result
std::string add_softmax(Network& network, const std::string& scores, const std::string& name);

/// Adds the nodes of decisions to a network; what they look like stands in docs/compose.md.
class ConditionWriter {
 public:
  ConditionWriter(Network& network, ScoredHeads heads) : network_(network), heads_(std::move(heads)) {}

  /// Whether a sample leaves at exit `exit`. @return one bool
  std::string add(std::size_t exit, const ExitSettings& settings);

 private:
  std::string probabilities(std::size_t exit, float temperature);
  std::string agreement(std::size_t exit);

  Network& network_;
  ScoredHeads heads_;
  // Of patience, by exit: the class, and how many exits in a row agree on it.
  std::vector<std::string> classes_;
  std::vector<std::string> counts_;
};

}  // namespace exeunt
