#pragma once

#include <exeunt/api.h>

#include <cstdint>
#include <functional>
#include <string_view>

namespace EXEUNT_API exeunt {

/// How much a message matters.
enum class LogLevel : std::uint8_t {
  note,    ///< something was decided that whoever built the plan may want to know: Plan::notes
  warning  ///< something is odd about the model or costs time: find_warnings (tools/inspect.h)
};

/// Gets one message: a sentence without a line's end, valid during the call. What it throws is dropped.
/// Thread rule: called on the thread that called the library; calls from several threads may overlap.
using LogCallback = std::function<void(LogLevel level, std::string_view message)>;

/// Sets who gets the messages of this process; empty: nobody, as at first. The library itself never writes to standard
/// output or standard error. Messages come from Model::load, Plan::build and what uses them, never from Session::run.
/// Thread rule: any time, from any thread; a call that has begun elsewhere may still reach the callback before.
void set_log_callback(LogCallback callback);

}  // namespace exeunt
