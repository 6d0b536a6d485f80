// SPDX-License-Identifier: Apache-2.0
// Reads one response from bytes as they come (RFC 9112, sections 4 to 8). Private to src/http.
// Errors: invalid_argument for what is no response, or one with a header beyond kHeaderLimit.
// Thread-safety: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace podsysctl::http {

inline constexpr std::size_t kHeaderLimit = 65536;

class ResponseParser {
 public:
  enum class Body : std::uint8_t { as_announced, none };  // none: of a HEAD request
  explicit ResponseParser(Body body = Body::as_announced);
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;
  ~ResponseParser();

  // Takes what it can use from the front of `data`, up to the end of the header at first; appends
  // text of the body to `body`. What is left belongs to the next call with more behind it.
  [[nodiscard]] Result<std::size_t> feed(std::string_view data, std::string& body);
  // The connection has ended: an error unless the response may end so.
  [[nodiscard]] Result<> end();

  [[nodiscard]] bool has_header() const;
  [[nodiscard]] bool is_done() const;
  // Whether the connection may be used again once the response is done.
  [[nodiscard]] bool keeps_connection() const;
  [[nodiscard]] int status() const;
  [[nodiscard]] const Headers& headers() const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace podsysctl::http
