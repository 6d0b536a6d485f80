// SPDX-License-Identifier: Apache-2.0
// ttrpc's request and response, as values. Source: containerd/ttrpc request.proto, 1.0 to 1.2.
// Errors: invalid_argument for bytes that are no such message. Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "nri/status.h"

namespace podsysctl::nri {

struct Request {
  std::string service;
  std::string method;
  std::string payload;
  std::optional<std::chrono::nanoseconds> timeout;  // how long the caller waits from now on
  std::vector<std::pair<std::string, std::string>> metadata;  // of tracing; a key may come twice
};

struct Response {
  Status status;
  std::string payload;
};

[[nodiscard]] std::string encode(const Request& request);
// A response of success with an empty payload is no bytes at all.
[[nodiscard]] std::string encode(const Response& response);

[[nodiscard]] Result<Request> decode_request(std::string_view bytes);
[[nodiscard]] Result<Response> decode_response(std::string_view bytes);

}  // namespace podsysctl::nri
