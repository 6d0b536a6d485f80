// SPDX-License-Identifier: Apache-2.0
// How a call ended, in gRPC's codes, which ttrpc uses too, and how they become errors of ours and
// the other way round. Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace podsysctl::nri {

enum class StatusCode : std::int32_t {
  ok = 0,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
};

struct Status {
  StatusCode code = StatusCode::ok;
  std::string message;
};

// "NotFound"; "Code(99)" for a number that this list does not have.
[[nodiscard]] std::string to_string(StatusCode code);

// Never `unimplemented`, which makes a runtime call by another name, and never `deadline_exceeded`,
// which makes some close the connection.
[[nodiscard]] Status status_of(const Error& error);

// "NotFound: <message>", unavailable or what fits the code better.
[[nodiscard]] Error error_of(const Status& status);

}  // namespace podsysctl::nri
