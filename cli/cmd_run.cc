#include <exeunt/tools/arrays.h>
#include <exeunt/tools/evaluate.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <numeric>

#include "commands.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "table.h"

namespace exeunt::cli {

namespace {

struct RunCommand {
  ModelOptions model;
  RunOptions run;
  SampleOptions samples;
  std::vector<std::string> inputs;
  std::string save;
  int top = 5;
};

bool is_picture(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// One file as input `index` of the model, all its samples.
Tensor read_input(const RunCommand& command, const Plan& plan, std::size_t index) {
  const std::string& file = command.inputs[index];
  const TensorType& wanted = plan.inputs()[index].type;
  if (is_picture(file)) {
    if (index > 0)
      throw Error(ErrorCode::argument, fmt::format("{}: pictures can be the model's first input only", file));
    if (wanted.shape.rank() == 0 || wanted.shape[0] != 1)
      throw Error(ErrorCode::shape, fmt::format("{}: is one sample; the model's input is {}", file, wanted.str()));
    Tensor sample(wanted);
    MutableTensorView view = sample.mutable_view();
    const SampleFormat format = command.samples.format(plan.inputs().front());
    view.type = format.sample;
    if (!command.samples.data_layout.empty())
      throw Error(ErrorCode::argument, fmt::format("{}: --data-layout is for arrays; pictures are turned as the model "
                                                   "needs them (--layout names its order)",
                                                   file));
    with_source(file, [&] { picture_to_sample(read_picture(file).view(), format, view); });
    return sample;
  }
  Tensor array = read_npy(file);
  const bool is_float = wanted.dtype == DType::f32 || wanted.dtype == DType::f64 || wanted.dtype == DType::f16 ||
                        wanted.dtype == DType::bf16;
  // The session converts u8 on its way in.
  if (array.dtype() == wanted.dtype || (is_float && array.dtype() == DType::u8)) return array;
  return cast_array(array.view(), wanted.dtype);
}

std::vector<int> best_classes(std::span<const float> probabilities, int count) {
  std::vector<int> classes(probabilities.size());
  std::iota(classes.begin(), classes.end(), 0);
  const auto value = [&](int c) {
    const float p = probabilities[static_cast<std::size_t>(c)];
    return std::isnan(p) ? -std::numeric_limits<float>::infinity() : p;
  };
  std::ranges::stable_sort(classes, [&](int a, int b) { return value(a) > value(b); });
  classes.resize(std::min(classes.size(), static_cast<std::size_t>(std::max(count, 0))));
  return classes;
}

/// Collects the answers of all samples, batch by batch.
class Answers {
 public:
  Answers(const RunCommand& command, const Plan& plan)
      : command_(command), plan_(plan), stacked_(plan.outputs().size()) {}

  void add(const Results& results) {
    for (std::int64_t i = 0; i < results.size(); ++i) add_sample(results, i);
    if (command_.save.empty()) return;
    for (std::size_t k = 0; k < plan_.outputs().size(); ++k) {
      const std::optional<TensorView> view = results.stacked(k);
      if (!view)
        throw Error(ErrorCode::shape,
                    fmt::format("--save: output '{}' differs in type between exits", plan_.outputs()[k]));
      stacked_[k].type = view->type;
      stacked_[k].bytes.insert(stacked_[k].bytes.end(), view->data, view->data + view->type.bytes());
      stacked_[k].rows += view->shape()[0];
    }
  }

  void save() const {
    Arrays arrays;
    for (std::size_t k = 0; k < stacked_.size(); ++k) {
      TensorType type = stacked_[k].type;
      type.shape[0] = stacked_[k].rows;
      Tensor tensor(type);
      std::memcpy(tensor.mutable_view().data, stacked_[k].bytes.data(), stacked_[k].bytes.size());
      arrays[plan_.outputs()[k]] = std::move(tensor);
    }
    if (std::filesystem::path(command_.save).extension() == ".npz") return write_npz(command_.save, arrays);
    write_npy(command_.save, arrays.at(plan_.outputs().front()).view());
  }

  const Json& json() const { return json_; }
  std::string table() const { return table_.str(); }

 private:
  void add_sample(const Results& results, std::int64_t i) {
    const std::vector<float> probabilities = class_probabilities(results, i);
    Json top = Json::array();
    std::string best;
    for (const int c : best_classes(probabilities, command_.top)) {
      const float p = probabilities[static_cast<std::size_t>(c)];
      top.push_back({{"class", c}, {"probability", to_json(p)}});
      if (top.size() <= 3)
        best += fmt::format("{}{} ({})", best.empty() ? "" : ", ", c, percent(static_cast<double>(p)));
    }
    if (command_.model.json) {
      Json outputs = Json::object();
      for (std::size_t k = 0; k < plan_.outputs().size(); ++k)
        outputs[plan_.outputs()[k]] = to_json(results.output(i, k));
      json_.push_back(
          {{"exit", results.exit(i)}, {"score", to_json(results.score(i))}, {"outputs", outputs}, {"top", top}});
    }
    const float score = results.score(i);
    table_.add({std::to_string(count_++), std::to_string(results.exit(i)),
                std::isnan(score) ? "-" : fmt::format("{:.4f}", score), best.empty() ? "-" : best});
  }

  struct Stack {
    TensorType type;
    std::int64_t rows = 0;
    std::vector<std::byte> bytes;
  };
  const RunCommand& command_;
  const Plan& plan_;
  std::vector<Stack> stacked_;
  Json json_ = Json::array();
  Table table_{{"sample", "exit", "score", "best classes"}, {3}};
  std::size_t count_ = 0;
};

void execute(const RunCommand& command) {
  std::vector<NamedFile> read;
  for (const std::string& input : command.inputs) read.push_back({"--input", input});
  command.model.check_outputs({{"--save", command.save}}, read);
  const Plan plan = command.model.plan(command.samples);
  if (command.inputs.size() != plan.inputs().size()) {
    std::vector<std::string> names;
    for (const InputInfo& input : plan.inputs()) names.push_back(input.name);
    throw Error(ErrorCode::argument, fmt::format("{} input{} given; the model has {}: {}", command.inputs.size(),
                                                 command.inputs.size() == 1 ? " was" : "s were", plan.inputs().size(),
                                                 fmt::join(names, ", ")));
  }
  std::vector<Tensor> arrays;
  for (std::size_t k = 0; k < command.inputs.size(); ++k) arrays.push_back(read_input(command, plan, k));
  const bool batched = std::ranges::all_of(
      plan.inputs(), [](const InputInfo& i) { return i.type.shape.rank() > 0 && i.type.shape[0] == 1; });
  const auto samples = [&](std::size_t k) {
    return batched && arrays[k].shape().rank() > 0 ? arrays[k].shape()[0] : 1;
  };
  const std::int64_t total = samples(0);
  if (total == 0) throw Error(ErrorCode::shape, fmt::format("{}: holds no samples", command.inputs[0]));
  for (std::size_t k = 1; k < arrays.size(); ++k) {
    if (samples(k) == total) continue;
    throw Error(ErrorCode::shape, fmt::format("{}: holds {} sample{}; {} holds {}", command.inputs[k], samples(k),
                                              samples(k) == 1 ? "" : "s", command.inputs[0], total));
  }
  // Pictures are scaled when they are read.
  const InputFormat format = is_picture(command.inputs.front()) ? InputFormat{} : command.samples.array_format();
  Session session = command.run.open(plan, command.model.exits, total, format);
  const std::string files = fmt::format("{}", fmt::join(command.inputs, ", "));
  Answers answers(command, plan);
  Progress progress("run");
  for (std::int64_t first = 0; first < total; first += command.run.batch) {
    const std::int64_t count = std::min(command.run.batch, total - first);
    std::vector<TensorView> views;
    for (const Tensor& array : arrays) {
      TensorView view = array.view();
      if (batched && view.shape().rank() > 0) {
        view.data += static_cast<std::size_t>(first) * (view.type.bytes() / static_cast<std::size_t>(total));
        view.type.shape[0] = count;
      }
      views.push_back(view);
    }
    answers.add(*with_source(files, [&] { return &session.run(views); }));
    progress.update(first + count, total);
  }
  progress.clear();
  if (!command.save.empty()) answers.save();
  if (command.model.json) {
    print_json({{"model", command.model.path}, {"backend", command.model.backend}, {"results", answers.json()}});
  } else {
    fmt::print("{}", answers.table());
    if (!command.save.empty()) fmt::print("saved to {}\n", command.save);
  }
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto command = std::make_shared<RunCommand>();
  CLI::App& sub = *app.add_subcommand("run", "Run a model on inputs and print its answers");
  command->model.add_to(sub);
  sub.add_option(
         "--input", command->inputs,
         "NumPy array (.npy, first axis counts samples) or picture (.png, .jpg); once for each input of the model")
      ->required()
      ->type_name("FILE");
  sub.add_option("--save", command->save, "save the first output of all samples as .npy, or all outputs as .npz")
      ->check(ends_with({".npy", ".npz"}))
      ->type_name("FILE");
  sub.add_option("--top", command->top, "classes to list for a sample")
      ->check(at_least(0))
      ->capture_default_str()
      ->type_name("N");
  command->run.add_to(sub);
  command->samples.add_to(sub);
  sub.footer(
      "\nExamples:\n  exeunt run model.onnx --input cat.png\n  exeunt run model.onnx --input batch.npy --json\n"
      "  exeunt run model.onnx --input batch.npy --threshold 0.8 --save answers.npy");
  sub.callback([command, &action] { action = [command] { execute(*command); }; });
}

}  // namespace exeunt::cli
