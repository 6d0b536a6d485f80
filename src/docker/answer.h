// SPDX-License-Identifier: Apache-2.0
// What a call of the Engine API ended with, as an error of ours. Private to src/docker.
// Thread-safety: pure functions.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/endpoint.h"

namespace podsysctl::docker {

inline constexpr std::size_t kErrorBytes = 65536;  // of a streamed answer that is an error

// The daemon's own message, with the code that fits the status.
[[nodiscard]] std::unexpected<Error> refused(int status, std::string_view body);

// The error of a daemon that cannot be reached, with the way out.
[[nodiscard]] Error unreachable(const http::Endpoint& endpoint, Error error);

// Passes on what came; where nothing did, says so as above. A time-out and an answer that is none
// speak for themselves.
template <class T>
[[nodiscard]] Result<T> check_reached(const http::Endpoint& endpoint, Result<T> result) {
  if (!result && result.error().code != Code::timeout &&
      result.error().code != Code::invalid_argument) {
    return std::unexpected(unreachable(endpoint, std::move(result).error()));
  }
  return result;
}

}  // namespace podsysctl::docker
