#pragma once

#include <exeunt/api.h>
#include <exeunt/tools/bench.h>
#include <exeunt/tools/inspect.h>
#include <exeunt/tools/profile.h>
#include <exeunt/tools/tune.h>
#include <exeunt/tools/versus.h>

#include <filesystem>
#include <string>
#include <vector>

/// Pages for people: one file of HTML each, which needs no network and can be read without
/// scripts, in light and dark, on any width and on paper.
namespace EXEUNT_API exeunt {

/// What the page about a tuning says besides.
struct TuneReportInfo {
  std::string model;
  std::string data;
  std::string machine;  ///< instruction set, precision, threads
  std::string budget;   ///< in words
  TuneBudget limit;     ///< drawn into the curve of accuracy over latency
};

/// The curve of accuracy over latency, the share of each exit against its threshold, and reliability diagrams.
std::string tune_page(const Tuned& tuned, const TuneReportInfo& info);

/// A plan, and what was measured of it.
struct PlanReport {
  std::string model;      ///< the file's name
  std::string precision;  ///< what the plan computes in, and what was allowed besides, in words
  std::string machine;    ///< instruction set, threads, processor
  std::string data;       ///< where the samples came from; empty: noise, which tells nothing of the exits' shares
  Inspection inspection;
  Bench bench;         ///< of every exit, and of the mix if there are decisions; with profiles and times
  MachinePeaks peaks;  ///< of one core
  int threads = 1;     ///< of the plan
  std::vector<double> calibration_shares;  ///< of the calibration's samples, by exit; empty: not known
  std::vector<std::string> notes;          ///< Plan::notes

  bool knows_shares() const { return !data.empty() && bench.mix.has_value(); }
};

/// The plan's graph with its decision tree, coloured by time; what each exit costs and how many samples take it;
/// latencies; each step with its time, kernel, precision, the nodes of the file that it stands for, and why the other
/// kernels lost. Rows and boxes have the ids of the plan's steps. What moves on it (zoom, search, sorted tables) is a
/// script inside; without scripts all of it is there, standing still.
std::string plan_page(const PlanReport& report);

/// One way to one exit, in both plans.
struct ExitRatio {
  int exit = 0;
  RatioInterval b_over_a;  ///< of the latencies, in interleaved pairs
};

/// Two plans side by side: what each exit takes, and the steps next to each other that do the same work. Two exporters'
/// files name their nodes differently: steps are paired in order, by name, or by op and work.
/// @param ratios  those that were measured
std::string plan_versus_page(const PlanReport& a, const PlanReport& b, const std::vector<ExitRatio>& ratios);

/// Writes a page, or any other text; nobody ever sees half a file. @throws Error file
void save_text(const std::string& text, const std::filesystem::path& path);

// Figures as pages and programs show them.

/// "5888", "354.7 k", "1.23 M"
std::string count_text(double count);
/// "12 B", "12.3 kB", "1.23 MB"
std::string bytes_text(double bytes);

}  // namespace exeunt
