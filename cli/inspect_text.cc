#include "inspect_text.h"

#include <exeunt/tools/report.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "precision_text.h"
#include "table.h"

namespace exeunt::cli {

namespace {

std::string bytes(std::size_t count) { return bytes_text(static_cast<double>(count)); }

std::string plural(std::size_t count, const std::string& thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string conditionals_text(const Inspection& inspection) {
  if (inspection.conditionals == 0) return "no If";
  std::string text = plural(static_cast<std::size_t>(inspection.conditionals), "If");
  if (inspection.folded_conditionals > 0)
    text += fmt::format(" ({} with a constant condition)", inspection.folded_conditionals);
  return text;
}

/// How the network reads the axes that the caller hands, if it reads them in another order.
std::string order_text(const InputInfo& input) {
  if (input.order.empty()) return "";
  Shape read = input.type.shape;
  for (std::size_t k = 0; k < input.order.size(); ++k)
    read[static_cast<int>(input.order[k])] = input.type.shape[static_cast<int>(k)];
  return fmt::format("  (read as {}, at no cost)", read.str());
}

void print_rims(const Inspection& inspection) {
  std::vector<std::array<std::string, 3>> rows;
  for (const InputInfo& input : inspection.inputs)
    rows.push_back({"input", input.type.str(), shortened(input.name, 60) + order_text(input)});
  for (std::size_t k = 0; k < inspection.outputs.size(); ++k)
    rows.push_back({"output", inspection.exits.back().outputs[k].str(), shortened(inspection.outputs[k], 60)});
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row[1].size());
  for (const auto& row : rows) fmt::print("{:<6}  {:<{}}  {}\n", row[0], row[1], width, row[2]);
}

/// How many samples may be handed over at once. Nothing for inputs that hold several, or none, by themselves.
void print_batch(const Inspection& inspection) {
  const auto is_sample = [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; };
  if (!std::ranges::all_of(inspection.inputs, is_sample)) return;
  const char* in_file = inspection.free_batch ? "the file leaves it open" : "the file says 1";
  const std::string text = inspection.batch_obstacle.empty() ? fmt::format("any ({})", in_file)
                                                             : fmt::format("1: {}", inspection.batch_obstacle);
  fmt::print("{}", wrapped("batch   " + printable(text), 8));
}

std::string test_text(const DecisionInfo& decision) {
  std::string text =
      decision.tunable ? fmt::format("{} > {}", decision.criterion, decision.threshold) : "predicate of the model";
  if (decision.temperature != 1) text += fmt::format(", temperature {}", decision.temperature);
  if (!decision.enabled) text += ", disabled";
  return text;
}

/// The decision tree, drawn with the ways out of each decision below it.
void print_tree(const Inspection& inspection, int segment, const std::string& indent, const std::string& label) {
  const SegmentInfo& info = inspection.segments[static_cast<std::size_t>(segment)];
  if (info.exit >= 0) {
    fmt::print("{}exit {}\n", label, info.exit);
    return;
  }
  const DecisionInfo& decision = inspection.decisions[static_cast<std::size_t>(info.decision)];
  fmt::print("{}decision {}  {}  '{}'\n", label, info.decision, test_text(decision), shortened(decision.name, 50));
  print_tree(inspection, info.leave, indent + "|  ", indent + "|- leave  ");
  print_tree(inspection, info.stay, indent + "   ", indent + "`- stay   ");
}

void print_paths(const Inspection& inspection) {
  double most = 0;
  for (const ExitCost& cost : inspection.costs) most = std::max(most, cost.macs);
  Table table({"path to", "MACs", "share", "parameters", "weights", "moved", "layers", "steps"});
  for (std::size_t e = 0; e < inspection.costs.size(); ++e) {
    const ExitCost& cost = inspection.costs[e];
    table.add({fmt::format("exit {}", e), count_text(cost.macs), most > 0 ? percent(cost.macs / most) : "-",
               count_text(static_cast<double>(cost.parameters)), bytes(cost.weight_bytes), bytes(cost.moved_bytes),
               std::to_string(cost.layers), std::to_string(cost.steps)});
  }
  fmt::print("{}", table.str());
}

/// What each pass did in all its rounds, in the order in which they first did something.
std::string passes_text(const Inspection& inspection) {
  std::vector<PassInfo> sums;
  for (const PassInfo& pass : inspection.passes) {
    if (pass.rewrites == 0) continue;
    const auto known = std::ranges::find(sums, pass.name, &PassInfo::name);
    if (known == sums.end()) {
      sums.push_back(pass);
    } else {
      known->rewrites += pass.rewrites;
    }
  }
  std::vector<std::string> parts;
  for (const PassInfo& pass : sums) parts.push_back(fmt::format("{} {}", pass.name, pass.rewrites));
  return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

/// Of a built plan, whose inspection knows no file that was imported.
bool is_of_plan(const Inspection& inspection) { return inspection.opset == 0; }

void print_size(const Inspection& inspection, const Plan& plan) {
  const std::string computes = plan.precision() == "fp32" ? "" : ", computing in " + precision_text(plan);
  fmt::print("{}{} -> {}{}\n",
             is_of_plan(inspection) ? "" : plural(inspection.imported_nodes, "node") + " imported -> ",
             plural(inspection.layers.size(), "layer"), plural(inspection.steps.size(), "step"),
             is_of_plan(inspection) ? "" : computes);
  if (!is_of_plan(inspection)) fmt::print("{}", wrapped("rewrites: " + passes_text(inspection), 2));
  const std::string least = inspection.arena_bytes == inspection.peak_live_bytes
                                ? "the least possible"
                                : fmt::format("at least {} are alive at once", bytes(inspection.peak_live_bytes));
  fmt::print("{} parameters ({}), arena {} ({})\n", count_text(static_cast<double>(inspection.parameters)),
             bytes(inspection.parameter_bytes), bytes(inspection.arena_bytes), least);
}

/// Without the instruction set, which the last line names for all.
std::string short_kernel(const std::string& kernel) {
  for (const std::string_view isa : {"avx512_", "avx2_", "neon_", "scalar_"}) {
    if (kernel.starts_with(isa)) return kernel.substr(isa.size());
  }
  return kernel;
}

std::string kernel_text(const StepInfo& step) {
  return step.backend == "ref" ? "ref:" + step.kernel : short_kernel(step.kernel);
}

std::string segment_text(const Inspection& inspection, std::size_t segment) {
  const SegmentInfo& info = inspection.segments[segment];
  return info.exit >= 0 ? fmt::format("-> exit {}", info.exit) : fmt::format("-> decision {}", info.decision);
}

void print_step_table(const Inspection& inspection) {
  constexpr std::size_t kLeastName = 12;
  // The names get what the other columns leave of a line.
  const auto build = [&](std::size_t name_length) {
    Table table({"id", "op", "kernel", "result", "MACs", "us", "GMAC/s", "peak", "name"}, {1, 2, 3, 8});
    for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
      const StepInfo& step = inspection.steps[i];
      const bool first = i == 0 || inspection.steps[i - 1].segment != step.segment;
      const double speed = step.us > 0 ? step.macs / step.us / 1e3 : 0;
      if (first) table.add_heading(segment_text(inspection, static_cast<std::size_t>(step.segment)));
      table.add(
          {std::to_string(i), step.op, kernel_text(step), step.result.str(), step.macs > 0 ? count_text(step.macs) : "",
           step.us > 0 ? fmt::format("{:.2f}", step.us) : "", speed > 0 ? fmt::format("{:.1f}", speed) : "",
           speed > 0 && inspection.peak_gmacs > 0 ? fmt::format("{:.0f}%", 100 * speed / inspection.peak_gmacs) : "",
           shortened(step.name, name_length)});
    }
    return table;
  };
  const std::string narrow = build(4).str();
  const std::size_t rest = narrow.substr(0, narrow.find('\n')).size() - 4;
  fmt::print("{}", build(std::max(kLeastName, kLineWidth - std::min(kLineWidth, rest))).str());
}

/// One line a step that does the work of several nodes of the file.
void print_fusions(const Inspection& inspection) {
  bool any = false;
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    const StepInfo& step = inspection.steps[i];
    if (step.nodes.size() < 2) continue;
    if (!any) fmt::print("\nfused, by step:\n");
    any = true;
    std::vector<std::string> names;
    for (const std::string& name : step.nodes) names.push_back(shortened(name, 44));
    fmt::print("{}", wrapped(fmt::format("{:>4}  {}", i, fmt::join(names, " + ")), 6));
  }
}

/// The kernels that were not taken, step by step.
void print_rivals(const Inspection& inspection) {
  bool any = false;
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    std::vector<std::string> rivals;
    for (const RivalInfo& rival : inspection.steps[i].rivals) {
      const std::string time = rival.us > 0 ? fmt::format(" {:.2f} us", rival.us) : "";
      rivals.push_back(fmt::format("{}{} ({})", short_kernel(rival.kernel), time, rival.reason));
    }
    if (rivals.empty()) continue;
    if (!any) fmt::print("\nnot taken, by step:\n");
    any = true;
    fmt::print("{}", wrapped(fmt::format("{:>4}  {}", i, fmt::join(rivals, ", ")), 6));
  }
}

void print_refusals(const Inspection& inspection) {
  std::map<std::string, std::vector<std::size_t>> refused;
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    for (const RefusalInfo& refusal : inspection.steps[i].refusals)
      refused[fmt::format("{} refused: {}", refusal.backend, refusal.reason)].push_back(i);
  }
  if (!refused.empty()) fmt::print("\n");
  for (const auto& [what, steps] : refused) {
    fmt::print("{}",
               wrapped(fmt::format("{} (step{} {})", what, steps.size() == 1 ? "" : "s", fmt::join(steps, ", ")), 2));
  }
}

}  // namespace

void print_warnings(const std::vector<Warning>& all) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kNameLength = 36;
  const auto alike = [](const Warning& a, const Warning& b) { return a.code == b.code && a.message == b.message; };
  for (auto w = all.begin(); w != all.end(); ++w) {
    const auto same = [&](const Warning& other) { return alike(*w, other); };
    if (std::any_of(all.begin(), w, same)) continue;
    std::vector<std::string> nodes;
    for (auto other = w; other != all.end(); ++other) {
      if (same(*other) && !other->node.empty())
        nodes.push_back(fmt::format("'{}'", shortened(other->node, kNameLength)));
    }
    const std::size_t more = nodes.size() - std::min(nodes.size(), kShown);
    const std::string label = nodes.empty()       ? ""
                              : nodes.size() == 1 ? " node "
                                                  : fmt::format(" {} nodes ", nodes.size());
    nodes.resize(nodes.size() - more);
    const std::string head = fmt::format("warning [{}]{}{}{}", w->code, label, fmt::join(nodes, ", "),
                                         more > 0 ? fmt::format(" and {} more", more) : "");
    fmt::print("\n{}{}{}", wrapped(head, 2), wrapped("  " + w->message, 2), wrapped("  -> " + w->hint, 5));
  }
}

void print_summary(const Inspection& inspection, const Plan& plan) {
  if (is_of_plan(inspection)) {
    fmt::print("{}\nplan, {}, for {}, {}, {}\n\n", inspection.file, precision_text(plan), plan.isa(),
               plural(static_cast<std::size_t>(plan.threads()), "thread"), bytes(inspection.file_bytes));
  } else {
    fmt::print("{}\nopset {}, made by {}, {}, {}\n\n", inspection.file, inspection.opset,
               inspection.producer.empty() ? "?" : inspection.producer, bytes(inspection.file_bytes),
               conditionals_text(inspection));
  }
  print_rims(inspection);
  print_batch(inspection);
  fmt::print("\n");
  if (!inspection.decisions.empty()) {
    print_tree(inspection, 0, "", "");
    fmt::print("\n");
  }
  print_paths(inspection);
  fmt::print("\n");
  print_size(inspection, plan);
  print_warnings(inspection.warnings);
}

void print_steps(const Inspection& inspection) {
  print_step_table(inspection);
  print_fusions(inspection);
  print_rivals(inspection);
  print_refusals(inspection);
  fmt::print("\narena {} bytes, peak of live bytes {}, packed weights {}\n", inspection.arena_bytes,
             inspection.peak_live_bytes, bytes(inspection.packed_bytes));
  if (inspection.peak_gmacs > 0)
    fmt::print("peak of this core {:.1f} GMAC/s (f32); more than it by steps that save multiplications (Winograd)\n",
               inspection.peak_gmacs);
}

}  // namespace exeunt::cli
