// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/endpoint.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/strings.h"

namespace podsysctl::engine {
namespace {

constexpr const char* kVariable = "CONTAINER_RUNTIME_ENDPOINT";  // crictl's, too

bool is_socket(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_socket(path, ignored);
}

}  // namespace

Result<std::string> socket_of_endpoint(std::string_view endpoint) {
  std::string_view path = endpoint;
  if (path.starts_with("unix://")) {
    path.remove_prefix(7);
  } else if (path.starts_with("unix:")) {
    path.remove_prefix(5);
  }
  if (!path.starts_with('/')) {
    return Error::of(Code::invalid_argument,
                     "{} is no address of a container runtime on this machine: it is a unix "
                     "socket, unix:///run/containerd/containerd.sock",
                     in_quotes(endpoint));
  }
  return std::string(path);
}

std::vector<std::string> usual_sockets() {
  return {"/run/containerd/containerd.sock", "/run/crio/crio.sock", "/var/run/cri-dockerd.sock"};
}

Result<std::string> find_endpoint(const std::string& given, const std::vector<std::string>& usual) {
  const char* const variable = std::getenv(kVariable);
  const std::string wanted = given.empty() && variable != nullptr ? variable : given;
  if (!wanted.empty()) {
    PSYS_TRY_ASSIGN(const std::string path, socket_of_endpoint(wanted));
    return "unix://" + path;
  }
  for (const std::string& path : usual) {
    if (is_socket(path)) {
      return "unix://" + path;
    }
  }
  return Error::of(Code::not_found,
                   "no container runtime was found: there is no socket {}; start one, or name its "
                   "socket with --cri-endpoint or ${}",
                   join(usual, ", "), kVariable);
}

}  // namespace podsysctl::engine
