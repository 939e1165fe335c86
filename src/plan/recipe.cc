#include "plan/recipe.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "plan/split_steps.h"

namespace exeunt {

Recipe recipe_of(const PlanData& plan) {
  Recipe recipe;
  for (const Step& step : plan.steps) {
    if (step.op == "Reorder") continue;
    recipe.taken.emplace(step.value, Recipe::Taken{step.backend, whole_name(step.kernel, step.parts), step.parts});
  }
  return recipe;
}

Candidate offer_again(NodeView& view, std::span<const Backend* const> backends, const Recipe& recipe) {
  const std::string who = formatted("node '{}' ({})", view.node.name, op_name(view.node.op));
  const auto found = recipe.taken.find(view.node.output);
  require(found != recipe.taken.end(), ErrorCode::unsupported, "{}: no kernel is named for it", who);
  const Recipe::Taken& taken = found->second;
  const auto backend = std::ranges::find(backends, taken.backend, [](const Backend* b) { return b->name(); });
  require(backend != backends.end(), ErrorCode::unsupported, "{} runs on backend '{}', which is not there", who,
          taken.backend);
  view.wanted = taken.kernel;
  Offer offer = (*backend)->offer(view);
  if (auto* candidates = std::get_if<std::vector<Candidate>>(&offer)) {
    const auto candidate = std::ranges::find(*candidates, taken.kernel, &Candidate::kernel);
    if (candidate != candidates->end() && (taken.parts == 1 || candidate->run_part != nullptr)) {
      if (taken.parts > 1) set_parts(*candidate, taken.parts);
      return std::move(*candidate);
    }
  }
  fail(ErrorCode::unsupported, "{} takes kernel {}, which is not to be had here", who, taken.kernel);
}

const Tensor* NodeView::constant(std::size_t i) const {
  const Tensor* tensor = weights(i);
  if (tensor == nullptr) return nullptr;
  require(!tensor->empty(), ErrorCode::internal, "the elements of a constant that kernel {} reads are not there",
          wanted);
  if (read != nullptr) read->insert(tensor);
  return tensor;
}

}  // namespace exeunt
