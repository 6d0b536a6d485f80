// SPDX-License-Identifier: Apache-2.0
#include "docker/address.h"

#include <gmock/gmock.h>

namespace podsysctl::docker {
namespace {

using Kind = http::Endpoint::Kind;
using testing::HasSubstr;

TEST(Address, IsFoundAsDockerFindsIt) {
  struct Row {
    Surroundings surroundings;
    Kind kind;
    const char* where;  // path or host
    const char* ca;
  };
  for (const Row& row :
       {Row{{}, Kind::unix_socket, "/var/run/docker.sock", ""},
        Row{{.host = "unix:///run/x.sock", .tls_verify = "1"},
            Kind::unix_socket,
            "/run/x.sock",
            ""},
        Row{{.host = "tcp://127.0.0.1:2375"}, Kind::tcp, "127.0.0.1", ""},
        Row{{.host = "tcp://127.0.0.1:2376", .tls_verify = "1", .home = "/root"},
            Kind::tls,
            "127.0.0.1",
            "/root/.docker/ca.pem"},
        Row{{.host = "tcp://127.0.0.1:2376", .tls_verify = "1", .cert_path = "/certs"},
            Kind::tls,
            "127.0.0.1",
            "/certs/ca.pem"}}) {
    const auto endpoint = find_daemon(row.surroundings);
    ASSERT_TRUE(endpoint) << endpoint.error().message;
    EXPECT_EQ(endpoint->kind, row.kind) << row.where;
    EXPECT_EQ(endpoint->path + endpoint->host, row.where);
    EXPECT_EQ(endpoint->tls.ca, row.ca) << row.where;
  }
}

TEST(Address, NamesTheVariableThatIsWrong) {
  const auto wrong = find_daemon({.host = "docker.sock"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::invalid_argument);
  EXPECT_THAT(wrong.error().message, HasSubstr("DOCKER_HOST: \"docker.sock\" is no address"));
  const auto remote = find_daemon({.host = "ssh://root@node1"});
  ASSERT_FALSE(remote);
  EXPECT_EQ(remote.error().code, Code::unsupported);
  EXPECT_THAT(remote.error().message, HasSubstr("has to be on this machine"));
}

}  // namespace
}  // namespace podsysctl::docker
