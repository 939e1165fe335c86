#include "plan/layout.h"

#include <algorithm>
#include <cstring>

namespace exeunt {

Layout Layout::row_major(int rank) noexcept {
  Layout layout;
  layout.rank_ = rank;
  for (int i = 0; i < rank; ++i) layout.order_[static_cast<std::size_t>(i)] = static_cast<std::int8_t>(i);
  return layout;
}

Layout Layout::channels_last(int rank) noexcept {
  Layout layout = row_major(rank);
  if (rank > 2) std::rotate(layout.order_.begin() + 1, layout.order_.begin() + 2, layout.order_.begin() + rank);
  return layout;
}

Layout Layout::of_order(const ops::Ints& order) noexcept {
  Layout layout = row_major(static_cast<int>(order.size()));
  for (int i = 0; i < layout.rank_; ++i) {
    const auto place = static_cast<std::size_t>(i);
    layout.order_[place] = static_cast<std::int8_t>(order[place]);
  }
  return layout;
}

Layout Layout::transposed(const ops::Ints& perm) const {
  Layout layout = *this;
  for (std::size_t place = 0; place < static_cast<std::size_t>(rank_); ++place) {
    const auto found = std::ranges::find(perm, std::int64_t{order_[place]});
    layout.order_[place] = static_cast<std::int8_t>(found - perm.begin());
  }
  return layout;
}

Strides Layout::strides(const Shape& shape) const noexcept {
  Strides strides{};
  std::int64_t stride = 1;
  for (int place = rank_ - 1; place >= 0; --place) {
    strides[static_cast<std::size_t>(axis_at(place))] = stride;
    stride *= shape[axis_at(place)];
  }
  return strides;
}

std::string Layout::str() const {
  std::string text;
  for (int place = 0; place < rank_; ++place) text += static_cast<char>('0' + axis_at(place));
  return text;
}

bool same_bytes(const Layout& a, const Layout& b, const Shape& shape) noexcept {
  int j = 0;
  for (int i = 0; i < a.rank(); ++i) {
    if (shape[a.axis_at(i)] == 1) continue;
    while (shape[b.axis_at(j)] == 1) ++j;
    if (a.axis_at(i) != b.axis_at(j++)) return false;
  }
  return true;
}

void copy_layout(const std::byte* from, const Layout& from_layout, std::byte* to, const Layout& to_layout,
                 const TensorType& type) noexcept {
  const std::size_t size = dtype_bytes(type.dtype);
  StridedLoop<2> loop(type.shape, {from_layout.strides(type.shape), to_layout.strides(type.shape)});
  for (; !loop.done(); loop.next()) {
    std::memcpy(to + static_cast<std::size_t>(loop.offset(1)) * size,
                from + static_cast<std::size_t>(loop.offset(0)) * size, size);
  }
}

}  // namespace exeunt
