#pragma once

#include <exeunt/log.h>

namespace exeunt {

/// Whether anyone listens: what is only said need not be found out otherwise.
bool has_log() noexcept;

/// Hands `message` to the callback that the program set, if any.
void log(LogLevel level, std::string_view message) noexcept;

}  // namespace exeunt
