#include "options.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>

#include "precision_text.h"
#include "progress.h"

namespace exeunt::cli {

namespace {

using NamedShape = std::pair<std::string, std::vector<std::int64_t>>;

/// "NAME=1x3x32x32"; the name may hold '=' itself. Nothing: it is not of that form.
std::optional<NamedShape> parse_shape(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  std::vector<std::int64_t> dims;
  for (std::string& part : CLI::detail::split(text.substr(equals + 1), 'x')) {
    std::int64_t dim = 0;
    if (!CLI::detail::lexical_cast(part, dim) || dim < 0) return std::nullopt;
    dims.push_back(dim);
  }
  return NamedShape{text.substr(0, equals), dims};
}

void print_verbose(const Plan& plan, const char* how, std::chrono::steady_clock::time_point start) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print(stderr, "verbose: {} in {:.3f} s: {}, {}, {} steps, arena {} bytes, weights {} bytes\n", how,
             seconds.count(), precision_text(plan), plan.isa(), plan.steps(), plan.arena_bytes(), plan.weights_bytes());
}

/// For options that take a finite number to divide by.
CLI::Validator divisor() {
  const auto check = [](const std::string& text) {
    double value = 0;
    const bool fits = CLI::detail::lexical_cast(text, value) && value != 0;
    return fits ? std::string() : fmt::format("'{}' is nothing to divide by", text);
  };
  return {check, ""};
}

}  // namespace

CLI::Validator at_least(std::int64_t minimum) {
  const auto check = [minimum](const std::string& text) {
    std::int64_t value = 0;
    const bool fits = CLI::detail::lexical_cast(text, value) && value >= minimum;
    return fits ? std::string() : fmt::format("'{}' is no whole number from {} on", text, minimum);
  };
  return {check, ""};
}

CLI::Validator finite_number() {
  const auto check = [](const std::string& text) {
    double value = 0;
    const bool fits = !text.empty() && CLI::detail::lexical_cast(text, value) && std::isfinite(value);
    return fits ? std::string() : fmt::format("'{}' is no finite number", text);
  };
  return {check, ""};
}

CLI::Validator share() {
  const auto check = [](const std::string& text) {
    double value = 0;
    const bool fits = !text.empty() && CLI::detail::lexical_cast(text, value) && value >= 0 && value <= 1;
    return fits ? std::string() : fmt::format("'{}' is no share from 0 to 1", text);
  };
  return {check, ""};
}

CLI::Validator tolerance() {
  const auto check = [](const std::string& text) {
    double value = 0;
    const bool fits = !text.empty() && CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value >= 0;
    return fits ? std::string() : fmt::format("'{}' is no number from 0 on", text);
  };
  return {check, ""};
}

CLI::Validator ends_with(std::vector<std::string> extensions) {
  const auto check = [extensions = std::move(extensions)](const std::string& text) {
    const bool known =
        std::ranges::find(extensions, std::filesystem::path(text).extension().string()) != extensions.end();
    return known ? std::string() : fmt::format("'{}' does not end with {}", text, fmt::join(extensions, " or "));
  };
  return {check, ""};
}

CLI::Option* add_shape_option(CLI::App& command, std::vector<std::string>& shapes) {
  return command.add_option("--shape", shapes, "shape of an input with symbolic dims, as NAME=1x3x32x32")
      ->check([](const std::string& text) {
        return parse_shape(text) ? "" : fmt::format("'{}' is not of the form NAME=1x3x32x32", text);
      })
      ->type_name("NAME=DIMS");
}

std::map<std::string, std::vector<std::int64_t>> parsed_shapes(const std::vector<std::string>& texts) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const std::string& text : texts) shapes.insert(*parse_shape(text));
  return shapes;
}

CLI::Option* ModelOptions::add_to(CLI::App& command) {
  CLI::Option* model = command.add_option("MODEL", path, "ONNX file, or a .plan that `build` wrote")->required();
  only_built_.push_back(command.add_option("--backend", backend, "cpu: fast; ref: the slow reference")
                            ->check(CLI::IsMember({"cpu", "ref"}))
                            ->capture_default_str());
  only_built_.push_back(add_shape_option(command, shapes));
  command
      .add_option(
          "--builderOptimizationLevel", optimization_level,
          "how long to time kernels when the plan is built: 0 not at all, 1 to 5 longer and longer (more counts "
          "as 5)")
      ->check(at_least(0))
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--timing-cache,--timingCacheFile", timing_cache,
                  "keep the times of kernels in this file, and time only what it does not hold")
      ->type_name("FILE");
  command.add_option("--isa", isa, "hold kernels to this instruction set, as the environment's EXEUNT_ISA does")
      ->check(CLI::IsMember({"scalar", "avx2", "avx512", "neon"}))
      // Kernels are chosen once a process, by the environment, and not before the command line has been read.
      ->each([](const std::string& name) { setenv("EXEUNT_ISA", name.c_str(), 1); })
      ->type_name("ISA");
  threads_given_ =
      command.add_option("--threads", threads, "split steps over so many threads where that makes them faster")
          ->check(CLI::Range(1, 256))
          ->capture_default_str()
          ->type_name("N");
  command.add_flag("--deterministic", deterministic,
                   "pick kernels by rules, not by timing: the same ones, and so the same answers, each time");
  std::ranges::copy(calibration.add_to(command), std::back_inserter(only_built_));
  exits.add_to(command);
  only_built_.push_back(
      command
          .add_option("--precision", precision, "allow this type beside fp32; the fastest plan of all allowed is taken")
          ->check(CLI::IsMember({"fp32", "bf16", "fp16", "half", "int8", "best"}))
          ->capture_default_str()
          ->type_name("P"));
  only_built_.push_back(command.add_flag(
      "--strict", strict, "take the precision wherever a kernel has it, fast or not; its lack is an error"));
  only_built_.push_back(command
                            .add_option("--optimize-for", optimize_for,
                                        "what the fastest plan is: of the mix of exits, of the worst, or of exit K")
                            ->capture_default_str()
                            ->type_name("mix|worst|K"));
  command.add_flag("--verbose", verbose, "also say on stderr what was built and how long it took");
  command.add_flag("--json", json, "print one JSON document and nothing else");
  CLI::Option* limit =
      command.add_option("--pass-limit", pass_limit, "run only the first N passes (for people who develop Exeunt)")
          ->check(at_least(0))
          ->group("Development")
          ->type_name("N");
  CLI::Option* dump = command
                          .add_option("--dump-after", dump_after,
                                      "print the graph to stderr after this pass (for people who develop Exeunt)")
                          ->group("Development")
                          ->type_name("PASS");
  only_built_.insert(only_built_.end(), {limit, dump});
  return model;
}

BuildOptions ModelOptions::plain_build_options() const {
  constexpr int kMostLevel = 5;
  if (optimization_level > kMostLevel)
    fmt::print(stderr, "note: --builderOptimizationLevel {} counts as {}\n", optimization_level, kMostLevel);
  BuildOptions options;
  options.backend = backend;
  options.threads = threads;
  options.precision = precision;
  options.strict = strict;
  options.optimize_for = optimize_for;
  options.optimization_level = deterministic ? 0 : std::min(optimization_level, kMostLevel);
  options.timing_cache = timing_cache;
  options.target_isa = target_isa;
  options.runtime_only = runtime_only;
  return options;
}

BuildOptions ModelOptions::build_options(const Model& model, const SampleOptions& samples) const {
  BuildOptions options = plain_build_options();
  calibration.fill(options, model, samples, true);
  return options;
}

bool is_named_shape(const std::string& text) { return parse_shape(text).has_value(); }

bool is_plan(const std::string& file) { return std::filesystem::path(file).extension() == ".plan"; }

Plan ModelOptions::build(const Model& model, const SampleOptions& samples) const {
  return build_with(model, build_options(model, samples));
}

Plan ModelOptions::build_with(const Model& model, BuildOptions options) const {
  const auto start = std::chrono::steady_clock::now();
  Progress progress("build");
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  Plan plan = Plan::build(model, options);
  for (const std::string& note : plan.notes()) fmt::print(stderr, "note: {}\n", note);
  if (verbose) print_verbose(plan, "built", start);
  return plan;
}

void ModelOptions::check_plan_options(const std::string& file, const Plan& plan) const {
  for (const CLI::Option* option : only_built_) {
    // Ranges are of use to the other model, if there is one to build.
    if (option->count() == 0 || (builds_another && option->get_group() == "Calibration")) continue;
    throw Error(ErrorCode::argument, fmt::format("{}: is built already; {} is for building a plan of an ONNX file",
                                                 file, option->get_name()));
  }
  if (threads_given_->count() == 0 || threads == plan.threads()) return;
  throw Error(ErrorCode::argument, fmt::format("{}: is built for {} thread{}, not {}: build it with --threads {}", file,
                                               plan.threads(), plan.threads() == 1 ? "" : "s", threads, threads));
}

void ModelOptions::check_outputs(std::vector<NamedFile> outputs, const std::vector<NamedFile>& more_inputs) const {
  const bool makes_table = !calibration.source.empty();
  std::vector<NamedFile> inputs = {{"MODEL", path},
                                   {"--tuning", exits.tuning},
                                   {"--calib", file_of_data(calibration.source)},
                                   {"--calib-table", makes_table ? "" : calibration.table}};
  inputs.insert(inputs.end(), more_inputs.begin(), more_inputs.end());
  outputs.push_back({"--calib-table", makes_table ? calibration.table : ""});
  // Read and written: what it holds stays in it.
  outputs.push_back({"--timing-cache", timing_cache});
  cli::check_outputs(outputs, inputs);
}

Plan ModelOptions::load_plan(const std::string& file) const {
  const auto start = std::chrono::steady_clock::now();
  Plan plan = Plan::load(file);
  check_plan_options(file, plan);
  if (verbose) print_verbose(plan, "loaded", start);
  return plan;
}

Plan ModelOptions::plan(const SampleOptions& samples) const {
  return is_plan(path) ? load_plan(path) : build(load(), samples);
}

Plan ModelOptions::other_plan(const std::string& file, const SampleOptions& samples) const {
  if (is_plan(file)) return load_plan(file);
  const Model model = load(file);
  BuildOptions options = plain_build_options();
  calibration.fill(options, model, samples, false);
  return build_with(model, std::move(options));
}

Model ModelOptions::load(const std::string& file) const {
  if (is_plan(file)) {
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: is a built plan; this needs the ONNX file that it was built from", file));
  }
  return Model::load(file, load_options());
}

LoadOptions ModelOptions::load_options() const {
  LoadOptions options;
  options.shapes = parsed_shapes(shapes);
  options.pass_limit = pass_limit;
  options.dump_after = dump_after;
  options.dump = [name = dump_after](const std::string& text) { fmt::print(stderr, "# after {}\n{}\n", name, text); };
  return options;
}

void RunOptions::add_to(CLI::App& command) {
  command.add_option("--batch", batch, "samples handed over at once")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command
      .add_option("--decision-scope", decision_scope,
                  "sample: each sample decides for itself; batch: all samples of a batch as one, as ONNX does")
      ->check(CLI::IsMember({"sample", "batch"}))
      ->capture_default_str();
}

Session RunOptions::open(const Plan& plan, const ExitOptions& exits, std::int64_t samples,
                         const InputFormat& first_input) const {
  SessionOptions options;
  options.max_batch = std::clamp<std::int64_t>(samples, 1, batch);
  options.decision_scope = scope();
  options.inputs = {first_input};
  Session session(plan, options);
  exits.apply(session);
  return session;
}

void SampleOptions::add_to(CLI::App& command) {
  command.add_option("--scale", scale, "multiply pixels (0..255) and array elements by this")
      ->check(finite_number())
      ->capture_default_str()
      ->group("Pictures");
  command.add_option("--mean", mean, "then subtract this: one value, or one a channel")
      ->delimiter(',')
      ->check(finite_number())
      ->capture_default_str()
      ->group("Pictures");
  command.add_option("--std", stddev, "then divide by this: one value, or one a channel")
      ->delimiter(',')
      ->check(finite_number())
      ->check(divisor())
      ->capture_default_str()
      ->group("Pictures");
  command.add_flag("--resize", resize, "resize pictures that do not have the model's size")->group("Pictures");
  command.add_option("--data-layout", data_layout, "axis order of arrays (.npy, npz:), if it is not the model's")
      ->check(CLI::IsMember({"nchw", "nhwc"}))
      ->group("Pictures");
  command.add_option("--layout", layout, "axis order of the model's input, if its shape does not tell")
      ->check(CLI::IsMember({"nchw", "nhwc"}))
      ->group("Pictures");
}

namespace {

std::optional<ImageLayout> parse_layout(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text == "nchw" ? ImageLayout::chw : ImageLayout::hwc;
}

}  // namespace

InputFormat SampleOptions::array_format() const {
  InputFormat format;
  format.data_layout = parse_layout(data_layout);
  format.layout = parse_layout(layout);
  format.scale = scale;
  format.mean = mean;
  format.stddev = stddev;
  return format;
}

SampleFormat SampleOptions::format(const InputInfo& input) const {
  SampleFormat format;
  const auto dims = input.type.shape.dims();
  format.sample = {input.type.dtype, Shape(dims.subspan(dims.empty() ? 0 : 1))};
  format.scale = scale;
  format.mean = mean;
  format.stddev = stddev;
  format.resize = resize;
  format.layout = parse_layout(layout);
  format.data_layout = parse_layout(data_layout);
  return format;
}

}  // namespace exeunt::cli
