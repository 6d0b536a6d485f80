// SPDX-License-Identifier: Apache-2.0
// Whether a door's runtime is there: said in the log when that changes and kept for whoever asks,
// and how one that is not there is waited for. Thread-safety: any thread; keep_trying() on the
// door's.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "agent/door.h"
#include "base/log.h"

namespace podsysctl::agent {

class Presence {
 public:
  Presence(std::string kind, std::string address, Log& log)
      : log_(log), state_{.kind = std::move(kind), .address = std::move(address)} {}

  void came(const std::string& runtime);
  // Said once, however often it is tried again.
  void lost(const std::string& why);
  [[nodiscard]] DoorState state() const;
  // "nri: <message>"
  void say(LogLevel level, const std::string& message) const;

 private:
  Log& log_;
  mutable std::mutex mutex_;  // over state_
  DoorState state_;
};

enum class Parting : std::uint8_t { stopped, ended };

// Serves connections one after another, each for as long as it lasts, until one is `stopped` or
// `stop` is readable. After 100 ms at first, every five seconds in the end.
[[nodiscard]] Result<> keep_trying(Presence& presence, linux::FdRef stop,
                                   const std::function<Result<Parting>()>& serve);

}  // namespace podsysctl::agent
