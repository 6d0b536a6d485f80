// SPDX-License-Identifier: Apache-2.0
// Where an HTTP server listens, as people write it:
//   unix:///run/docker.sock, tcp://127.0.0.1:2375, tcp://[::1]:2376, http:// and https://HOST:PORT
// tcp:// becomes TLS where the caller says so. Hosts are addresses, "localhost" or names of
// /etc/hosts: the binaries are linked static, where the C library's resolver cannot be relied on.
// Errors: invalid_argument, not_found. Thread-safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podsysctl::http {

// Paths of PEM files; "" for none.
struct TlsFiles {
  std::string ca;  // "": the system's
  std::string certificate;
  std::string key;
};

struct Endpoint {
  enum class Kind : std::uint8_t { unix_socket, tcp, tls };
  Kind kind = Kind::unix_socket;
  std::string path;  // of a unix socket
  std::string host;  // of the others, without brackets
  std::uint16_t port = 0;
  TlsFiles tls;
  std::string text;  // as written
};

[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

// The numeric address of a host, looked up in `hosts`, the text of /etc/hosts.
[[nodiscard]] Result<std::string> address_of(const std::string& host, std::string_view hosts);

}  // namespace podsysctl::http
