#pragma once

#include <exeunt/tools/deadline.h>

#include <optional>
#include <string>

#include "json.h"
#include "options.h"

namespace exeunt::cli {

/// --deadline-us, for commands that run sample by sample.
CLI::Option* add_deadline_option(CLI::App& command, std::optional<double>& deadline_us);

Json to_json(const DeadlineReport& report);
/// Some sentences, with a line's end.
std::string deadline_text(const DeadlineReport& report);

}  // namespace exeunt::cli
