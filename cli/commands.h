#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace exeunt::cli {

/// What a parsed command line asks for; run after parsing, so that usage errors and failures differ.
using Action = std::function<void()>;

// One function a command: adds it to the application and sets `action` when it is chosen.
void add_inspect(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_build(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_tune(CLI::App& app, Action& action);
void add_compose(CLI::App& app, Action& action);

}  // namespace exeunt::cli
