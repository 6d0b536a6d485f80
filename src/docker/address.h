// SPDX-License-Identifier: Apache-2.0
// Where Docker's daemon listens, as docker(1) finds it: DOCKER_HOST, else the usual socket;
// DOCKER_TLS_VERIFY makes a tcp:// address TLS, with ca.pem, cert.pem and key.pem of
// DOCKER_CERT_PATH. Errors: invalid_argument, naming the variable. Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "http/endpoint.h"

namespace podsysctl::docker {

struct Surroundings {
  std::string host;        // DOCKER_HOST
  std::string tls_verify;  // DOCKER_TLS_VERIFY: any text but "" switches it on
  std::string cert_path;   // DOCKER_CERT_PATH
  std::string home;        // HOME, whose .docker holds the certificates otherwise
};

// From this process's environment.
[[nodiscard]] Surroundings read_surroundings();

[[nodiscard]] Result<http::Endpoint> find_daemon(const Surroundings& surroundings);

}  // namespace podsysctl::docker
