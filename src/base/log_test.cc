#include "base/log.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace exeunt {
namespace {

struct Log : ::testing::Test {
  ~Log() override { set_log_callback({}); }
};

TEST_F(Log, ReachesTheCallbackThatWasSetLast) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  set_log_callback([&](LogLevel, std::string_view message) { first.emplace_back(message); });
  log(LogLevel::note, "one");
  set_log_callback([&](LogLevel level, std::string_view message) {
    second.push_back((level == LogLevel::warning ? "warning " : "note ") + std::string(message));
  });
  log(LogLevel::warning, "two");
  EXPECT_THAT(first, ::testing::ElementsAre("one"));
  EXPECT_THAT(second, ::testing::ElementsAre("warning two"));
}

TEST_F(Log, GoesNowhereWithoutACallback) {
  EXPECT_FALSE(has_log());
  set_log_callback([](LogLevel, std::string_view) {});
  EXPECT_TRUE(has_log());
  set_log_callback({});
  EXPECT_FALSE(has_log());
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  log(LogLevel::warning, "nobody hears this");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

TEST_F(Log, DropsWhatACallbackThrows) {
  set_log_callback([](LogLevel, std::string_view) { throw std::runtime_error("no"); });
  log(LogLevel::note, "one");
}

TEST_F(Log, ACallbackMaySetAnother) {
  set_log_callback([](LogLevel, std::string_view) { set_log_callback({}); });
  log(LogLevel::note, "one");
  EXPECT_FALSE(has_log());
}

}  // namespace
}  // namespace exeunt
