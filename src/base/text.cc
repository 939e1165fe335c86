#include "base/text.h"

namespace exeunt {

std::string format_text(fmt::string_view text, fmt::format_args args) { return fmt::vformat(text, args); }

}  // namespace exeunt
