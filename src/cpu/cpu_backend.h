#pragma once

#include "plan/backend.h"

namespace exeunt {

/// The CPU backend: kernels of our own and oneDNN's on channels-last activations.
const Backend& cpu_backend();

/// The same without oneDNN's; all that the runtime-only library has. It has the same name.
const Backend& own_cpu_backend();

}  // namespace exeunt
