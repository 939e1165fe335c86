#include "base/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/dtype.h"
#include "base/error.h"

namespace exeunt {

namespace {

std::vector<double> numbers(const TensorView& tensor) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(tensor.elements()));
  dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : tensor.span<T>()) values.push_back(static_cast<double>(widen(value)));
  });
  return values;
}

}  // namespace

double Distance::relative() const noexcept {
  if (max_abs == 0) return 0;
  return magnitude > 0 ? max_abs / magnitude : std::numeric_limits<double>::infinity();
}

Distance distance(const TensorView& ours, const TensorView& theirs) {
  require(ours.elements() == theirs.elements(), ErrorCode::shape, "{} cannot be compared with {}", ours.type.str(),
          theirs.type.str());
  const std::vector<double> a = numbers(ours);
  const std::vector<double> b = numbers(theirs);
  Distance result;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(b[i])) result.magnitude = std::max(result.magnitude, std::abs(b[i]));
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double apart = std::abs(a[i] - b[i]);
    result.max_abs = std::max(result.max_abs, std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart);
  }
  return result;
}

}  // namespace exeunt
