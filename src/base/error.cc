#include "base/error.h"

#include "base/text.h"

namespace exeunt {

std::string_view error_code_name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::file:
      return "file";
    case ErrorCode::format:
      return "format";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::shape:
      return "shape";
    case ErrorCode::dtype:
      return "dtype";
    case ErrorCode::argument:
      return "argument";
    case ErrorCode::device:
      return "device";
    case ErrorCode::internal:
      return "internal";
  }
  return "unknown";
}

Error Error::in(std::string_view context) const { return Error(code_, formatted("{}: {}", context, what())); }

}  // namespace exeunt
