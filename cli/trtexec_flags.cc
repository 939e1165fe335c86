#include "trtexec_flags.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <utility>

#include "options.h"

namespace exeunt::cli {

namespace {

constexpr const char* kGroup = "From trtexec";

struct IdleFlag {
  const char* names;
  bool takes_value;
  const char* reason;
};

constexpr std::array kIdleFlags = {
    IdleFlag{"--avgRuns", true, "every run counts by itself; nothing is averaged before percentiles are taken"},
    IdleFlag{"--useSpinWait", false, "a run is done when the call returns: there is no device to wait for"},
    IdleFlag{"--noSpinWait", false, "a run is done when the call returns: there is no device to wait for"},
    IdleFlag{"--useCudaGraph", false,
             "steps and decisions of a plan are laid out when it is built; nothing is launched one by one"},
    IdleFlag{"--noCudaGraph", false,
             "steps and decisions of a plan are laid out when it is built; nothing is launched one by one"},
    IdleFlag{"--noDataTransfers", false, "inputs are read where they lie: nothing is transferred"},
    IdleFlag{"--includeDataTransfers", false, "inputs are read where they lie: nothing is transferred"},
    IdleFlag{"--exposeDMA", false, "inputs are read where they lie: nothing is transferred"},
    IdleFlag{"--useManagedMemory", false, "there is one memory"},
    IdleFlag{"--separateProfileRun", false,
             "the steps are always timed in runs of their own, beside those that are measured"},
    IdleFlag{"--timeDeserialize", false, "the time to load is always told, as the cold start"},
    IdleFlag{"--sleepTime", true, "a run starts when it is called; --idleTime sleeps between runs"},
    IdleFlag{"--device", true, "this is a processor; there is one"},
    IdleFlag{"--workspace", true, "the arena is as large as the plan needs; `inspect` tells how large"},
    IdleFlag{"--memPoolSize", true, "the arena is as large as the plan needs; `inspect` tells how large"},
    IdleFlag{"--avgTiming", true, "--builderOptimizationLevel says how long kernels are timed"},
    IdleFlag{"--minTiming", true, "--builderOptimizationLevel says how long kernels are timed"},
    IdleFlag{"--tacticSources", true, "all kernels compete, by measured time"},
    IdleFlag{"--maxAuxStreams", true, "--threads splits steps"},
    IdleFlag{"--profilingVerbosity", true, "a plan always knows its steps"},
    IdleFlag{"--minShapes", true, "the batch is free and --shapes fixes what else is"},
    IdleFlag{"--optShapes", true, "the batch is free and --shapes fixes what else is"},
    IdleFlag{"--maxShapes", true, "the batch is free and --shapes fixes what else is"},
    IdleFlag{"--noTF32", false, "fp32 is fp32"},
    IdleFlag{"--noBuilderCache", false, "times of kernels are kept with --timingCacheFile only"},
    IdleFlag{"--explicitBatch", false, "the batch is an axis of the model's inputs"},
    IdleFlag{"--stronglyTyped", false, "--precision and --strict say what kernels compute in"},
};

/// "x:1x3x32x32,y:1x10" as --shape takes it: "x=1x3x32x32", "y=1x10".
std::vector<std::string> shapes_of(const std::string& text) {
  std::vector<std::string> shapes = CLI::detail::split(text, ',');
  for (std::string& shape : shapes) {
    const std::size_t colon = shape.rfind(':');
    if (colon != std::string::npos) shape[colon] = '=';
  }
  return shapes;
}

}  // namespace

void TrtexecFlags::add_to(CLI::App& command, ModelOptions& model) {
  for (const IdleFlag& flag : kIdleFlags) {
    const std::string text = fmt::format("changes nothing: {}", flag.reason);
    CLI::Option* option = flag.takes_value ? command.add_option(flag.names, *values_, text)->type_name("X")->expected(1)
                                           : command.add_flag(flag.names, text);
    flags_.push_back({option->group(kGroup), flag.reason});
  }
  for (const auto& [flag, precision] : {std::pair{"--fp16", "half"}, {"--int8", "int8"}, {"--best", "best"}}) {
    CLI::Option* option =
        command
            .add_flag_callback(
                flag,
                [&model, allowed = allowed_, precision = std::string(precision)] {
                  allowed->insert(precision);
                  // Each allows its type beside those of the others.
                  model.precision = allowed->size() == 1 ? precision : "best";
                },
                fmt::format("the same as --precision {}; two of these flags together: best", precision))
            ->group(kGroup);
    building_.push_back(option);
  }
  building_.push_back(
      command
          .add_option_function<std::string>(
              "--shapes",
              [&model](const std::string& text) {
                for (std::string& shape : shapes_of(text)) model.shapes.push_back(std::move(shape));
              },
              "shapes of inputs with symbolic dims, as NAME:1x3x32x32, comma-separated; the same as --shape")
          ->check([](const std::string& text) {
            for (const std::string& shape : shapes_of(text)) {
              if (!is_named_shape(shape)) return fmt::format("'{}' is not of the form NAME:1x3x32x32", text);
            }
            return std::string();
          })
          ->type_name("NAME:DIMS")
          ->group(kGroup));
}

void TrtexecFlags::print_notes() const {
  for (const Given& given : flags_) {
    if (given.option->count() > 0)
      fmt::print(stderr, "note: {} changes nothing: {}\n", given.option->get_name(), given.reason);
  }
}

void TrtexecFlags::print_notes_of_plan() const {
  for (const CLI::Option* option : building_) {
    if (option->count() > 0)
      fmt::print(stderr, "note: {} changes nothing: the plan is built already, with types and shapes of its own\n",
                 option->get_name());
  }
}

}  // namespace exeunt::cli
