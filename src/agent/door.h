// SPDX-License-Identifier: Apache-2.0
// A way in which the agent is told of sandboxes: one runtime, one interface of it.
// Thread-safety: run() on a thread of its own; state() from any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::agent {

struct DoorState {
  std::string kind;     // "nri"
  std::string address;  // the runtime's socket
  bool connected = false;
  std::string runtime;  // "containerd v2.1.9"; "" before the first connection
  std::uint64_t connections = 0;
  std::string last_error;  // of the connection; "" while there is one
};

class Door {
 public:
  Door() = default;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  virtual ~Door() = default;

  // Until `stop` is readable, or until there is nothing more to be told.
  [[nodiscard]] virtual Result<> run(linux::FdRef stop) = 0;
  [[nodiscard]] virtual DoorState state() const = 0;
};

}  // namespace podsysctl::agent
