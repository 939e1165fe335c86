#pragma once

#include <exeunt/error.h>

#include <cstdlib>

namespace exeunt::fuzz {

/// Calls `f`. A stated error is what bad bytes are meant to give; one that says "a bug in Exeunt" is a finding, and
/// so is any other exception.
template <class F>
void expect_answer_or_error(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::internal) throw;
  }
}

/// For what must hold whatever the bytes are.
inline void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace exeunt::fuzz
