// SPDX-License-Identifier: Apache-2.0
// Reads requests of one connection from bytes as they come (RFC 9112). Private to src/http.
// Errors: invalid_argument for what is no request, or one beyond the limits.
// Thread-safety: one thread per object.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace podsysctl::http {

struct RequestLimits {
  std::size_t header = 65536;  // a path may name hundreds of keys
  std::size_t body = 65536;
};

class RequestParser {
 public:
  explicit RequestParser(RequestLimits limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Takes `data`; a request once it is whole. Bytes behind it are kept for the next call.
  [[nodiscard]] Result<std::optional<Request>> feed(std::string_view data);

  // Whether the last request lets the connection go on.
  [[nodiscard]] bool keeps_connection() const;

 private:
  class Machine;

  RequestLimits limits_;
  std::string unread_;
  std::unique_ptr<Machine> machine_;
  bool keeps_connection_ = false;
};

}  // namespace podsysctl::http
