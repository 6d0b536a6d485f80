// SPDX-License-Identifier: Apache-2.0
// A service that answers on a unix socket of this machine (docs/api.md): the node service, the
// agent. It is looked for once, and asked only where it answers at once; no call waits without end.
// Errors: the service's own, word for word; unavailable and timeout where there is no answer.
// Thread-safety: one thread per object.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace podsysctl::client {

class Service {
 public:
  // None where nobody listens, or where this user may not ask. An error where somebody listens and
  // says nothing.
  [[nodiscard]] static Result<std::optional<Service>> find(const std::string& socket);

  // The body of a good answer.
  [[nodiscard]] Result<std::string> get(const std::string& target);
  // The whole answer, good or not.
  [[nodiscard]] Result<http::Reply> post(const std::string& target, std::string body);
  // An answer that goes on.
  [[nodiscard]] Result<http::Response> open(const std::string& target);

  [[nodiscard]] const std::string& socket() const { return client_.endpoint().path; }

 private:
  explicit Service(http::Client client) : client_(std::move(client)) {}

  http::Client client_;
};

// What an answer with a status of 400 or more says.
[[nodiscard]] Error error_of(const http::Reply& reply);

}  // namespace podsysctl::client
