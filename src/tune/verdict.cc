#include <exeunt/tools/verdict.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace exeunt {

namespace {

constexpr double kPoint = 0.01;

std::string us_text(double us) { return us < 10 ? fmt::format("{:.2f} us", us) : fmt::format("{:.1f} us", us); }
std::string percent_text(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// "0.4 points less accurate than X", "as accurate as X".
std::string accuracy_against(double ours, double theirs, const std::string& name) {
  const double points = (ours - theirs) / kPoint;
  if (std::abs(points) < 0.05) return fmt::format("as accurate as {}", name);
  return fmt::format("{:.1f} points {} accurate than {}", std::abs(points), points > 0 ? "more" : "less", name);
}

std::string speed_against(double ours, double theirs, const std::string& name) {
  if (ours <= 0 || theirs <= 0 || std::abs(theirs / ours - 1) < 0.005) return fmt::format("as fast as {}", name);
  if (theirs > ours) return fmt::format("{:.2f} times as fast as {}", theirs / ours, name);
  return fmt::format("{:.1f} % slower than {}", 100 * (ours / theirs - 1), name);
}

std::vector<BreakEven> break_even_of(const Evidence& evidence, const PathCosts& costs) {
  std::vector<BreakEven> all;
  for (std::size_t d = 0; d < costs.heads_us.size(); ++d) {
    std::vector<bool> enabled = evidence.enabled;
    enabled[d] = true;
    BreakEven& entry = all.emplace_back();
    entry.exit = static_cast<int>(d);
    entry.enabled = evidence.enabled[d];
    double on_share = 0;
    double on_us = 0;
    for (std::size_t e = d + 1; e < evidence.shares.size(); ++e) {
      on_share += evidence.shares[e];
      on_us += evidence.shares[e] * costs.mean_us(e, enabled);
    }
    on_us = on_share > 0 ? on_us / on_share : costs.mean_us(costs.heads_us.size(), enabled);
    entry.reached = on_share + evidence.shares[d];
    entry.share = entry.reached > 0 ? evidence.shares[d] / entry.reached : 0;
    const double saved = on_us - costs.mean_us(d, enabled);
    entry.needed_share = saved > 0 ? costs.heads_us[d] / saved : std::numeric_limits<double>::infinity();
  }
  return all;
}

std::string exits_text(const Verdict& verdict) {
  std::vector<std::string> parts;
  for (const BreakEven& exit : verdict.break_even) {
    if (!exit.enabled) continue;
    const std::string who = parts.empty() ? "of the samples leave" : "of those that come by";
    const std::string needed = std::isfinite(exit.needed_share) && exit.needed_share <= 1
                                   ? fmt::format("{} would pay for its head", percent_text(exit.needed_share))
                                   : "no share would pay for its head";
    parts.push_back(fmt::format("{} {} at exit {} ({})", percent_text(exit.share), who, exit.exit, needed));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// The fastest early head that is as accurate and as fast as the mix.
const Alternative* early_winner(const Verdict& verdict) {
  const Alternative* best = nullptr;
  for (std::size_t e = 0; e + 1 < verdict.alternatives.size(); ++e) {
    const Alternative& head = verdict.alternatives[e];
    if (head.accuracy < verdict.accuracy || head.latency_us > verdict.latency_us) continue;
    if (best == nullptr || head.latency_us < best->latency_us) best = &head;
  }
  return best;
}

std::string stop_sentence(const Verdict& verdict, const Alternative& head) {
  const Alternative& full = verdict.alternatives.back();
  return fmt::format("Stop at exit {} always: {} right in {}, {} and {}; the decisions add nothing to that.", head.exit,
                     percent_text(head.accuracy), us_text(head.latency_us),
                     accuracy_against(head.accuracy, full.accuracy, "the full network"),
                     speed_against(head.latency_us, full.latency_us, "it"));
}

std::string slow_sentence(const Verdict& verdict) {
  const Alternative& full = verdict.alternatives.back();
  const std::string exits = exits_text(verdict);
  return fmt::format("The exits do not pay: {} on average, the network without exits takes {} and is {}{}{}.",
                     us_text(verdict.latency_us), us_text(full.latency_us),
                     accuracy_against(full.accuracy, verdict.accuracy, "the mix"), exits.empty() ? "" : "; ", exits);
}

std::string fast_sentence(const Verdict& verdict) {
  const Alternative& full = verdict.alternatives.back();
  return fmt::format("The exits pay: {} on average, {} ({}), {}; {}.", us_text(verdict.latency_us),
                     speed_against(verdict.latency_us, full.latency_us, "the network without exits"),
                     us_text(full.latency_us), accuracy_against(verdict.accuracy, full.accuracy, "it"),
                     exits_text(verdict));
}

}  // namespace

std::string_view advice_name(Verdict::Advice advice) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"use_exits", "stop_at_exit", "no_exits"};
  return kNames[static_cast<std::size_t>(advice)];
}

Verdict judge(const Evidence& evidence, const PathCosts& costs) {
  const std::size_t exits = costs.exits.size();
  require(exits > 0 && costs.heads_us.size() + 1 == exits && costs.off_saves_us.size() + 1 == exits &&
              evidence.shares.size() == exits && evidence.head_accuracies.size() == exits &&
              evidence.enabled.size() + 1 == exits,
          ErrorCode::argument, "the evidence is not of {} exits", exits);
  Verdict verdict;
  verdict.accuracy = evidence.accuracy;
  verdict.latency_us = costs.mix_mean_us(evidence.shares, evidence.enabled);
  for (std::size_t e = 0; e < exits; ++e)
    verdict.alternatives.push_back({static_cast<int>(e), evidence.head_accuracies[e], costs.alone_us(e)});
  verdict.break_even = break_even_of(evidence, costs);
  const Alternative& full = verdict.alternatives.back();
  if (const Alternative* head = early_winner(verdict)) {
    verdict.advice = Verdict::Advice::stop_at_exit;
    verdict.exit = head->exit;
    verdict.sentence = stop_sentence(verdict, *head);
  } else if (verdict.latency_us >= full.latency_us) {
    verdict.advice = Verdict::Advice::no_exits;
    verdict.sentence = slow_sentence(verdict);
  } else {
    verdict.sentence = fast_sentence(verdict);
  }
  return verdict;
}

}  // namespace exeunt
