#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace exeunt::cli {

struct ModelOptions;

/// What people who know trtexec write and what means nothing, or the same anyway, here: taken, and answered with a note
/// that says why. Flags that mean something are options of the command.
struct TrtexecFlags {
  void add_to(CLI::App& command, ModelOptions& model);
  /// On stderr: a line for each of them that was given.
  void print_notes() const;
  /// The same for those that are about building a plan, where all are built.
  void print_notes_of_plan() const;

 private:
  struct Given {
    const CLI::Option* option;
    const char* reason;
  };
  std::vector<Given> flags_;
  std::vector<const CLI::Option*> building_;
  std::shared_ptr<std::vector<std::string>> values_ = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<std::set<std::string>> allowed_ = std::make_shared<std::set<std::string>>();  ///< precisions
};

}  // namespace exeunt::cli
