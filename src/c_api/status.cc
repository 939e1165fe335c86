#include "c_api/status.h"

#include <exeunt/log.h>

#include <exception>
#include <new>
#include <string>

#include "exeunt_version.h"

namespace exeunt::c_api {

namespace {

constexpr int status_of(ErrorCode code) { return static_cast<int>(code) + 1; }
static_assert(status_of(ErrorCode::file) == EXEUNT_ERROR_FILE);
static_assert(status_of(ErrorCode::format) == EXEUNT_ERROR_FORMAT);
static_assert(status_of(ErrorCode::unsupported) == EXEUNT_ERROR_UNSUPPORTED);
static_assert(status_of(ErrorCode::shape) == EXEUNT_ERROR_SHAPE);
static_assert(status_of(ErrorCode::dtype) == EXEUNT_ERROR_DTYPE);
static_assert(status_of(ErrorCode::argument) == EXEUNT_ERROR_ARGUMENT);
static_assert(status_of(ErrorCode::device) == EXEUNT_ERROR_DEVICE);
static_assert(status_of(ErrorCode::internal) == EXEUNT_ERROR_INTERNAL);
static_assert(static_cast<int>(LogLevel::note) == EXEUNT_LOG_NOTE);
static_assert(static_cast<int>(LogLevel::warning) == EXEUNT_LOG_WARNING);

/// A message that needs no memory if there is none.
struct LastError {
  std::string text;
  const char* shown = "";

  void set(const char* message) noexcept {
    try {
      text = message;
      shown = text.c_str();
    } catch (...) {
      shown = "out of memory";
    }
  }
};

LastError& last_error() noexcept {
  static thread_local LastError error;
  return error;
}

}  // namespace

exeunt_status status_of_exception() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    last_error().set(error.what());
    return static_cast<exeunt_status>(status_of(error.code()));
  } catch (const std::bad_alloc&) {
    last_error().set("out of memory");
    return EXEUNT_ERROR_DEVICE;
  } catch (const std::exception& error) {
    last_error().set(error.what());
  } catch (...) {
    last_error().set("an unknown exception");
  }
  return EXEUNT_ERROR_INTERNAL;
}

}  // namespace exeunt::c_api

using exeunt::c_api::guarded;

uint32_t exeunt_c_api_version(void) { return EXEUNT_C_API_VERSION; }

const char* exeunt_version(void) { return EXEUNT_VERSION; }

const char* exeunt_last_error(void) { return exeunt::c_api::last_error().shown; }

const char* exeunt_status_name(exeunt_status status) {
  if (status == EXEUNT_OK) return "ok";
  // The names are literals, which end with a zero.
  return exeunt::error_code_name(static_cast<exeunt::ErrorCode>(status - 1)).data();
}

exeunt_status exeunt_set_log_callback(exeunt_log_callback callback, void* user) {
  return guarded([&] {
    if (callback == nullptr) return exeunt::set_log_callback({});
    exeunt::set_log_callback([callback, user](exeunt::LogLevel level, std::string_view message) {
      callback(user, static_cast<exeunt_log_level>(level), std::string(message).c_str());
    });
  });
}
