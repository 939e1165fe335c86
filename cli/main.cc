#include <exeunt/error.h>
#include <exeunt/tools/inspect.h>

#include <fmt/format.h>

#include <cstdio>

#include "commands.h"

namespace {

constexpr int kFailure = 1;
constexpr int kWrongUsage = 2;

int report(const char* message) {
  fmt::print(stderr, "error: {}\n", message);
  return kFailure;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Exeunt compiles and runs early-exit neural networks.\n", "exeunt");
  app.set_version_flag("--version", "exeunt " + exeunt::version_text());
  app.require_subcommand(1);
  app.footer("\n`exeunt COMMAND --help` shows a command's options and examples.");
  exeunt::cli::Action action;
  exeunt::cli::add_inspect(app, action);
  exeunt::cli::add_run(app, action);
  exeunt::cli::add_eval(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "error: {}\nexeunt --help shows the usage\n", error.what());
    return kWrongUsage;
  }
  try {
    action();
    return 0;
  } catch (const std::bad_alloc&) {
    return report("out of memory");
  } catch (const std::exception& error) {
    return report(error.what());
  }
}
