#include "base/elements.h"

#include <array>

namespace exeunt {

namespace {

template <class T, class W>
W read(const std::byte* data, std::int64_t i) noexcept {
  return convert<W>(widen(reinterpret_cast<const T*>(data)[i]));
}

template <class T, class W>
void write(std::byte* data, std::int64_t i, W value) noexcept {
  reinterpret_cast<T*>(data)[i] = convert<T>(value);
}

template <class T, class W>
constexpr ElementAccess<W> access() noexcept {
  using Limits = std::numeric_limits<std::conditional_t<AnyFloat<T>, double, T>>;
  ElementAccess<W> a{read<T, W>, write<T, W>, sizeof(T), {}, {}};
  if constexpr (!AnyFloat<T>) {
    a.lowest = static_cast<W>(Limits::lowest());
    a.highest = static_cast<W>(Limits::max());
  } else if constexpr (std::floating_point<W>) {
    a.lowest = -Limits::infinity();
    a.highest = Limits::infinity();
  }
  return a;
}

template <class W>
constexpr std::array kAccess = {access<float, W>(),         access<double, W>(),        access<Half, W>(),
                                access<BFloat16, W>(),      access<std::int8_t, W>(),   access<std::uint8_t, W>(),
                                access<std::int16_t, W>(),  access<std::uint16_t, W>(), access<std::int32_t, W>(),
                                access<std::uint32_t, W>(), access<std::int64_t, W>(),  access<std::uint64_t, W>(),
                                access<bool, W>()};

}  // namespace

template <class W>
const ElementAccess<W>& element_access(DType dtype) noexcept {
  return kAccess<W>[static_cast<std::size_t>(dtype)];
}

template const ElementAccess<double>& element_access(DType) noexcept;
template const ElementAccess<std::int64_t>& element_access(DType) noexcept;
template const ElementAccess<std::uint64_t>& element_access(DType) noexcept;

}  // namespace exeunt
