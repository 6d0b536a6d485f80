// SPDX-License-Identifier: Apache-2.0
// A plugin's life on one connection to a runtime: it registers, is configured, gets the list of all
// pods, then each event, until one side ends it. The connection is that of nri/connection.h.
// Errors: timeout where the runtime does not answer the registration; what it answered;
// invalid_argument for bytes that break the protocol; from errno. Whoever wants to go on connects
// anew. Thread-safety: serves on the calling thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "linux/fd.h"
#include "nri/plugin.h"

namespace podsysctl::nri {

// How a plugin is called: the runtime calls several in the order of their indices.
struct Identity {
  std::string name;   // [A-Za-z0-9_.+-]+
  std::string index;  // two digits
};
// invalid_argument where a runtime would refuse it.
[[nodiscard]] Result<> check(const Identity& identity);

enum class SessionEnd : std::uint8_t {
  stopped,    // `stop` became readable
  shut_down,  // the runtime said so
  hung_up,    // it ended, or closed the connection
};

[[nodiscard]] Result<SessionEnd> serve(linux::FdRef connection, const Identity& identity,
                                       Plugin& plugin, linux::FdRef stop);

}  // namespace podsysctl::nri
