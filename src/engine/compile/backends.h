#pragma once

#include <string_view>
#include <vector>

#include "plan/backend.h"

namespace exeunt {

/// The backends that serve `--backend NAME`, in order of preference.
/// @throws Error argument, listing the names, if there is none called `name`
std::vector<const Backend*> backends_for(std::string_view name);

}  // namespace exeunt
