#pragma once

#include <filesystem>
#include <span>

#include "plan/backend.h"
#include "plan/plan_data.h"

namespace exeunt {

/// What Plan::load does, with these backends.
PlanData load_plan(const std::filesystem::path& path, std::span<const Backend* const> backends);

}  // namespace exeunt
