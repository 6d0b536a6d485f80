// SPDX-License-Identifier: Apache-2.0
#include "nri/connection.h"

#include <fcntl.h>

#include <map>

#include <gmock/gmock.h>

#include "linux/stream_socket.h"

namespace podsysctl::nri {
namespace {

using testing::HasSubstr;

Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Connection, IsTakenOverFromTheRuntimeThatStartedUs) {
  auto pair = linux::make_stream_pair();
  ASSERT_TRUE(pair);
  const int number = pair->first.release();
  ASSERT_EQ(::fcntl(number, F_SETFD, 0), 0);
  const auto connection = handed_over(environment({{"NRI_PLUGIN_SOCKET", std::to_string(number)},
                                                   {"NRI_PLUGIN_NAME", "podsysctl"},
                                                   {"NRI_PLUGIN_IDX", "10"}}));
  ASSERT_TRUE(connection) << connection.error().message;
  ASSERT_TRUE(connection->has_value());
  EXPECT_EQ((*connection)->identity.name, "podsysctl");
  EXPECT_EQ((*connection)->identity.index, "10");
  EXPECT_EQ(::fcntl(number, F_GETFD), FD_CLOEXEC);
  EXPECT_NE(::fcntl(number, F_GETFL) & O_NONBLOCK, 0);
}

TEST(Connection, IsNoneWhereNoRuntimeStartedUs) {
  const auto connection = handed_over(environment({{"NRI_PLUGIN_NAME", "podsysctl"}}));
  ASSERT_TRUE(connection);
  EXPECT_FALSE(connection->has_value());
}

TEST(Connection, RefusesAnEnvironmentThatIsNoRuntimes) {
  struct Row {
    const char* socket;
    const char* name;
    const char* index;
    const char* message;
  };
  for (const Row& row : {Row{"x", "n", "10", "NRI_PLUGIN_SOCKET=\"x\": it is no descriptor"},
                         Row{"2", "n", "10", "NRI_PLUGIN_SOCKET=\"2\": it is no descriptor"},
                         Row{"999", "n", "10", "descriptor 999 is no stream socket"},
                         Row{"999", "", "10", "plugin name \"\": NRI takes letters"},
                         Row{"999", "a b", "10", "plugin name \"a b\": NRI takes letters"},
                         Row{"999", "n", "1", "plugin index \"1\": NRI takes two digits"},
                         Row{"999", "n", "1x", "plugin index \"1x\": NRI takes two digits"}}) {
    const auto connection = handed_over(environment({{"NRI_PLUGIN_SOCKET", row.socket},
                                                     {"NRI_PLUGIN_NAME", row.name},
                                                     {"NRI_PLUGIN_IDX", row.index}}));
    ASSERT_FALSE(connection) << row.message;
    EXPECT_EQ(connection.error().code, Code::invalid_argument);
    EXPECT_THAT(connection.error().message, HasSubstr(row.message));
  }
}

TEST(Connection, NamesASocketThatIsNotThere) {
  const auto connection =
      connect("/nonexistent/nri.sock", {"podsysctl", "10"}, std::chrono::milliseconds(100));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Code::not_found);
  EXPECT_THAT(connection.error().message, HasSubstr("/nonexistent/nri.sock"));
}

}  // namespace
}  // namespace podsysctl::nri
