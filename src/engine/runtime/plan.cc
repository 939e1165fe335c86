#include <exeunt/plan.h>

#include "plan/plan_data.h"

namespace exeunt {

ExitSettings DecisionInfo::settings() const noexcept {
  return {parse_criterion_kind(criterion).value_or(CriterionKind::predicate), threshold, temperature, enabled};
}

const std::vector<InputInfo>& Plan::inputs() const noexcept { return data_->info.inputs; }
const std::vector<std::string>& Plan::outputs() const noexcept { return data_->info.outputs; }
const std::vector<DecisionInfo>& Plan::decisions() const noexcept { return data_->info.decisions; }
const std::vector<ExitInfo>& Plan::exits() const noexcept { return data_->info.exits; }
int Plan::threads() const noexcept { return data_->threads; }
const std::string& Plan::isa() const noexcept { return data_->isa; }
const std::string& Plan::precision() const noexcept { return data_->precision; }
const std::vector<std::string>& Plan::notes() const noexcept { return data_->notes; }
std::size_t Plan::steps() const noexcept { return data_->steps.size(); }
std::size_t Plan::weights_bytes() const noexcept { return data_->weights.bytes() + data_->constant_bytes; }
std::size_t Plan::arena_bytes() const noexcept { return data_->arena_bytes; }
std::size_t Plan::peak_live_bytes() const noexcept { return data_->peak_live_bytes; }

}  // namespace exeunt
