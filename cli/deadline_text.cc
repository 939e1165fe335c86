#include "deadline_text.h"

#include <fmt/format.h>

#include "table.h"

namespace exeunt::cli {

namespace {

std::string check_deadline(const std::string& text) {
  constexpr double kMostUs = 1e12;
  double value = 0;
  const bool fits = !text.empty() && CLI::detail::lexical_cast(text, value) && value >= 0 && value <= kMostUs;
  return fits ? "" : fmt::format("'{}' is no number of microseconds from 0 to {:.0f}", text, kMostUs);
}

}  // namespace

CLI::Option* add_deadline_option(CLI::App& command, std::optional<double>& deadline_us) {
  return command
      .add_option(
          "--deadline-us", deadline_us,
          "each run of the mix has to answer within so many microseconds: what is not likely to be done in time "
          "is not started, and the surest exit that is done answers")
      ->check(check_deadline)
      ->type_name("US");
}

Json to_json(const DeadlineReport& report) {
  return {
      {"deadline_us", report.deadline_us},
      {"runs", report.runs},
      {"cut_short", report.cut_short},
      {"cut_short_share", report.cut_short_share()},
      {"cut_short_by_exit", report.cut_short_by_exit},
      {"cut_short_accuracy", to_json(report.cut_short_accuracy)},
      {"missed", report.missed},
      {"missed_share", report.missed_share()},
      {"missed_clearly", report.missed_clearly},
      {"missed_clearly_share", report.missed_clearly_share()},
      {"overrun_us", {{"p50", report.overrun_p50_us}, {"p99", report.overrun_p99_us}, {"max", report.overrun_max_us}}}};
}

std::string deadline_text(const DeadlineReport& report) {
  std::string text = fmt::format("Deadline {} us: {} of the answers were cut short", report.deadline_us,
                                 percent(report.cut_short_share()));
  std::vector<std::string> exits;
  for (std::size_t e = 0; e < report.cut_short_by_exit.size(); ++e) {
    if (report.cut_short_by_exit[e] > 0) exits.push_back(fmt::format("exit {}: {}", e, report.cut_short_by_exit[e]));
  }
  if (!exits.empty()) text += fmt::format(" ({})", fmt::join(exits, ", "));
  if (report.cut_short_accuracy) text += fmt::format(", of these {} are right", percent(*report.cut_short_accuracy));
  if (report.missed == 0) {
    text += ". None was late.";
  } else {
    text += fmt::format(". {} were late, {} of all by more than 5 %: by {} us (p50), {} us (p99), {} us at most.",
                        percent(report.missed_share()), percent(report.missed_clearly_share()),
                        microseconds(report.overrun_p50_us), microseconds(report.overrun_p99_us),
                        microseconds(report.overrun_max_us));
  }
  return wrapped(text, 2);
}

}  // namespace exeunt::cli
