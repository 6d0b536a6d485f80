// SPDX-License-Identifier: Apache-2.0
// What a service says to its operator, one line each. Thread-safety: implementations may be called
// from any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace podsysctl {

enum class LogLevel : std::uint8_t { error, warning, info };

class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;
  virtual void say(LogLevel level, std::string_view message) = 0;
};

}  // namespace podsysctl
