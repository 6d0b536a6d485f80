// SPDX-License-Identifier: Apache-2.0
// A failure as the runtime reads it: CNI specification 1.1.0, section 2, "Error". Thread-safety:
// values.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace podsysctl::cni {

enum class FaultCode : std::uint16_t {
  version = 1,      // the configuration's version is not supported, or does not know a command
  environment = 4,  // details: the variables
  io = 5,
  decode = 6,
  config = 7,
  invalid_namespace = 8,  // CNI_NETNS is no network namespace, or is the host's
  unavailable = 50,
  forbidden = 100,  // by policy
  not_applied = 101,
  differs = 102,  // CHECK
};

struct Fault {
  FaultCode code = FaultCode::io;
  std::string message;
  std::string details;
};

template <class T = void>
using Outcome = std::expected<T, Fault>;

// An error of a library as a fault of that code.
[[nodiscard]] inline std::unexpected<Fault> fault(FaultCode code, Error error) {
  return std::unexpected(Fault{code, std::move(error.message), ""});
}
[[nodiscard]] inline std::unexpected<Fault> fault(FaultCode code, std::string message,
                                                  std::string details = "") {
  return std::unexpected(Fault{code, std::move(message), std::move(details)});
}

}  // namespace podsysctl::cni
