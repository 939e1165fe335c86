#include "base/text.h"

namespace exeunt {

std::string format_plain(fmt::string_view text, fmt::format_args args) { return fmt::vformat(text, args); }

}  // namespace exeunt
