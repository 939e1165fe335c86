#pragma once

#include <exeunt/tools/dataset.h>

#include <string>

namespace exeunt::cli {

/// A warning on stderr of samples that hold a NaN; nothing if there are none.
/// @param samples  of the data, all of them
/// @param first    the number of the first one with a NaN, as the data counts
void warn_of_nans(const std::string& data, const NanSamples& seen, std::int64_t samples, std::int64_t first);

}  // namespace exeunt::cli
