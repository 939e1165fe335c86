#include <exeunt/error.h>
#include <exeunt/tools/inspect.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <span>

#include "commands.h"
#include "table.h"

namespace {

constexpr int kFailure = 1;
constexpr int kWrongUsage = 2;
constexpr const char* kNotWritten = "the output could not be written";

int report(const char* message) {
  fmt::print(stderr, "error: {}\n", exeunt::cli::printable(message));
  return kFailure;
}

int report_wrong_usage(const CLI::App& app, const std::string& message) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "" : chosen.front()->get_name() + " ";
  fmt::print(stderr, "error: {}\nexeunt {}--help shows the usage\n", message, command);
  return kWrongUsage;
}

/// What CLI11 would say about a missing or unknown command does not name the commands there are.
std::string wrong_command(const CLI::App& app, std::span<char* const> arguments) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (arguments.empty()) return fmt::format("a command is needed: {}", fmt::join(names, ", "));
  const std::string first = arguments.front();
  if (first.starts_with('-') || std::ranges::find(names, first) != names.end()) return "";
  return fmt::format("there is no command '{}'; commands: {}", first, fmt::join(names, ", "));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Exeunt compiles and runs early-exit neural networks.\n", "exeunt");
  app.set_version_flag("--version", "exeunt " + exeunt::version_text());
  app.require_subcommand(1);
  app.footer(
      "\nExamples:\n  exeunt inspect model.onnx\n  exeunt run model.onnx --input cat.png\n  exeunt eval model.onnx "
      "--data "
      "cifar10:DIR\n\n`exeunt COMMAND --help` shows a command's options and more examples.");
  exeunt::cli::Action action;
  exeunt::cli::add_inspect(app, action);
  exeunt::cli::add_run(app, action);
  exeunt::cli::add_eval(app, action);
  exeunt::cli::add_bench(app, action);
  exeunt::cli::add_build(app, action);
  exeunt::cli::add_compare(app, action);
  exeunt::cli::add_tune(app, action);
  exeunt::cli::add_compose(app, action);
  const std::string wrong = wrong_command(app, std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!wrong.empty()) return report_wrong_usage(app, wrong);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    // A mistyped option matters more than the one that is missing because of it.
    const std::vector<std::string> unexpected = app.remaining(true);
    if (unexpected.empty()) return report_wrong_usage(app, error.what());
    return report_wrong_usage(app, fmt::format("unexpected: {}", fmt::join(unexpected, " ")));
  }
  try {
    action();
    // A full disk shows when the last of the output is written.
    const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    return written ? 0 : report(kNotWritten);
  } catch (const std::bad_alloc&) {
    return report("out of memory");
  } catch (const std::exception& error) {
    return report(std::ferror(stdout) != 0 ? kNotWritten : error.what());
  }
}
