#pragma once

#include <exeunt/error.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace exeunt::testing {

/// Expects that `f` throws an Error with this code whose message holds `text`.
template <class F>
void expect_error(ErrorCode code, const std::string& text, F&& f) {
  try {
    f();
    ADD_FAILURE() << "no Error; expected one that says: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
  }
}

/// Expects that `f` throws an Error, whatever it says.
template <class F>
void expect_any_error(F&& f) {
  EXPECT_THROW(f(), Error);
}

}  // namespace exeunt::testing
