// SPDX-License-Identifier: Apache-2.0
#include "nri/connection.h"

#include <utility>

#include "base/strings.h"
#include "linux/stream_socket.h"

namespace podsysctl::nri {
namespace {

constexpr int kFirstFreeDescriptor = 3;

}  // namespace

Result<std::optional<Connection>> handed_over(const Environment& environment) {
  const std::optional<std::string> socket = environment("NRI_PLUGIN_SOCKET");
  if (!socket) {
    return std::optional<Connection>{};
  }
  const std::optional<int> number = parse_number<int>(*socket);
  if (!number || *number < kFirstFreeDescriptor) {
    return Error::of(Code::invalid_argument,
                     "NRI_PLUGIN_SOCKET={}: it is no descriptor that a runtime hands over; unset "
                     "it to connect to a socket instead",
                     in_quotes(*socket));
  }
  Connection connection{.identity = {.name = environment("NRI_PLUGIN_NAME").value_or(""),
                                     .index = environment("NRI_PLUGIN_IDX").value_or("")}};
  PSYS_TRY(with_context(check(connection.identity), "NRI_PLUGIN_NAME and NRI_PLUGIN_IDX"));
  PSYS_TRY_ASSIGN(connection.socket, linux::adopt_stream_socket(*number));
  return std::optional(std::move(connection));
}

Result<Connection> connect(const std::string& socket_path, Identity identity,
                           std::chrono::milliseconds limit) {
  PSYS_TRY(check(identity));
  PSYS_TRY_ASSIGN(linux::Fd socket, linux::connect_unix(socket_path, limit));
  return Connection{std::move(socket), std::move(identity)};
}

}  // namespace podsysctl::nri
