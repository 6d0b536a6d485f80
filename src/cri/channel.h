// SPDX-License-Identifier: Apache-2.0
// gRPC over HTTP/2 on a unix socket, as far as a client of the Container Runtime Interface needs
// it: one call at a time, no compression, no TLS, no threads. The connection is made at the first
// call and again when the other side has closed it.
// Errors: unavailable (no such socket, nobody listens, the connection broke), permission, timeout,
// and what the status of the call says (cri/grpc_status.h) with the runtime's whole text.
// Thread-safety: one thread per object. Source: gRPC's "gRPC over HTTP2", RFC 9113.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::cri {

class Connection;
struct Exchange;

struct Method {
  std::string_view service;  // "runtime.v1.RuntimeService"
  std::string_view name;     // "Version"
};

class Channel {
 public:
  explicit Channel(std::string socket_path);
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  // One message there, one back, each in protobuf's wire format. Waits for a runtime that says that
  // it is just starting.
  [[nodiscard]] Result<std::string> call(const Method& method, std::string_view request,
                                         std::chrono::milliseconds limit);

  // One message there, many back, until one of them is answered with `stop`, `wake` is readable, or
  // the runtime ends the call.
  enum class Next : std::uint8_t { go_on, stop };
  using OnMessage = std::function<Result<Next>(std::string_view)>;
  [[nodiscard]] Result<> stream(const Method& method, std::string_view request, linux::FdRef wake,
                                const OnMessage& on_message);

  [[nodiscard]] const std::string& socket_path() const noexcept { return socket_path_; }

 private:
  struct Patience {
    std::optional<std::chrono::milliseconds> limit;
    linux::FdRef wake;
  };
  [[nodiscard]] Result<Connection*> connection();
  [[nodiscard]] Result<std::string> call_once(const Method& method, std::string_view request,
                                              std::chrono::milliseconds limit);
  [[nodiscard]] Result<> exchange(const Method& method, std::string_view request,
                                  const Patience& patience, const OnMessage& on_message);
  [[nodiscard]] static Result<> converse(Connection& connection, const Method& method,
                                         const Patience& patience, Exchange& exchange,
                                         const OnMessage& on_message);

  std::string socket_path_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace podsysctl::cri
