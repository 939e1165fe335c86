#include "verdict_text.h"

#include <fmt/format.h>

#include "table.h"

namespace exeunt::cli {

Json to_json(const Verdict& verdict) {
  Json alternatives = Json::array();
  for (const Alternative& a : verdict.alternatives)
    alternatives.push_back({{"exit", a.exit}, {"accuracy", a.accuracy}, {"latency_us", a.latency_us}});
  Json exits = Json::array();
  for (const BreakEven& exit : verdict.break_even) {
    exits.push_back({{"exit", exit.exit},
                     {"enabled", exit.enabled},
                     {"reached", exit.reached},
                     {"share", exit.share},
                     {"needed_share", to_json(std::optional(exit.needed_share))}});
  }
  Json json = {{"advice", advice_name(verdict.advice)},
               {"exit", verdict.advice == Verdict::Advice::stop_at_exit ? Json(verdict.exit) : Json(nullptr)},
               {"sentence", verdict.sentence},
               {"accuracy", verdict.accuracy},
               {"latency_us", verdict.latency_us},
               {"without_exits", alternatives.empty() ? Json(nullptr) : alternatives.back()},
               {"each_alone", alternatives},
               {"break_even", exits}};
  return json;
}

std::string verdict_text(const Verdict& verdict) { return wrapped(verdict.sentence, 0); }

}  // namespace exeunt::cli
