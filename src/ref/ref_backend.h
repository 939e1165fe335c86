#pragma once

#include "plan/backend.h"

namespace exeunt {

/// The slow, exact backend: every op by its reference on row-major tensors. Takes every node; what the
/// others are compared with, and the last resort where they refuse.
const Backend& ref_backend();

}  // namespace exeunt
