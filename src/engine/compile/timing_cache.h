#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "plan/build_plan.h"

namespace exeunt {

/// What timing found out about the candidates of steps, kept in a file (docs/plan-files.md) from build to build.
class TimingCache {
 public:
  /// An empty cache that belongs to no file.
  TimingCache() = default;
  /// Reads a file; a missing one is an empty cache. @throws Error file, format
  explicit TimingCache(std::filesystem::path path);

  /// What is known of a step, if it was timed at this level or a higher one.
  const Choice* find(const std::string& key, int level) const;
  void put(const std::string& key, int level, Choice choice);

  /// Writes what is new, beside what others wrote meanwhile. Nothing without a file. @throws Error file, format
  void save() const;

 private:
  struct Entry {
    int level = 0;
    Choice choice;
  };
  std::filesystem::path path_;
  std::map<std::string, Entry> entries_;
  bool is_changed_ = false;
};

/// A name for each step of a draft that is the same wherever timing must find the same: instruction set, threads,
/// candidates, op, operands and results with their layouts, segment, the steps before and behind, and, among equal
/// ones, its number.
std::vector<std::string> step_keys(const Graph& graph, const PlanData& draft,
                                   std::span<const std::vector<Candidate>> candidates, std::string_view isa);

}  // namespace exeunt
