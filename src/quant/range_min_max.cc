#include "quant/range_methods.h"

namespace exeunt {

ValueRange range_min_max(const RangeObserver& seen) { return {seen.low(), seen.high()}; }

}  // namespace exeunt
