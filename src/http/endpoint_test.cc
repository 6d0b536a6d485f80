// SPDX-License-Identifier: Apache-2.0
#include "http/endpoint.h"

#include <gmock/gmock.h>

namespace podsysctl::http {
namespace {

using Kind = Endpoint::Kind;

TEST(Endpoint, ParsesWhatPeopleWrite) {
  struct Row {
    const char* text;
    Kind kind;
    const char* path;
    const char* host;
    std::uint16_t port;
  };
  for (const Row& row :
       {Row{"unix:///run/docker.sock", Kind::unix_socket, "/run/docker.sock", "", 0},
        Row{"tcp://127.0.0.1:2375", Kind::tcp, "", "127.0.0.1", 2375},
        Row{"tcp://[::1]:2376", Kind::tcp, "", "::1", 2376},
        Row{"http://localhost:80/", Kind::tcp, "", "localhost", 80},
        Row{"https://a.example:443", Kind::tls, "", "a.example", 443}}) {
    const auto endpoint = parse_endpoint(row.text);
    ASSERT_TRUE(endpoint) << row.text << ": " << endpoint.error().message;
    EXPECT_EQ(endpoint->kind, row.kind) << row.text;
    EXPECT_EQ(endpoint->path, row.path) << row.text;
    EXPECT_EQ(endpoint->host, row.host) << row.text;
    EXPECT_EQ(endpoint->port, row.port) << row.text;
    EXPECT_EQ(endpoint->text, row.text);
  }
}

TEST(Endpoint, RefusesTheRest) {
  for (const char* text : {"", "/run/docker.sock", "unix://relative", "ssh://host", "tcp://host",
                           "tcp://:1", "tcp://h:0", "tcp://h:99999", "tcp://a b:1", "tcp://u@h:1",
                           "tcp://h/x:1", "npipe:////./pipe/docker_engine"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_FALSE(endpoint) << text;
    EXPECT_EQ(endpoint.error().code, Code::invalid_argument) << text;
  }
}

TEST(Endpoint, LooksNamesUpInHostsOnly) {
  constexpr std::string_view kHosts = "# x\n10.0.0.1 node1 node1.example # node2\n::1 six\n";
  EXPECT_EQ(*address_of("192.0.2.7", kHosts), "192.0.2.7");
  EXPECT_EQ(*address_of("node1.example", kHosts), "10.0.0.1");
  EXPECT_EQ(*address_of("six", kHosts), "::1");
  EXPECT_EQ(*address_of("localhost", kHosts), "127.0.0.1");
  const auto absent = address_of("node2", kHosts);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::not_found);
  EXPECT_THAT(absent.error().message, testing::HasSubstr("\"node2\" is not in /etc/hosts"));
}

}  // namespace
}  // namespace podsysctl::http
