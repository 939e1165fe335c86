#pragma once

#include <exeunt/api.h>
#include <exeunt/tools/tune.h>

#include <filesystem>
#include <string>

/// Pages for people: one file of HTML each, which needs no network and no scripts, in light and dark, on any width.
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

/// Writes a page; nobody ever sees half a file. @throws Error file
void save_page(const std::string& page, const std::filesystem::path& path);

}  // namespace exeunt
