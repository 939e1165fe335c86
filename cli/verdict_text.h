#pragma once

#include <exeunt/tools/verdict.h>

#include <string>

#include "json.h"

namespace exeunt::cli {

Json to_json(const Verdict& verdict);

/// What a reader should take home, in lines of a terminal's width.
std::string verdict_text(const Verdict& verdict);

}  // namespace exeunt::cli
