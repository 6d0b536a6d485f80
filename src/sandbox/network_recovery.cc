// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_recovery.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/ipv6.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/json.h"
#include "linux/fd.h"

namespace podsysctl::sandbox {
namespace {

struct InterfaceAddress {
  int family = AF_INET;
  std::string text;  // with prefix length
};

template <class SocketAddress>
SocketAddress copied(const sockaddr* generic) {
  SocketAddress specific{};
  std::memcpy(&specific, generic, sizeof specific);
  return specific;
}

int prefix_of(const std::uint8_t* mask, std::size_t size) {
  int bits = 0;
  for (std::size_t i = 0; i < size; ++i) {
    bits += std::popcount(mask[i]);
  }
  return bits;
}

std::optional<InterfaceAddress> to_address(const ifaddrs& item) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (item.ifa_addr->sa_family == AF_INET) {
    const auto address = copied<sockaddr_in>(item.ifa_addr).sin_addr;
    const auto mask = copied<sockaddr_in>(item.ifa_netmask).sin_addr.s_addr;
    ::inet_ntop(AF_INET, &address, text.data(), text.size());
    return InterfaceAddress{AF_INET, fmt::format("{}/{}", text.data(), std::popcount(mask))};
  }
  if (item.ifa_addr->sa_family == AF_INET6) {
    const auto address = copied<sockaddr_in6>(item.ifa_addr).sin6_addr;
    const auto mask = copied<sockaddr_in6>(item.ifa_netmask).sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&address)) {
      return std::nullopt;
    }
    ::inet_ntop(AF_INET6, &address, text.data(), text.size());
    return InterfaceAddress{
        AF_INET6, fmt::format("{}/{}", text.data(), prefix_of(mask.s6_addr, sizeof mask))};
  }
  return std::nullopt;
}

// Of the calling thread's net namespace.
Result<std::vector<InterfaceAddress>> addresses_of(const std::string& interface) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) {
    return Error::from_errno(errno, "list the addresses of {}", interface);
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> held(list, &::freeifaddrs);
  std::vector<InterfaceAddress> addresses;
  for (const ifaddrs* item = list; item != nullptr; item = item->ifa_next) {
    if (item->ifa_addr == nullptr || item->ifa_netmask == nullptr || interface != item->ifa_name) {
      continue;
    }
    if (auto address = to_address(*item)) {
      addresses.push_back(*std::move(address));
    }
  }
  return addresses;
}

Result<linux::Fd> open_socket(int family) {
  const int socket = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return Error::from_errno(errno, "open a socket");
  }
  return linux::Fd::adopt(socket);
}

ifreq request_for(const std::string& interface) {
  ifreq request{};
  std::memcpy(request.ifr_name, interface.c_str(),
              std::min(interface.size(), sizeof request.ifr_name - 1));
  return request;
}

Result<> set_ipv4(const std::string& interface, const in_addr& address, unsigned prefix) {
  PSYS_TRY_ASSIGN(const linux::Fd socket, open_socket(AF_INET));
  sockaddr_in value{};
  value.sin_family = AF_INET;
  value.sin_addr = address;
  ifreq request = request_for(interface);
  std::memcpy(&request.ifr_addr, &value, sizeof value);
  if (::ioctl(socket.get(), SIOCSIFADDR, &request) < 0) {
    return Error::from_errno(errno, "set the address of {}", interface);
  }
  value.sin_addr.s_addr = prefix == 0 ? 0 : htonl(~std::uint32_t{0} << (32U - prefix));
  std::memcpy(&request.ifr_netmask, &value, sizeof value);
  if (::ioctl(socket.get(), SIOCSIFNETMASK, &request) < 0) {
    return Error::from_errno(errno, "set the netmask of {}", interface);
  }
  return {};
}

Result<> set_ipv6(const std::string& interface, const in6_addr& address, unsigned prefix) {
  PSYS_TRY_ASSIGN(const linux::Fd socket, open_socket(AF_INET6));
  in6_ifreq request{};
  request.ifr6_addr = address;
  request.ifr6_prefixlen = prefix;
  request.ifr6_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  if (::ioctl(socket.get(), SIOCSIFADDR, &request) < 0) {
    return Error::from_errno(errno, "set the address of {}", interface);
  }
  return {};
}

Result<> set_address(const std::string& interface, const std::string& address) {
  constexpr unsigned kMostIpv4 = 32;
  constexpr unsigned kMostIpv6 = 128;
  const std::size_t slash = std::min(address.find('/'), address.size());
  const std::string plain = address.substr(0, slash);
  const auto prefix =
      parse_number<unsigned>(std::string_view(address).substr(std::min(slash + 1, address.size())));
  in_addr ipv4{};
  in6_addr ipv6{};
  if (prefix && *prefix <= kMostIpv4 && ::inet_pton(AF_INET, plain.c_str(), &ipv4) == 1) {
    return set_ipv4(interface, ipv4, *prefix);
  }
  if (prefix && *prefix <= kMostIpv6 && ::inet_pton(AF_INET6, plain.c_str(), &ipv6) == 1) {
    return set_ipv6(interface, ipv6, *prefix);
  }
  return Error::of(Code::invalid_argument, "{} is no address with a prefix length",
                   in_quotes(address));
}

Result<> furnish(const std::string& interface, const std::vector<std::string>& addresses) {
  if (::unshare(CLONE_NEWNET) < 0) {
    return Error::from_errno(errno, "make a net namespace");
  }
  PSYS_TRY_ASSIGN(const linux::Fd socket, open_socket(AF_INET));
  // Any device will do; a bridge is the one that an ioctl makes.
  if (::ioctl(socket.get(), SIOCBRADDBR, request_for(interface).ifr_name) < 0) {
    return Error::from_errno(errno, "make the interface {}", interface);
  }
  for (const std::string& address : addresses) {
    PSYS_TRY(set_address(interface, address));
  }
  return {};
}

}  // namespace

Result<std::string> observed_result(const linux::Namespace& netns, const CniNetwork& network,
                                    const CniTarget& target) {
  linux::WorkerThread inside;
  Result<std::vector<InterfaceAddress>> addresses;
  inside.call([&] {
    const Result<> entered = netns.enter();
    if (entered) {
      addresses = addresses_of(target.interface);
    } else {
      addresses = std::unexpected(entered.error());
    }
  });
  if (!addresses) {
    return std::unexpected(addresses.error());
  }
  if (addresses->empty()) {
    return std::string();
  }
  json::Value ips = json::Value::array();
  for (const InterfaceAddress& address : *addresses) {
    json::Value item{{"interface", 0}, {"address", address.text}};
    if (network.version.starts_with("0.")) {
      item["version"] = address.family == AF_INET ? "4" : "6";
    }
    ips.push_back(std::move(item));
  }
  const json::Value interface{{"name", target.interface}, {"sandbox", target.netns_path}};
  return json::dump(json::Value{{"cniVersion", network.version},
                                {"interfaces", json::Value::array({interface})},
                                {"ips", ips}});
}

Result<StandIn> StandIn::create(const std::string& interface,
                                const std::vector<std::string>& addresses) {
  StandIn made(std::make_unique<linux::WorkerThread>());
  Result<> furnished;
  made.inside_->call([&] {
    furnished = furnish(interface, addresses);
    made.path_ = fmt::format("/proc/{}/task/{}/ns/net", ::getpid(), ::gettid());
  });
  if (!furnished) {
    return std::unexpected(std::move(furnished).error().within("stand-in for a net namespace"));
  }
  return made;
}

}  // namespace podsysctl::sandbox
