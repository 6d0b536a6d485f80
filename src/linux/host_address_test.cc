// SPDX-License-Identifier: Apache-2.0
#include "linux/host_address.h"

#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "linux/fresh_namespaces.h"
#include "linux/spawn.h"

namespace podsysctl::linux {
namespace {

// The addresses in a fresh network namespace after `script`, as "IPV4 IPV6".
Result<std::string> addresses_after(const std::string& script) {
  return call_in_child([&script]() -> Result<std::string> {
    constexpr std::array kKinds{NamespaceKind::net};
    PSYS_TRY(unshare_namespaces(kKinds));
    PSYS_TRY_ASSIGN(const Finished done,
                    run({.program = "sh", .args = {"-euc", script}}, "", std::chrono::seconds(30)));
    if (done.status != 0) {
      return Error::of(Code::internal, "{}: {}", script, done.err);
    }
    const HostAddresses found = host_addresses();
    return found.ipv4 + " " + found.ipv6;
  });
}

struct Row {
  const char* script;
  const char* addresses;
};

TEST(HostAddress, IsTheSourceOfTheDefaultRoute) {
  if (::geteuid() != 0 || !find_program("ip")) {
    GTEST_SKIP() << "needs root and the program ip";
  }
  const std::array<Row, 5> rows{{
      {"true", " "},
      {"ip link set lo up", " "},
      {"ip link set lo up; ip address add 192.0.2.7/24 dev lo; ip route add default dev lo",
       "192.0.2.7 "},
      // The route says which of several addresses.
      {"ip link set lo up; ip address add 192.0.2.7/24 dev lo; ip address add 192.0.2.8/24 dev lo;"
       "ip route add default dev lo src 192.0.2.8",
       "192.0.2.8 "},
      {"ip link set lo up; ip address add 192.0.2.7/24 dev lo; ip address add 2001:db8::7/64 dev "
       "lo;"
       "ip route add default dev lo; ip -6 route add default dev lo",
       "192.0.2.7 2001:db8::7"},
  }};
  for (const Row& row : rows) {
    const Result<std::string> found = addresses_after(row.script);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, row.addresses) << row.script;
  }
}

}  // namespace
}  // namespace podsysctl::linux
