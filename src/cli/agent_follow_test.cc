// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_follow.h"

#include <cstdlib>

#include <gmock/gmock.h>

namespace podsysctl::cli {
namespace {

using Interface = agent::Followed::Interface;
using testing::HasSubstr;

class AgentFollow : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("DOCKER_HOST");
    ::unsetenv("CONTAINER_RUNTIME_ENDPOINT");
  }
  void TearDown() override { SetUp(); }
};

TEST_F(AgentFollow, NamesARuntimeAndItsSocket) {
  ::setenv("CONTAINER_RUNTIME_ENDPOINT", "unix:///run/e.sock", 1);
  struct Row {
    const char* text;
    Interface interface;
    const char* socket;
  };
  for (const Row& row : {Row{"docker", Interface::docker, "/var/run/docker.sock"},
                         Row{"docker=unix:///run/x.sock", Interface::docker, "/run/x.sock"},
                         Row{"docker=/run/x.sock", Interface::docker, "/run/x.sock"},
                         Row{"cri=unix:///run/c.sock", Interface::cri, "/run/c.sock"},
                         Row{"cri=/run/c.sock", Interface::cri, "/run/c.sock"},
                         Row{"cri", Interface::cri, "/run/e.sock"}}) {
    const auto followed = parse_followed(row.text);
    ASSERT_TRUE(followed) << followed.error().message;
    EXPECT_EQ(followed->interface, row.interface) << row.text;
    EXPECT_EQ(followed->socket, row.socket) << row.text;
  }
  ::setenv("DOCKER_HOST", "unix:///run/d.sock", 1);
  EXPECT_EQ(parse_followed("docker")->socket, "/run/d.sock");
}

TEST_F(AgentFollow, RefusesWhatIsNotOnThisMachine) {
  struct Row {
    const char* text;
    Code code;
    const char* words;
  };
  for (const Row& row :
       {Row{"docker=tcp://10.0.0.1:2375", Code::unsupported, "is no unix socket"},
        Row{"docker=ssh://host", Code::unsupported, "has to be on this machine"},
        Row{"cri=tcp://10.0.0.1:1", Code::invalid_argument, "on this machine"},
        Row{"podman", Code::invalid_argument, "it is docker, docker=HOST, cri or cri=ENDPOINT"},
        Row{"docker=", Code::invalid_argument, "--follow \"docker=\""},
        Row{"", Code::invalid_argument, "--follow \"\""}}) {
    const auto followed = parse_followed(row.text);
    ASSERT_FALSE(followed) << row.text;
    EXPECT_EQ(followed.error().code, row.code) << row.text;
    EXPECT_THAT(followed.error().message, HasSubstr(row.words));
    EXPECT_THAT(followed.error().message, HasSubstr("--follow"));
  }
}

TEST_F(AgentFollow, TakesTheIntervalWithinItsBounds) {
  agent::Options options;
  ASSERT_TRUE(take({.followed = {"docker", "cri=/run/c.sock"}, .interval = 250}, options));
  ASSERT_EQ(options.followed.size(), 2U);
  EXPECT_EQ(options.followed[1].interval, std::chrono::milliseconds(250));
  EXPECT_EQ(options.sockets, live::ExistingSockets::leave);
  ASSERT_TRUE(take({.live_sockets = true}, options));
  EXPECT_EQ(options.sockets, live::ExistingSockets::refresh);
  for (const std::size_t interval : {0U, 9U, 3'600'001U}) {
    const auto taken = take({.interval = interval}, options);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Code::invalid_argument);
    EXPECT_THAT(taken.error().message, HasSubstr("it is 10 to 3600000 milliseconds"));
  }
}

}  // namespace
}  // namespace podsysctl::cli
