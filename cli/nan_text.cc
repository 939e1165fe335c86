#include "nan_text.h"

#include <fmt/format.h>

#include <cstdio>

namespace exeunt::cli {

void warn_of_nans(const std::string& data, const NanSamples& seen, std::int64_t samples, std::int64_t first) {
  if (seen.count == 0) return;
  fmt::print(stderr,
             "warning: {}: {} of {} samples hold{} a NaN, the first is sample {}: what the model answers there says "
             "nothing, and counts all the same\n",
             data, seen.count, samples, seen.count == 1 ? "s" : "", first);
}

}  // namespace exeunt::cli
