// SPDX-License-Identifier: Apache-2.0
#include "docker/address.h"

#include <cstdlib>

namespace podsysctl::docker {
namespace {

constexpr const char* kUsualSocket = "unix:///var/run/docker.sock";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Surroundings read_surroundings() {
  return {.host = variable("DOCKER_HOST"),
          .tls_verify = variable("DOCKER_TLS_VERIFY"),
          .cert_path = variable("DOCKER_CERT_PATH"),
          .home = variable("HOME")};
}

Result<http::Endpoint> find_daemon(const Surroundings& surroundings) {
  const std::string& host = surroundings.host;
  if (host.starts_with("ssh://")) {
    return Error::of(Code::unsupported,
                     "DOCKER_HOST={}: the daemon has to be on this machine, since its containers' "
                     "parameters are read back; run podsysctl there",
                     host);
  }
  PSYS_TRY_ASSIGN(
      http::Endpoint endpoint,
      with_context(http::parse_endpoint(host.empty() ? kUsualSocket : host), "DOCKER_HOST"));
  const bool encrypted =
      !surroundings.tls_verify.empty() && endpoint.kind != http::Endpoint::Kind::unix_socket;
  if (encrypted || endpoint.kind == http::Endpoint::Kind::tls) {
    const std::string folder =
        surroundings.cert_path.empty() ? surroundings.home + "/.docker" : surroundings.cert_path;
    endpoint.kind = http::Endpoint::Kind::tls;
    endpoint.tls = {folder + "/ca.pem", folder + "/cert.pem", folder + "/key.pem"};
  }
  return endpoint;
}

}  // namespace podsysctl::docker
