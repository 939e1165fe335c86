#include "json.h"

#include <exeunt/tools/arrays.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace exeunt::cli {

namespace {

bool is_float(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16 || dtype == DType::bf16;
}

template <class T>
Json element(T value) {
  if constexpr (std::is_same_v<T, float>) {
    return to_json(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return to_json(std::optional(value));
  } else {
    return value;
  }
}

template <class T>
Json nested(const T*& next, const Shape& shape, int axis) {
  if (axis == shape.rank()) return element(*next++);
  Json list = Json::array();
  for (std::int64_t i = 0; i < shape[axis]; ++i) list.push_back(nested(next, shape, axis + 1));
  return list;
}

template <class T>
Json nested(const Tensor& tensor) {
  const T* next = tensor.span<T>().data();
  return nested(next, tensor.shape(), 0);
}

}  // namespace

Json to_json(const TensorView& tensor) {
  if (tensor.dtype() == DType::boolean) return nested<bool>(cast_array(tensor, DType::boolean));
  if (tensor.dtype() == DType::u64) return nested<std::uint64_t>(cast_array(tensor, DType::u64));
  if (tensor.dtype() == DType::f32) return nested<float>(cast_array(tensor, DType::f32));
  if (is_float(tensor.dtype())) return nested<double>(cast_array(tensor, DType::f64));
  return nested<std::int64_t>(cast_array(tensor, DType::i64));
}

Json to_json(float number) {
  if (!std::isfinite(number)) return nullptr;
  // The library holds doubles: 0.8F would go out as 0.800000011920929.
  return std::strtod(fmt::format("{}", number).c_str(), nullptr);
}

Json to_json(std::optional<double> number) { return number && std::isfinite(*number) ? Json(*number) : Json(nullptr); }

Json to_json(const TensorType& type) {
  return {{"dtype", dtype_name(type.dtype)},
          {"shape", std::vector<std::int64_t>(type.shape.begin(), type.shape.end())}};
}

Json to_json(const std::vector<Warning>& warnings) {
  Json list = Json::array();
  for (const Warning& w : warnings)
    list.push_back({{"code", w.code}, {"node", w.node}, {"message", w.message}, {"hint", w.hint}});
  return list;
}

void print_json(const Json& json) { fmt::print("{}\n", json.dump(1, ' ', false, Json::error_handler_t::replace)); }

}  // namespace exeunt::cli
