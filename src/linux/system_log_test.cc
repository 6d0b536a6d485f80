// SPDX-License-Identifier: Apache-2.0
#include "linux/system_log.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/fd.h"

namespace podsysctl::linux {
namespace {

TEST(SystemLog, GetsOneDatagramALine) {
  const std::string path = std::filesystem::temp_directory_path() / "psys-system-log";
  ::unlink(path.c_str());
  const Fd log = Fd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(log.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const auto told = tell_system_log("prog", SystemLogLevel::error, "first\nwith\x1b[1m\n", path);
  ::unlink(path.c_str());
  ASSERT_TRUE(told.has_value()) << told.error().message;
  const auto received = [&log] {
    std::string text(256, '\0');
    const ssize_t count = ::recv(log.get(), text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  };
  const std::string head = "<27>prog[" + std::to_string(::getpid()) + "]: ";
  EXPECT_EQ(received(), head + "first");
  EXPECT_EQ(received(), head + "with\\x1b[1m");
  EXPECT_EQ(received(), "");
}

TEST(SystemLog, IsNotThereEverywhere) {
  const auto told = tell_system_log("prog", SystemLogLevel::error, "x", "/nowhere/log");
  ASSERT_FALSE(told.has_value());
  EXPECT_EQ(told.error().code, Code::not_found);
  const auto refused = tell_system_log("prog", SystemLogLevel::error, "x", std::string(200, 'x'));
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace podsysctl::linux
