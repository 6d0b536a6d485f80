// SPDX-License-Identifier: Apache-2.0
#include "linux/tcp_sockets.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

// <linux/netlink.h> has this from <linux/socket.h>, whose name a header of this folder takes.
using __kernel_sa_family_t = unsigned short;  // NOLINT(bugprone-reserved-identifier)

#include <linux/netlink.h>
#include <linux/sock_diag.h>

namespace podsysctl::linux {
namespace {

constexpr std::size_t kMostSockets = 1U << 20U;

struct DumpRequest {
  nlmsghdr header;
  inet_diag_req_v2 wanted;
};

std::string endpoint(unsigned family, const std::uint32_t* address, std::uint16_t port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(static_cast<int>(family), address, text.data(), text.size());
  return family == AF_INET6 ? fmt::format("[{}]:{}", text.data(), ntohs(port))
                            : fmt::format("{}:{}", text.data(), ntohs(port));
}

TcpSocket socket_of(const inet_diag_msg& message) {
  TcpSocket socket;
  socket.inode = message.idiag_inode;
  socket.local = endpoint(message.idiag_family, message.id.idiag_src, message.id.idiag_sport);
  if (message.idiag_state == TCP_LISTEN) {
    socket.state = TcpState::listening;
    socket.queue_used = message.idiag_rqueue;
    socket.queue_size = message.idiag_wqueue;
  } else {
    constexpr std::uint8_t kKeepaliveTimer = 2;  // net/ipv4/inet_diag.c
    if (message.idiag_timer == kKeepaliveTimer) {
      socket.keepalive_due = std::chrono::milliseconds(message.idiag_expires);
    }
    socket.remote = endpoint(message.idiag_family, message.id.idiag_dst, message.id.idiag_dport);
  }
  return socket;
}

Result<> ask(FdRef netlink, std::uint8_t family) {
  DumpRequest request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.wanted.sdiag_family = family;
  request.wanted.sdiag_protocol = IPPROTO_TCP;
  request.wanted.idiag_states =
      (1U << TCP_LISTEN) | (1U << TCP_ESTABLISHED) | (1U << TCP_CLOSE_WAIT);
  if (::send(netlink.get(), &request, sizeof request, 0) < 0) {
    return Error::from_errno(errno, "ask the kernel for its TCP sockets");
  }
  return {};
}

enum class More : std::uint8_t { yes, no };

Result<More> take_message(const nlmsghdr& header, std::vector<TcpSocket>& sockets) {
  if (header.nlmsg_type == NLMSG_DONE) {
    return More::no;
  }
  const char* const payload = reinterpret_cast<const char*>(&header) + NLMSG_HDRLEN;
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr failure{};
    if (header.nlmsg_len >= NLMSG_HDRLEN + sizeof failure) {
      std::memcpy(&failure, payload, sizeof failure);
    }
    return failure.error == -ENOENT
               ? Error::from_errno(ENOENT,
                                   "list TCP sockets: this kernel has not loaded the module "
                                   "tcp_diag (modprobe tcp_diag)")
               : Error::from_errno(-failure.error, "list TCP sockets");
  }
  inet_diag_msg message{};
  if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
      header.nlmsg_len >= NLMSG_HDRLEN + sizeof message) {
    std::memcpy(&message, payload, sizeof message);
    sockets.push_back(socket_of(message));
  }
  if (sockets.size() > kMostSockets) {
    return Error::of(Code::unsupported, "the namespace has more than {} TCP sockets", kMostSockets);
  }
  return More::yes;
}

Result<> receive_all(FdRef netlink, std::vector<TcpSocket>& sockets) {
  alignas(nlmsghdr) std::array<char, 32768> buffer;
  for (;;) {
    const ssize_t count = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
    if (count < 0) {
      if (errno == EINTR) {
        continue;
      }
      return Error::from_errno(errno, "list TCP sockets");
    }
    auto left = static_cast<std::size_t>(count);
    std::size_t at = 0;
    while (left >= sizeof(nlmsghdr)) {
      const auto& header = *reinterpret_cast<const nlmsghdr*>(buffer.data() + at);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > left) {
        return Error::of(Code::internal, "list TCP sockets: the answer is cut short");
      }
      PSYS_TRY_ASSIGN(const More more, take_message(header, sockets));
      if (more == More::no) {
        return {};
      }
      const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
      at += step;
      left -= step < left ? step : left;
    }
  }
}

int option_of(KeepaliveTime which) {
  switch (which) {
    case KeepaliveTime::idle:
      return TCP_KEEPIDLE;
    case KeepaliveTime::interval:
      return TCP_KEEPINTVL;
    case KeepaliveTime::probes:
      break;
  }
  return TCP_KEEPCNT;
}

Result<int> get_option(FdRef socket, int level, int option, std::string_view what) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(socket.get(), level, option, &value, &size) < 0) {
    return Error::from_errno(errno, "read {} of a socket", what);
  }
  return value;
}

}  // namespace

Result<std::vector<TcpSocket>> list_tcp_sockets() {
  const int raw = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (raw < 0) {
    return Error::from_errno(errno, "open a sock_diag socket");
  }
  const Fd netlink = Fd::adopt(raw);
  std::vector<TcpSocket> sockets;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    PSYS_TRY(ask(netlink.ref(), family));
    PSYS_TRY(receive_all(netlink.ref(), sockets));
  }
  return sockets;
}

Result<> listen_again(FdRef socket, int backlog) {
  if (::listen(socket.get(), backlog) < 0) {
    return Error::from_errno(errno, "listen on a socket again");
  }
  return {};
}

Result<bool> uses_keepalive(FdRef socket) {
  PSYS_TRY_ASSIGN(const int on, get_option(socket, SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE"));
  return on != 0;
}

Result<int> keepalive_time(FdRef socket, KeepaliveTime which) {
  return get_option(socket, IPPROTO_TCP, option_of(which), "a keepalive time");
}

Result<> set_keepalive_time(FdRef socket, KeepaliveTime which, int value) {
  if (::setsockopt(socket.get(), IPPROTO_TCP, option_of(which), &value, sizeof value) < 0) {
    return Error::from_errno(errno, "set a keepalive time of a socket to {}", value);
  }
  return {};
}

}  // namespace podsysctl::linux
