#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "plan/backend.h"
#include "plan/plan_data.h"
#include "plan/plan_file.h"

namespace exeunt {

/// A plan as the bytes of a plan file. The same plan gives the same bytes.
/// @param version  of Exeunt
/// @throws Error internal if `plan` has no graph
AlignedBuffer write_plan(const PlanData& plan, std::span<const Backend* const> backends, std::string_view version);

/// Builds the plan again that a file holds: each node gets the kernel that it had, weights are taken as they lie in the
/// file, nothing is timed.
/// @param version  of Exeunt
/// @param isa      for which kernels of our own are taken
/// @throws Error format if the file is of another version of Exeunt or its parts do not fit together, unsupported if it
///         is for another instruction set or a kernel is not there, device
PlanData read_plan(std::shared_ptr<const PlanFile> file, std::span<const Backend* const> backends,
                   std::string_view version, std::string_view isa);

}  // namespace exeunt
