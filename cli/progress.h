#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace exeunt::cli {

/// A bar on stderr for work that takes more than a second; silent if stderr is no terminal.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::int64_t done, std::int64_t total);
  /// Wipes the bar, so that what follows stands on a clean line.
  void clear();

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace exeunt::cli
