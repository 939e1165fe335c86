#include <exeunt/tools/report.h>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "commands.h"
#include "json.h"
#include "options.h"
#include "precision_text.h"
#include "table.h"

namespace exeunt::cli {

namespace {

struct BuildCommand {
  ModelOptions model;
  SampleOptions samples;
  std::string out;
};

void execute(const BuildCommand& command) {
  command.model.check_outputs({{"-o", command.out}}, {});
  const auto start = std::chrono::steady_clock::now();
  const Plan plan = command.model.build(command.model.load(), command.samples);
  plan.save(command.out);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::uintmax_t file_bytes = std::filesystem::file_size(command.out);
  if (command.model.json) {
    return print_json({{"model", command.model.path},
                       {"plan", command.out},
                       {"precision", plan.precision()},
                       {"computes_in", plan.computes_in()},
                       {"isa", plan.isa()},
                       {"threads", plan.threads()},
                       {"runtime_only", command.model.runtime_only},
                       {"steps", plan.steps()},
                       {"arena_bytes", plan.arena_bytes()},
                       {"weights_bytes", plan.weights_bytes()},
                       {"file_bytes", file_bytes},
                       {"build_seconds", seconds}});
  }
  const auto bytes = [](std::size_t count) { return bytes_text(static_cast<double>(count)); };
  fmt::print("{}: {} for {}, {} thread{}, {} steps, arena {}, weights {}, file {}, built in {:.2f} s\n", command.out,
             precision_text(plan), plan.isa(), plan.threads(), plan.threads() == 1 ? "" : "s", plan.steps(),
             bytes(plan.arena_bytes()), bytes(plan.weights_bytes()), bytes(file_bytes), seconds);
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
  auto command = std::make_shared<BuildCommand>();
  CLI::App& sub = *app.add_subcommand("build", "Build a plan once, to be loaded in milliseconds");
  command->model.add_to(sub);
  command->samples.add_to(sub);
  sub.add_option("-o,--output", command->out, "the plan file to write")
      ->required()
      ->check(ends_with({".plan"}))
      ->type_name("OUT.plan");
  sub.add_option("--target-isa", command->model.target_isa,
                 "build for this instruction set instead of this machine's: nothing is timed, kernels are picked by "
                 "rules or by a timing cache from there")
      ->check(CLI::IsMember({"avx512", "avx2", "neon", "scalar"}))
      ->type_name("ISA");
  sub.add_flag("--runtime-only", command->model.runtime_only,
               "take kernels of Exeunt's own only, so that the runtime-only library can load the plan");
  sub.footer(
      "\nExamples:\n  exeunt build model.onnx -o model.plan\n  exeunt build model.onnx -o model.plan --timing-cache "
      "times.json\n  exeunt build model.onnx -o device.plan --target-isa avx2 --runtime-only\n"
      "  exeunt build model.onnx -o model.plan --precision int8 --calib cifar10:DIR --min-agreement 0.99");
  sub.callback([command, &action] { action = [command] { execute(*command); }; });
}

}  // namespace exeunt::cli
