#include <algorithm>
#include <map>

#include "base/error.h"
#include "plan/build_plan.h"
#include "plan/file_graph.h"
#include "plan/saved_plan.h"
#include "plan/split_steps.h"

namespace exeunt {

namespace {

/// The packed weights of a file, by what they were packed of.
class FilePacked {
 public:
  FilePacked(const PlanFile& file, const std::vector<std::shared_ptr<const Tensor>>& constants)
      : bytes_(file.packed()) {
    const auto constant = [&](int number) -> const Tensor* {
      if (number < 0) return nullptr;
      require(static_cast<std::size_t>(number) < constants.size(), ErrorCode::format, "there is no constant {}",
              number);
      return constants[static_cast<std::size_t>(number)].get();
    };
    for (const file::Packed* p : *file.content().packed()) {
      const bool fits =
          p->offset() % 64 == 0 && p->offset() <= bytes_.size() && p->bytes() <= bytes_.size() - p->offset();
      require(fits, ErrorCode::format, "packed weights lie outside the file");
      places_[{constant(p->weights()), constant(p->bias()), p->order()->str()}] = {p->offset(), p->bytes()};
    }
  }

  PackedWeights find(const WeightPacker::Entry& wanted, std::size_t floats) const {
    const auto found = places_.find({wanted.weights, wanted.bias, wanted.order});
    require(found != places_.end(), ErrorCode::format, "there are no weights packed as '{}'", wanted.order);
    require(found->second.bytes == floats * sizeof(float), ErrorCode::format,
            "the weights packed as '{}' have {} bytes instead of {}", wanted.order, found->second.bytes,
            floats * sizeof(float));
    return std::make_shared<const PackedBuffer>(bytes_.subspan(found->second.offset, found->second.bytes));
  }

 private:
  struct Place {
    std::size_t offset = 0;
    std::size_t bytes = 0;
  };
  std::span<const std::byte> bytes_;
  std::map<std::tuple<const Tensor*, const Tensor*, std::string>, Place> places_;
};

Recipe read_recipe(const file::Plan& plan) {
  Recipe recipe;
  for (const file::Step* step : *plan.steps()) {
    if (step->op()->string_view() == "Reorder") continue;
    require(step->parts() >= 1 && step->parts() <= plan.threads(), ErrorCode::format, "a step of {} parts",
            step->parts());
    const std::string kernel = whole_name(step->kernel()->str(), step->parts());
    recipe.taken.emplace(step->value(), Recipe::Taken{step->backend()->str(), kernel, step->parts()});
  }
  return recipe;
}

/// What the file knows of a step beside its kernel.
void read_step(const file::Step& from, Step& step) {
  const bool same = step.value == from.value() && step.op == from.op()->string_view() &&
                    step.backend == from.backend()->string_view() && step.kernel == from.kernel()->string_view();
  require(same, ErrorCode::format, "step '{}' is {} by {}, not {} by {}", step.name, step.op, step.kernel,
          from.op()->string_view(), from.kernel()->string_view());
  step.us = from.us();
  step.rivals.clear();
  for (const file::Rival* rival : *from.rivals())
    step.rivals.push_back({rival->kernel()->str(), rival->us(), rival->reason()->str()});
  for (const file::Refusal* refusal : *from.refusals())
    step.refusals.push_back({refusal->backend()->str(), refusal->reason()->str()});
}

PlanData rebuild(const PlanFile& file, std::span<const Backend* const> backends) {
  const file::Plan& content = file.content();
  constexpr int kMostThreads = 256;
  require(content.threads() >= 1 && content.threads() <= kMostThreads, ErrorCode::format, "{} threads",
          content.threads());
  std::vector<std::shared_ptr<const Tensor>> constants;
  auto graph = std::make_shared<const Graph>(read_graph(content, constants));
  const FilePacked packed(file, constants);
  Recipe recipe = read_recipe(content);
  recipe.weights = [&](const WeightPacker::Entry& wanted, std::size_t floats) { return packed.find(wanted, floats); };
  PlanData plan = rebuild_plan(*graph, backends, recipe, content.threads());
  require(plan.steps.size() == content.steps()->size(), ErrorCode::format, "there are {} steps instead of {}",
          plan.steps.size(), content.steps()->size());
  require(plan.arena_bytes == content.arena_bytes() && plan.carried_bytes == content.carried_bytes(), ErrorCode::format,
          "memory is laid out in {} + {} bytes instead of {} + {}", plan.arena_bytes, plan.carried_bytes,
          content.arena_bytes(), content.carried_bytes());
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    read_step(*content.steps()->Get(static_cast<unsigned>(i)), plan.steps[i]);
  plan.graph = std::move(graph);
  plan.isa = content.isa()->str();
  plan.precision = content.precision()->str();
  plan.batch_obstacle = content.batch_obstacle()->str();
  return plan;
}

}  // namespace

PlanData read_plan(std::shared_ptr<const PlanFile> file, std::span<const Backend* const> backends,
                   std::string_view version, std::string_view isa) {
  require(file->content().version()->string_view() == version, ErrorCode::format,
          "was built by Exeunt {}; this is {}: build it again", file->content().version()->string_view(), version);
  const std::string_view built_for = file->content().isa()->string_view();
  require(built_for == isa, ErrorCode::unsupported,
          "this plan was built for {0}; this machine has {1}: build it here, or with --target-isa {1}", built_for, isa);
  try {
    PlanData plan = rebuild(*file, backends);
    plan.file = std::move(file);
    return plan;
  } catch (const Error& error) {
    // What the graph or a kernel refuses, it refuses without knowing the file.
    const bool keeps = error.code() == ErrorCode::unsupported || error.code() == ErrorCode::device;
    fail(keeps ? error.code() : ErrorCode::format, "its parts do not fit together: {}", error.what());
  }
}

}  // namespace exeunt
