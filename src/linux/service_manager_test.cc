// SPDX-License-Identifier: Apache-2.0
#include "linux/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>

#include "linux/fd.h"

namespace podsysctl::linux {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Listens where a service manager would.
class Manager {
 public:
  Manager() : path_(::testing::TempDir() + "notify_" + std::to_string(::getpid())) {
    ::unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = Fd::adopt(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Manager() { ::unlink(path_.c_str()); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  const std::string& path() const { return path_; }
  std::string heard() const {
    std::array<char, 512> buffer{};
    const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    return count < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(count));
  }

 private:
  std::string path_;
  Fd fd_;
};

TEST(ServiceManager, IsToldWhatASystemdServiceTells) {
  const Manager manager;
  const ServiceManager ours(manager.path(), std::nullopt);
  ASSERT_TRUE(ours.ready("3 pods\nFAKE=1"));
  EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=3 pods FAKE=1\n");
  ASSERT_TRUE(ours.reloading());
  EXPECT_THAT(manager.heard(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  ASSERT_TRUE(ours.alive());
  EXPECT_EQ(manager.heard(), "WATCHDOG=1\n");
  ASSERT_TRUE(ours.stopping());
  EXPECT_EQ(manager.heard(), "STOPPING=1\n");
}

TEST(ServiceManager, IsTakenOutOfTheEnvironment) {
  ::setenv("NOTIFY_SOCKET", "/run/x", 1);
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(ServiceManager::from_environment().alive_interval(), milliseconds(1500));
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  EXPECT_EQ(ServiceManager::from_environment().alive_interval(), std::nullopt);
}

TEST(ServiceManager, AWatchdogForAnotherProcessIsNotOurs) {
  ::setenv("WATCHDOG_USEC", "3000000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(ServiceManager::from_environment().alive_interval(), std::nullopt);
}

TEST(ServiceManager, WithoutOneNothingIsSent) {
  EXPECT_TRUE(ServiceManager("", std::nullopt).ready("up"));
}

TEST(ServiceManager, ABadAddressIsNamed) {
  const auto sent = ServiceManager("nonsense", std::nullopt).ready("up");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::invalid_argument);
  EXPECT_THAT(sent.error().message, HasSubstr("\"nonsense\""));
}

}  // namespace
}  // namespace podsysctl::linux
