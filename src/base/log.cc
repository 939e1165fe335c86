#include "base/log.h"

#include <memory>
#include <mutex>
#include <utility>

namespace exeunt {

namespace {

/// Whom log messages go to. A callback lives as long as one who calls it.
class LogReceiver {
 public:
  void set(LogCallback callback) {
    auto next = callback ? std::make_shared<const LogCallback>(std::move(callback)) : nullptr;
    const std::scoped_lock lock(mutex_);
    callback_.swap(next);
  }
  std::shared_ptr<const LogCallback> get() const {
    const std::scoped_lock lock(mutex_);
    return callback_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const LogCallback> callback_;
};

LogReceiver& log_receiver() {
  static LogReceiver receiver;
  return receiver;
}

}  // namespace

void set_log_callback(LogCallback callback) { log_receiver().set(std::move(callback)); }

bool has_log() noexcept { return log_receiver().get() != nullptr; }

void log(LogLevel level, std::string_view message) noexcept {
  const std::shared_ptr<const LogCallback> callback = log_receiver().get();
  if (callback == nullptr) return;
  try {
    (*callback)(level, message);
  } catch (...) {
    // A message is not worth the build that it is about.
  }
}

}  // namespace exeunt
