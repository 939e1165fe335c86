#pragma once

#include <exeunt.h>
#include <exeunt/error.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "base/error.h"

namespace exeunt::c_api {

/// The status of what is being caught, whose message becomes this thread's last error. To be called in a handler.
exeunt_status status_of_exception() noexcept;

/// Runs `f`; what it throws becomes a status.
template <class F>
exeunt_status guarded(F&& f) noexcept {
  try {
    f();
    return EXEUNT_OK;
  } catch (...) {
    return status_of_exception();
  }
}

/// What `pointer` points at. @throws Error argument for null, naming what is missing
template <class T>
T& needed(T* pointer, std::string_view what) {
  require(pointer != nullptr, ErrorCode::argument, "{} is null", what);
  return *pointer;
}

/// The options that a program handed over, whose struct may be longer than ours; `defaults` if it handed none.
/// @throws Error argument if the size is none, or members that we do not know are set
template <class Options>
Options read_options(const Options* given, const Options& defaults, std::string_view init) {
  if (given == nullptr) return defaults;
  const std::size_t size = given->struct_size;
  require(size >= sizeof(Options) && size < 4096, ErrorCode::argument,
          "struct_size of the options is {}; start from {}", size, init);
  const auto* bytes = reinterpret_cast<const std::byte*>(given);
  const std::span beyond(bytes + sizeof(Options), size - sizeof(Options));
  require(std::ranges::all_of(beyond, [](std::byte b) { return b == std::byte{0}; }), ErrorCode::argument,
          "options are set that this version of the library does not know: install the one whose exeunt.h the program "
          "was compiled with");
  Options options = defaults;
  std::memcpy(&options, given, sizeof(Options));
  return options;
}

/// `text`, or `otherwise` for null.
inline const char* text_or(const char* text, const char* otherwise) { return text == nullptr ? otherwise : text; }

}  // namespace exeunt::c_api
