// SPDX-License-Identifier: Apache-2.0
#include "sandbox/network_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/fd.h"
#include "linux/temporary_folder.h"

namespace podsysctl::sandbox {
namespace {

using pod::Port;
using pod::Protocol;
using testing::HasSubstr;

class HostPorts : public testing::Test {
 protected:
  Result<> claim(const std::string& id, const std::vector<Port>& ports) const {
    return claim_host_ports(folder_ / "ports", {id, "default/" + id}, ports);
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

// Far from the ports that a machine's own programs listen on.
constexpr std::uint16_t kPort = 31879;

TEST_F(HostPorts, CollideByProtocolPortAndAddress) {
  const Port taken{.host_port = kPort, .host_ip = "127.0.0.1"};
  ASSERT_TRUE(claim("a", {taken}));
  struct Case {
    const char* name;
    Port port;
    bool free;
  };
  const std::vector<Case> cases{
      {"the same", taken, false},
      {"every address", {.host_port = kPort}, false},
      {"every address, written out", {.host_port = kPort, .host_ip = "0.0.0.0"}, false},
      {"another address", {.host_port = kPort, .host_ip = "127.0.0.2"}, true},
      {"another port", {.host_port = kPort + 1, .host_ip = "127.0.0.1"}, true},
      {"another protocol",
       {.host_port = kPort, .host_ip = "127.0.0.1", .protocol = Protocol::udp},
       true}};
  for (const Case& each : cases) {
    const Result<> claimed = claim("b", {each.port});
    EXPECT_EQ(claimed.has_value(), each.free) << each.name;
    if (!claimed) {
      EXPECT_EQ(claimed.error().code, Code::conflict) << each.name;
      EXPECT_THAT(claimed.error().message, HasSubstr("is taken by the pod default/a")) << each.name;
    }
    ASSERT_TRUE(release_host_ports(folder_ / "ports", "b"));
  }
}

TEST_F(HostPorts, AllOrNone) {
  ASSERT_TRUE(claim("a", {{.host_port = kPort}}));
  ASSERT_FALSE(claim("b", {{.host_port = kPort + 1}, {.host_port = kPort}}));
  ASSERT_TRUE(claim("c", {{.host_port = kPort + 1}})) << "b has kept nothing";
  ASSERT_TRUE(claim("c", {{.host_port = kPort + 1}})) << "its own again";
  ASSERT_TRUE(release_host_ports(folder_ / "ports", "a"));
  ASSERT_TRUE(release_host_ports(folder_ / "ports", "a"));
  ASSERT_TRUE(claim("b", {{.host_port = kPort}}));
}

TEST_F(HostPorts, NothingClaimedMakesNothing) {
  ASSERT_TRUE(claim("a", {}));
  ASSERT_TRUE(release_host_ports(folder_ / "ports", "a"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "ports"));
}

TEST_F(HostPorts, AProgramThatListensIsLeftAlone) {
  const linux::Fd listener = linux::Fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const void* const generic = &address;
  ASSERT_EQ(::bind(listener.get(), static_cast<const sockaddr*>(generic), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  socklen_t size = sizeof address;
  void* const target = &address;
  ASSERT_EQ(::getsockname(listener.get(), static_cast<sockaddr*>(target), &size), 0);
  const std::uint16_t port = ntohs(address.sin_port);
  const Result<> claimed = claim("a", {{.host_port = port}});
  ASSERT_FALSE(claimed);
  EXPECT_EQ(claimed.error().code, Code::conflict);
  EXPECT_THAT(claimed.error().message,
              HasSubstr(fmt::format("host port {}/tcp is in use by a program", port)));
  EXPECT_TRUE(claim("a", {{.host_port = port, .protocol = Protocol::udp}}));
}

TEST_F(HostPorts, AddressesAreChecked) {
  const Result<> claimed = claim("a", {{.host_port = kPort, .host_ip = "../../x"}});
  ASSERT_FALSE(claimed);
  EXPECT_EQ(claimed.error().code, Code::invalid_argument);
  EXPECT_THAT(claimed.error().message, HasSubstr("\"../../x\" is no IP address (hostIP)"));
}

}  // namespace
}  // namespace podsysctl::sandbox
