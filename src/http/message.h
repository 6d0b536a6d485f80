// SPDX-License-Identifier: Apache-2.0
// Requests and responses of HTTP/1.1 as plain values (RFC 9110, RFC 9112). Thread-safety: values.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace podsysctl::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first value of a header, its name in any case; "" where it is absent.
[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view name);

// Fills the buffer; 0 at the end.
using BodySource = std::function<Result<std::size_t>(std::span<char>)>;

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query, percent-encoded
  Headers headers;           // without Host, Content-Length and Transfer-Encoding
  std::string body;
  BodySource source;  // instead of `body`, for what is large; sent in chunks
};

struct Reply {
  int status = 0;
  Headers headers;
  std::string body;
};

// For one segment of a path or one value of a query (RFC 3986): everything but unreserved
// characters is encoded.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace podsysctl::http
