#pragma once

#include <exeunt/plan.h>

#include <string>

namespace exeunt::cli {

/// What a plan computes in, and what was allowed where that is something else: "int8 and fp32", "fp32 (int8 allowed)".
std::string precision_text(const Plan& plan);

}  // namespace exeunt::cli
