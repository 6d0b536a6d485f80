// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_range.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::sandbox {
namespace {

constexpr std::uint32_t address(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  return (a << 24U) | (b << 16U) | (c << 8U);
}

struct Candidate {
  std::uint32_t first;
  unsigned prefix;
};

// Away from what others take by default: 10.88 (podman), 10.244 and 10.42 (Kubernetes networks),
// 172.17 to 172.20 (docker), 192.168.0 to 192.168.2 and 192.168.122 (routers, libvirt). The last is
// reserved for benchmarks (RFC 2544) and free where a VPN routes all private ranges.
constexpr std::array kCandidates{
    Candidate{address(10, 131, 0), 16},    Candidate{address(10, 137, 0), 16},
    Candidate{address(10, 173, 0), 16},    Candidate{address(172, 29, 0), 16},
    Candidate{address(172, 30, 0), 16},    Candidate{address(192, 168, 231), 24},
    Candidate{address(192, 168, 233), 24}, Candidate{address(198, 18, 131), 24}};

std::uint32_t mask_of(unsigned prefix) {
  return prefix == 0 ? 0 : ~std::uint32_t{0} << (32U - std::min(prefix, 32U));
}

// /proc/net/route prints the address as it lies in memory.
std::optional<std::uint32_t> hex_address(std::string_view text) {
  const auto value = parse_number<std::uint32_t>(text, 16);
  return value ? std::optional(ntohl(*value)) : std::nullopt;
}

std::uint32_t ipv4_of(const sockaddr* socket_address) {
  sockaddr_in internet{};
  std::memcpy(&internet, socket_address, sizeof internet);
  return ntohl(internet.sin_addr.s_addr);
}

Result<std::vector<AddressRange>> interface_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) {
    return Error::from_errno(errno, "list the host's addresses");
  }
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> held(list, &::freeifaddrs);
  std::vector<AddressRange> ranges;
  for (const ifaddrs* item = list; item != nullptr; item = item->ifa_next) {
    if (item->ifa_addr != nullptr && item->ifa_addr->sa_family == AF_INET) {
      ranges.push_back({ipv4_of(item->ifa_addr), 32, item->ifa_name});
    }
  }
  return ranges;
}

}  // namespace

bool overlap(const AddressRange& left, const AddressRange& right) noexcept {
  const std::uint32_t common = mask_of(std::min(left.prefix, right.prefix));
  return (left.first & common) == (right.first & common);
}

std::string to_string(const AddressRange& range) {
  return fmt::format("{}.{}.{}.{}/{}", range.first >> 24U, (range.first >> 16U) & 0xffU,
                     (range.first >> 8U) & 0xffU, range.first & 0xffU, range.prefix);
}

std::vector<AddressRange> parse_routes(std::string_view text) {
  constexpr std::size_t kDestination = 1;
  constexpr std::size_t kMask = 7;
  std::vector<AddressRange> ranges;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() <= kMask) {
      continue;
    }
    const auto destination = hex_address(words[kDestination]);
    const auto mask = hex_address(words[kMask]);
    if (destination && mask && *mask != 0) {
      ranges.push_back({*destination, static_cast<unsigned>(std::countl_one(*mask)),
                        std::string(words.front())});
    }
  }
  return ranges;
}

Result<AddressRange> choose_range(const std::vector<AddressRange>& in_use,
                                  std::string_view bridge) {
  std::optional<AddressRange> unused;
  for (const Candidate& candidate : kCandidates) {
    AddressRange range{candidate.first, candidate.prefix, std::string(bridge)};
    bool on_bridge = false;
    bool elsewhere = false;
    for (const AddressRange& used : in_use) {
      if (overlap(range, used)) {
        (used.interface == bridge ? on_bridge : elsewhere) = true;
      }
    }
    if (on_bridge) {
      return range;
    }
    if (!elsewhere && !unused) {
      unused = range;
    }
  }
  if (!unused) {
    return Error::of(Code::conflict,
                     "no address range is left for the built-in network: the host routes {} to {}, "
                     "and all between; describe a network in /etc/cni/net.d, or use --network none",
                     to_string({kCandidates.front().first, kCandidates.front().prefix, ""}),
                     to_string({kCandidates.back().first, kCandidates.back().prefix, ""}));
  }
  return *unused;
}

Result<std::vector<AddressRange>> ranges_in_use() {
  PSYS_TRY_ASSIGN(const std::string routes, linux::read_file("/proc/thread-self/net/route"));
  std::vector<AddressRange> ranges = parse_routes(routes);
  PSYS_TRY_ASSIGN(const std::vector<AddressRange> addresses, interface_addresses());
  ranges.insert(ranges.end(), addresses.begin(), addresses.end());
  return ranges;
}

}  // namespace podsysctl::sandbox
