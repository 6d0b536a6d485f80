// SPDX-License-Identifier: Apache-2.0
// The socket to a runtime's NRI, and the name to register under. A plugin that the runtime started
// itself (installed as NN-NAME in /opt/nri/plugins) is handed a connected descriptor and its name
// by environment; any other connects to the runtime's socket. Errors: not_found, unavailable,
// permission for a socket that cannot be reached; invalid_argument for an environment that is no
// runtime's. Thread-safety: no shared state.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"
#include "nri/session.h"

namespace podsysctl::nri {

inline constexpr std::string_view kDefaultSocket = "/run/nri/nri.sock";

struct Connection {
  linux::Fd socket;  // non-blocking, close-on-exec
  Identity identity;
};

using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// What a runtime that started us handed over: NRI_PLUGIN_SOCKET, NRI_PLUGIN_NAME, NRI_PLUGIN_IDX.
// Nothing where none of them is set. To be called once: the descriptor is ours then.
[[nodiscard]] Result<std::optional<Connection>> handed_over(const Environment& environment);

[[nodiscard]] Result<Connection> connect(const std::string& socket_path, Identity identity,
                                         std::chrono::milliseconds limit);

}  // namespace podsysctl::nri
