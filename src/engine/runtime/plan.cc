#include <exeunt/plan.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "plan/plan_data.h"

namespace exeunt {

namespace {

/// What a convolution or product computes in, by its operation, its kernel's name and its result.
std::string_view computes_in(const Step& step) {
  const auto is_called = [&](std::string_view part) { return step.kernel.find(part) != std::string::npos; };
  if (step.op.starts_with("Quantized") || is_called("int8")) return "int8";
  if (step.result.dtype == DType::bf16 || is_called("bf16")) return "bf16";
  if (step.result.dtype == DType::f64) return "fp64";
  return is_called("_half_") || step.kernel.ends_with("_w16") ? "16-bit weights" : "fp32";
}

}  // namespace

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
std::vector<std::string> Plan::computes_in() const {
  std::vector<std::pair<double, std::string_view>> work;
  for (const Step& step : data_->steps) {
    if (step.macs <= 0) continue;
    const std::string_view type = exeunt::computes_in(step);
    const auto known = std::ranges::find(work, type, &std::pair<double, std::string_view>::second);
    if (known == work.end()) {
      work.emplace_back(-step.macs, type);
    } else {
      known->first -= step.macs;
    }
  }
  std::ranges::sort(work);
  std::vector<std::string> types;
  for (const auto& [macs, type] : work) types.emplace_back(type);
  if (types.empty()) types.emplace_back("fp32");
  return types;
}
const std::vector<std::string>& Plan::notes() const noexcept { return data_->notes; }
std::size_t Plan::steps() const noexcept { return data_->steps.size(); }
std::size_t Plan::weights_bytes() const noexcept { return data_->weights.bytes() + data_->constant_bytes; }
std::size_t Plan::arena_bytes() const noexcept { return data_->arena_bytes; }
std::size_t Plan::peak_live_bytes() const noexcept { return data_->peak_live_bytes; }

}  // namespace exeunt
