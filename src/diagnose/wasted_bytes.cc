#include <fmt/format.h>

#include "diagnose/checks.h"

namespace exeunt::checks {

namespace {

/// Less is no matter, in bytes and as a share of the whole.
constexpr std::size_t kLeastBytes = 4096;
constexpr double kLeastShare = 0.02;

bool matters(std::size_t bytes, std::size_t whole) {
  return bytes >= kLeastBytes && static_cast<double>(bytes) >= kLeastShare * static_cast<double>(whole);
}

std::string part_text(std::size_t bytes, std::size_t whole) {
  return fmt::format("{:.1f} kB of {:.1f} kB", static_cast<double>(bytes) / 1e3, static_cast<double>(whole) / 1e3);
}

}  // namespace

void wasted_bytes(const Subject& subject, std::vector<Warning>& warnings) {
  const ImportNotes& notes = subject.notes;
  if (matters(notes.duplicate_bytes, notes.constant_bytes)) {
    warnings.push_back({"duplicate_weights", "",
                        fmt::format("{} of weights are copies of others in the file",
                                    part_text(notes.duplicate_bytes, notes.constant_bytes)),
                        "Exeunt keeps one of each; to shrink the file, let the exporter share them"});
  }
  if (matters(notes.metadata_bytes, notes.file_bytes)) {
    warnings.push_back({"debug_metadata", "",
                        fmt::format("{} of the file are debug metadata: stack traces, comments, types of inner values",
                                    part_text(notes.metadata_bytes, notes.file_bytes)),
                        "no engine needs them; clear doc_string, metadata_props and value_info to shrink the file"});
  }
}

}  // namespace exeunt::checks
