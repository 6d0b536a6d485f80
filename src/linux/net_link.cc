// SPDX-License-Identifier: Apache-2.0
#include "linux/net_link.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>

#include "base/strings.h"

namespace podsysctl::linux {
namespace {

constexpr std::size_t kMacBytes = 6;
using Mac = std::array<std::uint8_t, kMacBytes>;

// "02:00:5e:10:00:0a", "02-00-5e-10-00-0a" and "0200.5e10.000a".
std::optional<Mac> read_mac(std::string_view text) {
  const bool is_pairs = text.size() > 2 && (text[2] == ':' || text[2] == '-');
  const char separator = is_pairs ? text[2] : '.';
  const std::size_t digits = is_pairs ? 2 : 4;
  std::string all;
  for (const std::string_view part : split(text, separator)) {
    if (part.size() != digits) {
      return std::nullopt;
    }
    all += part;
  }
  Mac mac{};
  if (all.size() != 2 * mac.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < mac.size(); ++i) {
    const auto byte = parse_number<std::uint8_t>(std::string_view(all).substr(2 * i, 2), 16);
    if (!byte) {
      return std::nullopt;
    }
    mac[i] = *byte;
  }
  return mac;
}

// What the kernel takes (is_valid_ether_addr()): of one host, and not of none.
bool is_of_one_host(const Mac& mac) { return (mac[0] & 1U) == 0 && mac != Mac(); }

std::string mac_text(const Mac& mac) {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3],
                     mac[4], mac[5]);
}

bool is_flag(LinkAttribute attribute) {
  return attribute == LinkAttribute::promiscuous || attribute == LinkAttribute::all_multicast;
}

short flag_of(LinkAttribute attribute) {
  return attribute == LinkAttribute::promiscuous ? IFF_PROMISC : IFF_ALLMULTI;
}

struct Requests {
  unsigned long get;
  unsigned long set;
  std::string_view what;
};
Requests requests_of(LinkAttribute attribute) {
  switch (attribute) {
    case LinkAttribute::mac:
      return {SIOCGIFHWADDR, SIOCSIFHWADDR, "MAC address"};
    case LinkAttribute::mtu:
      return {SIOCGIFMTU, SIOCSIFMTU, "MTU"};
    case LinkAttribute::queue_length:
      return {SIOCGIFTXQLEN, SIOCSIFTXQLEN, "length of the transmit queue"};
    case LinkAttribute::promiscuous:
      return {SIOCGIFFLAGS, SIOCSIFFLAGS, "promiscuous mode"};
    case LinkAttribute::all_multicast:
      break;
  }
  return {SIOCGIFFLAGS, SIOCSIFFLAGS, "all-multicast mode"};
}

// Puts a text of the canonical form where the kernel looks for it.
void fill(ifreq& request, LinkAttribute attribute, std::string_view text) {
  if (attribute == LinkAttribute::mac) {
    const Mac mac = read_mac(text).value_or(Mac());
    std::memcpy(request.ifr_hwaddr.sa_data, mac.data(), mac.size());
  } else if (is_flag(attribute)) {
    const int flag = flag_of(attribute);
    request.ifr_flags =
        static_cast<short>(text == "true" ? request.ifr_flags | flag : request.ifr_flags & ~flag);
  } else {  // the MTU and the queue's length share a place
    request.ifr_mtu = parse_number<int>(text).value_or(0);
  }
}

std::string text_of(const ifreq& request, LinkAttribute attribute) {
  if (attribute == LinkAttribute::mac) {
    Mac mac{};
    std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
    return mac_text(mac);
  }
  if (is_flag(attribute)) {
    return (request.ifr_flags & flag_of(attribute)) != 0 ? "true" : "false";
  }
  return fmt::format("{}", request.ifr_mtu);
}

Result<ifreq> ask(FdRef socket, const std::string& name, LinkAttribute attribute) {
  const Requests requests = requests_of(attribute);
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(socket.get(), requests.get, &request) < 0) {
    const int reason = errno;
    return reason == ENODEV
               ? Error::of(Code::not_found, "there is no interface {} in the namespace",
                           in_quotes(name))
               : Error::from_errno(reason, "read the {} of {}", requests.what, in_quotes(name));
  }
  if (attribute == LinkAttribute::mac) {
    const auto kind = request.ifr_hwaddr.sa_family;
    if (kind != ARPHRD_ETHER) {  // the loopback device takes one, and can never be rid of it again
      return Error::of(Code::unsupported, "{} has no Ethernet address: its kind is {}",
                       in_quotes(name), kind);
    }
  }
  return request;
}

}  // namespace

Result<std::string> canonical(LinkAttribute attribute, std::string_view text) {
  if (attribute == LinkAttribute::mac) {
    const auto mac = read_mac(text);
    return mac && is_of_one_host(*mac)
               ? Result<std::string>(mac_text(*mac))
               : Error::of(Code::invalid_argument,
                           "{} is no MAC address of one host: write it as 02:00:5e:10:00:0a",
                           in_quotes(text));
  }
  if (is_flag(attribute)) {
    return text == "true" || text == "false"
               ? Result<std::string>(std::string(text))
               : Error::of(Code::invalid_argument, "{} is neither true nor false", in_quotes(text));
  }
  const int least = attribute == LinkAttribute::mtu ? 1 : 0;
  const auto number = parse_number<int>(text);
  return number && *number >= least
             ? Result<std::string>(fmt::format("{}", *number))
             : Error::of(Code::invalid_argument, "{} is no number from {} to {}", in_quotes(text),
                         least, std::numeric_limits<int>::max());
}

Result<NetLink> NetLink::open(std::string name) {
  if (name.empty() || name.size() >= IFNAMSIZ) {
    return Error::of(Code::invalid_argument, "{} is no name of an interface: 1 to {} bytes",
                     in_quotes(name), IFNAMSIZ - 1);
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return Error::from_errno(errno, "open a socket");
  }
  return NetLink(Fd::adopt(socket), std::move(name));
}

Result<std::string> NetLink::read(LinkAttribute attribute) const {
  PSYS_TRY_ASSIGN(const ifreq request, ask(socket_.ref(), name_, attribute));
  return text_of(request, attribute);
}

Result<> NetLink::write(LinkAttribute attribute, std::string_view text) const {
  PSYS_TRY_ASSIGN(const std::string value, canonical(attribute, text));
  PSYS_TRY_ASSIGN(ifreq request, ask(socket_.ref(), name_, attribute));
  fill(request, attribute, value);
  const Requests requests = requests_of(attribute);
  if (::ioctl(socket_.get(), requests.set, &request) < 0) {
    return Error::from_errno(errno, "set the {} of {} to {}", requests.what, in_quotes(name_),
                             value);
  }
  return {};
}

}  // namespace podsysctl::linux
