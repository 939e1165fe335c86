#pragma once

#include <string_view>
#include <vector>

#include "plan/backend.h"

namespace exeunt {

/// The backends that serve `--backend NAME`, in order of preference.
/// @param libraries  with kernels of libraries beside our own
/// @throws Error argument, listing the names, if there is none called `name`
std::vector<const Backend*> backends_for(std::string_view name, bool libraries = true);

}  // namespace exeunt
