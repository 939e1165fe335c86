#pragma once

#include <exeunt/api.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace EXEUNT_API exeunt {

/// What kind of thing went wrong; stable, so that callers may switch on it.
enum class ErrorCode {
  file,         ///< a file is missing, unreadable or cannot be written
  format,       ///< a file was read but its content is damaged or of another kind
  unsupported,  ///< the content is legal, but Exeunt cannot run it
  shape,        ///< a tensor has the wrong shape
  dtype,        ///< a tensor has the wrong element type
  argument,     ///< an option or argument is out of range
  device,       ///< the machine lacks something (memory, an ISA, a device)
  internal,     ///< a bug in Exeunt
};

/// The name of a code as used in messages and bindings, for example "shape".
std::string_view error_code_name(ErrorCode code) noexcept;

/// The one exception type of this library.
///
/// The message is made for people: where (file, node), what is wrong, what to do. `in` adds
/// context on the way up: `Error(shape, "group 3 does not divide 64 channels").in("node 'conv1'")`
/// reads "node 'conv1': group 3 does not divide 64 channels".
class Error : public std::runtime_error {
 public:
  /// @param message  where, what is wrong, what to do; without a full stop or a line's end
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  /// What kind of thing went wrong.
  ErrorCode code() const noexcept { return code_; }

  /// The same error with "`context`: " before its message.
  [[nodiscard]] Error in(std::string_view context) const;

 private:
  ErrorCode code_;
};

}  // namespace exeunt
