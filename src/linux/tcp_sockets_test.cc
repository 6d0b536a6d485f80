// SPDX-License-Identifier: Apache-2.0
#include "linux/tcp_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/socket_holders.h"
#include "linux/testing/own_network.h"

namespace podsysctl::linux {
namespace {

using testing::Contains;

std::uint64_t inode_of(FdRef socket) {
  struct stat status{};
  return ::fstat(socket.get(), &status) == 0 ? status.st_ino : 0;
}

Fd tcp_socket() { return Fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

sockaddr_in loopback_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

const TcpSocket* find(const std::vector<TcpSocket>& sockets, FdRef socket) {
  const auto at = std::ranges::find(sockets, inode_of(socket), &TcpSocket::inode);
  return at == sockets.end() ? nullptr : &*at;
}

class TcpSockets : public OwnNetwork {
 protected:
  static Fd listener(int backlog) {
    Fd socket = tcp_socket();
    const sockaddr_in address = loopback_port(8080);
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket.get(), backlog), 0);
    return socket;
  }
};

TEST_F(TcpSockets, AListenerTakesALongerQueueAndKeepsWhoWaits) {
  in_namespace([] {
    const Fd server = listener(7);
    const Fd client = tcp_socket();
    const sockaddr_in address = loopback_port(8080);
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    auto sockets = list_tcp_sockets().value();
    const TcpSocket* before = find(sockets, server.ref());
    ASSERT_NE(before, nullptr);
    EXPECT_EQ(before->state, TcpState::listening);
    EXPECT_EQ(before->local, "127.0.0.1:8080");
    EXPECT_EQ(before->queue_size, 7U);
    EXPECT_EQ(before->queue_used, 1U);
    ASSERT_TRUE(listen_again(server.ref(), 900));
    sockets = list_tcp_sockets().value();
    EXPECT_EQ(find(sockets, server.ref())->queue_size, 900U);
    EXPECT_EQ(find(sockets, server.ref())->queue_used, 1U);
    const TcpSocket* const connected = find(sockets, client.ref());
    ASSERT_NE(connected, nullptr);
    EXPECT_EQ(connected->state, TcpState::connected);
    EXPECT_EQ(connected->remote, "127.0.0.1:8080");
  });
}

TEST_F(TcpSockets, KeepaliveTimesAreReadAndSet) {
  in_namespace([] {
    const Fd socket = tcp_socket();
    EXPECT_FALSE(uses_keepalive(socket.ref()).value());
    const int on = 1;
    ASSERT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on), 0);
    EXPECT_TRUE(uses_keepalive(socket.ref()).value());
    EXPECT_EQ(keepalive_time(socket.ref(), KeepaliveTime::idle).value(), 7200);
    for (const auto which : {KeepaliveTime::idle, KeepaliveTime::interval, KeepaliveTime::probes}) {
      ASSERT_TRUE(set_keepalive_time(socket.ref(), which, 33));
      EXPECT_EQ(keepalive_time(socket.ref(), which).value(), 33);
    }
    const auto refused = set_keepalive_time(socket.ref(), KeepaliveTime::idle, 40000);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::invalid_argument);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("to 40000"));
  });
}

TEST_F(TcpSockets, AHeldSocketIsSharedOnlyByItsInode) {
  const Fd socket = tcp_socket();
  const NamespaceId here = Namespace::own(NamespaceKind::net).value().id();
  EXPECT_THAT(processes_in(here).value(), Contains(::getpid()));
  const std::array<pid_t, 1> us{::getpid()};
  const auto holders = socket_holders(us);
  const auto held = holders.find(inode_of(socket.ref()));
  ASSERT_NE(held, holders.end());
  EXPECT_EQ(held->second.fd, socket.get());
  const auto shared = share_socket(held->second, held->first);
  ASSERT_TRUE(shared) << shared.error().message;
  EXPECT_EQ(inode_of(shared->ref()), held->first);
  const auto other = share_socket(held->second, held->first + 1);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::not_found);
  EXPECT_THAT(other.error().message, testing::HasSubstr("closed the socket meanwhile"));
}

TEST(NamespaceLock, KeepsOthersOutUntilTheHandleIsClosed) {
  auto first = Namespace::own(NamespaceKind::net);
  const auto second = Namespace::own(NamespaceKind::net);
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(first->lock(std::chrono::milliseconds(0)));
  const auto refused = second->lock(std::chrono::milliseconds(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::timeout);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("another podsysctl"));
  {
    const Namespace gone = *std::move(first);
  }
  EXPECT_TRUE(second->lock(std::chrono::milliseconds(0)));
}

}  // namespace
}  // namespace podsysctl::linux
