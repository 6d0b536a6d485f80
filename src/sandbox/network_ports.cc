// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/strings.h"
#include "linux/fd.h"
#include "linux/file.h"
#include "linux/file_lock.h"

namespace podsysctl::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAnyAddress = "any";
constexpr std::size_t kLargestClaim = 4096;

// File "tcp_8080_any": the owner's container id and pod, a line each.
struct Claim {
  std::string protocol;
  std::string port;
  std::string address;
  PortOwner owner;
};

bool is_any(const std::string& host_ip) {
  return host_ip.empty() || host_ip == "0.0.0.0" || host_ip == "::";
}

std::string file_name(const pod::Port& port) {
  return fmt::format("{}_{}_{}", to_string(port.protocol), port.host_port,
                     is_any(port.host_ip) ? kAnyAddress : std::string_view(port.host_ip));
}

std::string described(const pod::Port& port) {
  return fmt::format("host port {}/{}", port.host_port, to_string(port.protocol));
}

Result<std::optional<Claim>> read_claim(const fs::path& file) {
  const std::string name = file.filename();
  const std::vector<std::string_view> parts = split(name, '_');
  if (parts.size() != 3) {
    return std::optional<Claim>();  // the lock
  }
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(file, kLargestClaim));
  const std::vector<std::string_view> lines = split(text, '\n');
  return Claim{std::string(parts[0]),
               std::string(parts[1]),
               std::string(parts[2]),
               {std::string(lines[0]), std::string(lines.size() > 1 ? lines[1] : "")}};
}

Result<std::vector<Claim>> read_claims(const std::string& folder) {
  std::vector<Claim> claims;
  std::error_code failure;
  for (fs::directory_iterator files(folder, failure), end; !failure && files != end;
       files.increment(failure)) {
    PSYS_TRY_ASSIGN(std::optional<Claim> claim, read_claim(files->path()));
    if (claim) {
      claims.push_back(*std::move(claim));
    }
  }
  if (failure && failure != std::errc::no_such_file_or_directory) {
    return Error::from_errno(failure.value(), "read {}", folder);
  }
  return claims;
}

bool collide(const Claim& claim, const pod::Port& port) {
  return claim.protocol == to_string(port.protocol) &&
         claim.port == std::to_string(port.host_port) &&
         (claim.address == kAnyAddress || is_any(port.host_ip) || claim.address == port.host_ip);
}

struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
};

Result<Endpoint> endpoint_of(const pod::Port& port) {
  Endpoint endpoint;
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(port.host_port);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port.host_port);
  const char* const text = port.host_ip.empty() ? "0.0.0.0" : port.host_ip.c_str();
  if (::inet_pton(AF_INET, text, &ipv4.sin_addr) == 1) {
    std::memcpy(&endpoint.address, &ipv4, sizeof ipv4);
    endpoint.size = sizeof ipv4;
  } else if (::inet_pton(AF_INET6, text, &ipv6.sin6_addr) == 1) {
    std::memcpy(&endpoint.address, &ipv6, sizeof ipv6);
    endpoint.size = sizeof ipv6;
  } else {
    return Error::of(Code::invalid_argument, "{}: {} is no IP address (hostIP)", described(port),
                     in_quotes(port.host_ip));
  }
  return endpoint;
}

// A program of the host that listens there would no longer be reached.
Result<> require_unused(const pod::Port& port) {
  PSYS_TRY_ASSIGN(const Endpoint endpoint, endpoint_of(port));
  if (port.protocol == pod::Protocol::sctp) {
    return {};  // not in every kernel
  }
  const bool tcp = port.protocol == pod::Protocol::tcp;
  const linux::Fd socket = linux::Fd::adopt(
      ::socket(endpoint.address.ss_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return Error::from_errno(errno, "{}: open a socket", described(port));
  }
  const int on = 1;
  // Connections that have ended do not matter, a listener does.
  if (tcp && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) {
    return Error::from_errno(errno, "{}: prepare a socket", described(port));
  }
  const void* const address = &endpoint.address;
  if (::bind(socket.get(), static_cast<const sockaddr*>(address), endpoint.size) < 0) {
    if (errno == EADDRINUSE) {
      return Error::of(Code::conflict,
                       "{} is in use by a program of this host: choose another (-p, hostPort)",
                       described(port));
    }
    return Error::from_errno(errno, "{} of {}", described(port), port.host_ip);
  }
  return {};
}

Result<> require_unclaimed(const std::vector<Claim>& claims, const PortOwner& owner,
                           const pod::Port& port) {
  const auto other = std::ranges::find_if(claims, [&](const Claim& claim) {
    return claim.owner.container_id != owner.container_id && collide(claim, port);
  });
  if (other != claims.end()) {
    return Error::of(Code::conflict,
                     "{} is taken by the pod {}: choose another (-p, hostPort), or remove that pod",
                     described(port), other->owner.pod);
  }
  return {};
}

}  // namespace

std::string_view to_string(pod::Protocol protocol) noexcept {
  switch (protocol) {
    case pod::Protocol::udp:
      return "udp";
    case pod::Protocol::sctp:
      return "sctp";
    case pod::Protocol::tcp:
      break;
  }
  return "tcp";
}

Result<> claim_host_ports(const std::string& folder, const PortOwner& owner,
                          const std::vector<pod::Port>& ports) {
  if (ports.empty()) {
    return {};
  }
  PSYS_TRY(linux::make_directories(folder));
  PSYS_TRY_ASSIGN(const linux::Fd lock, linux::lock_file(folder + "/lock"));
  PSYS_TRY_ASSIGN(const std::vector<Claim> claims, read_claims(folder));
  for (const pod::Port& port : ports) {
    PSYS_TRY(require_unclaimed(claims, owner, port));
    PSYS_TRY(require_unused(port));
  }
  const std::string text = fmt::format("{}\n{}\n", owner.container_id, owner.pod);
  for (const pod::Port& port : ports) {
    PSYS_TRY(linux::write_file_atomically(fmt::format("{}/{}", folder, file_name(port)), text));
  }
  return {};
}

Result<> release_host_ports(const std::string& folder, const std::string& container_id) {
  PSYS_TRY_ASSIGN(const std::vector<Claim> claims, read_claims(folder));
  for (const Claim& claim : claims) {
    if (claim.owner.container_id != container_id) {
      continue;
    }
    const std::string file =
        fmt::format("{}/{}_{}_{}", folder, claim.protocol, claim.port, claim.address);
    if (::unlink(file.c_str()) < 0 && errno != ENOENT) {
      return Error::from_errno(errno, "remove {}", file);
    }
  }
  return {};
}

}  // namespace podsysctl::sandbox
