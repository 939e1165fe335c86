#pragma once

#include "plan/backend.h"

namespace exeunt {

/// The CPU backend: oneDNN's convolutions, matrix products, pooling and elementwise steps on
/// channels-last activations, and strided copies of our own. Runs on one thread.
const Backend& cpu_backend();

}  // namespace exeunt
