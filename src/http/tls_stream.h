// SPDX-License-Identifier: Apache-2.0
// TLS 1.2 and newer over a connected socket (RFC 8446, OpenSSL 3). The server's certificate is
// always verified, by name or address. Private to src/http.
// Errors: permission for a certificate that is not trusted, naming the reason; unavailable,
// timeout. Thread-safety: one thread per object.
#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "http/endpoint.h"
#include "http/stream.h"
#include "linux/fd.h"

namespace podsysctl::http {

[[nodiscard]] Result<std::unique_ptr<Stream>> start_tls(linux::Fd socket, const Endpoint& endpoint,
                                                        std::chrono::milliseconds limit);

}  // namespace podsysctl::http
