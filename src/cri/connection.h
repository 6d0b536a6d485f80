// SPDX-License-Identifier: Apache-2.0
// A connected unix socket with the HTTP/2 session that is spoken on it.
// Errors: unavailable (no such socket, nobody listens), permission, those of read(2) and write(2)
// and of cri/http2_session.h. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cri/http2_session.h"
#include "linux/fd.h"

namespace podsysctl::cri {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

class Connection {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::string& path);

  Connection(linux::Fd socket, std::unique_ptr<Http2Session> session)
      : socket_(std::move(socket)), session_(std::move(session)) {}

  [[nodiscard]] Http2Session& session() noexcept { return *session_; }

  // Takes in what came since the last call (settings, pings, good-byes); false where no exchange
  // can be begun any more.
  [[nodiscard]] bool is_usable();
  // Nothing more can be said on it.
  [[nodiscard]] bool is_broken() const noexcept { return broken_; }

  enum class Woken : std::uint8_t { by_data, by_wake, by_time, by_end };
  // Sends what is to be sent and takes in what arrives next.
  [[nodiscard]] Result<Woken> turn(const Deadline& deadline, linux::FdRef wake);

  [[nodiscard]] Result<> send_all();

 private:
  [[nodiscard]] Result<Woken> try_turn(const Deadline& deadline, linux::FdRef wake);
  [[nodiscard]] Result<> send(std::string_view bytes);
  [[nodiscard]] Result<std::size_t> receive();

  linux::Fd socket_;
  std::unique_ptr<Http2Session> session_;
  bool broken_ = false;
};

}  // namespace podsysctl::cri
