// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/identity.h"

#include <fcntl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class IdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(linux::make_directories(folder_ / "etc"));
    ASSERT_TRUE(linux::write_file(passwd(),
                                  "# comment\nroot:x:0:0:root:/root:/bin/sh\nbroken\n"
                                  "web:x:33:34:web:/srv:/bin/sh\n:x:1:1:::\n"
                                  "bad:x:99999999999:1::/:\n1000:x:7:7::/seven:\nweb:x:1:1::/:\n"));
    ASSERT_TRUE(
        linux::write_file(folder_ / "etc/group",
                          "root:x:0:\nweb:x:34:web\nlog:x:40:a,web\nadm:x:41:web,b\nno:x:z:web\n"));
    auto root = linux::open_file(folder_.path(), O_PATH | O_DIRECTORY);
    ASSERT_TRUE(root) << root.error().message;
    root_ = std::move(*root);
  }
  [[nodiscard]] std::string passwd() const { return folder_ / "etc/passwd"; }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  linux::Fd root_;
};

TEST_F(IdentityTest, NamesAndNumbers) {
  struct Case {
    const char* user;
    std::uint32_t uid;
    std::uint32_t gid;
    std::vector<std::uint32_t> groups;
    const char* home;
    bool by_name;
  };
  const Case cases[] = {
      {"", 0, 0, {}, "/root", false},          {"root", 0, 0, {}, "/root", true},
      {"web", 33, 34, {40, 41}, "/srv", true}, {"33", 33, 34, {40, 41}, "/srv", false},
      {"web:log", 33, 40, {}, "/srv", true},   {"web:7", 33, 7, {}, "/srv", true},
      {"5000", 5000, 0, {}, "/", false},       {"5000:6000", 5000, 6000, {}, "/", false},
      {":40", 0, 40, {}, "/root", false},      {"1000", 1000, 0, {}, "/", false},
  };
  for (const Case& c : cases) {
    const auto id = resolve_user(root_.ref(), c.user);
    ASSERT_TRUE(id) << c.user << ": " << id.error().message;
    EXPECT_EQ(id->uid, c.uid) << c.user;
    EXPECT_EQ(id->gid, c.gid) << c.user;
    EXPECT_EQ(id->groups, c.groups) << c.user;
    EXPECT_EQ(id->home, c.home) << c.user;
    EXPECT_EQ(id->by_name, c.by_name) << c.user;
  }
}

TEST_F(IdentityTest, WhatIsNotThereIsRefused) {
  for (const char* const user : {"nobody", "bad", "-1", "4294967295", "99999999999", "we", "#"}) {
    const auto id = resolve_user(root_.ref(), user);
    ASSERT_FALSE(id) << user;
    EXPECT_EQ(id.error().code, Code::invalid_argument);
    EXPECT_THAT(id.error().message, StartsWith("unable to find user \"" + std::string(user)));
  }
  EXPECT_THAT(resolve_user(root_.ref(), "web:none").error().message,
              HasSubstr("unable to find group \"none\""));
}

TEST_F(IdentityTest, HostileFilesDoNoHarm) {
  ASSERT_EQ(::unlink(passwd().c_str()), 0);
  EXPECT_EQ(resolve_user(root_.ref(), "12").value().uid, 12U);
  ASSERT_EQ(::symlink("/etc/../../../../../../etc/passwd", passwd().c_str()), 0);
  EXPECT_FALSE(resolve_user(root_.ref(), "daemon"));  // a loop in the image, not the host's file
  ASSERT_EQ(::unlink(passwd().c_str()), 0);
  ASSERT_EQ(::mkfifo(passwd().c_str(), 0600), 0);
  EXPECT_THAT(resolve_user(root_.ref(), "12").error().message,
              HasSubstr("/etc/passwd is no regular file"));
  ASSERT_EQ(::unlink(passwd().c_str()), 0);
  ASSERT_TRUE(linux::write_file(passwd(), std::string((1U << 20U) + 1, 'x')));
  EXPECT_THAT(resolve_user(root_.ref(), "12").error().message,
              HasSubstr("is larger than 1048576 bytes"));
}

TEST_F(IdentityTest, SecurityContextComesFirst) {
  pod::Container container;
  container.name = "c";
  container.security.run_as_group = 50;
  container.security.supplemental_groups = {60, 50, 60};
  auto id = resolve_identity(root_.ref(), container, "web");
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(id->uid, 33U);
  EXPECT_EQ(id->gid, 50U);
  EXPECT_THAT(id->groups, ElementsAre(40, 41, 60));
  container.security.run_as_user = 70;
  id = resolve_identity(root_.ref(), container, "web");
  EXPECT_EQ(id->uid, 70U);
  container.user = "0:0";
  container.security = {};
  EXPECT_EQ(resolve_identity(root_.ref(), container, "web")->uid, 0U);
  container.security.run_as_group = -1;
  EXPECT_EQ(resolve_identity(root_.ref(), container, "").error().message,
            "runAsGroup: -1 is not between 0 and 2147483647");
}

TEST_F(IdentityTest, RunAsNonRootInTheWordsOfTheKubelet) {
  struct Case {
    const char* image_user;
    std::int64_t run_as_user;  // -1: not set
    const char* message;       // "" where it may run
  };
  const Case cases[] = {
      {"33", -1, ""},
      {"", 33, ""},
      {"web", 33, ""},
      {"", -1, "container has runAsNonRoot and image will run as root (container: c)"},
      {"0", -1, "container has runAsNonRoot and image will run as root (container: c)"},
      {"33", 0, "container's runAsUser breaks non-root policy (container: c)"},
      {"web:log", -1,
       "container has runAsNonRoot and image has non-numeric user (web), cannot verify user is "
       "non-root (container: c)"},
  };
  for (const Case& c : cases) {
    pod::Container container;
    container.name = "c";
    container.security.run_as_non_root = true;
    if (c.run_as_user >= 0) {
      container.security.run_as_user = c.run_as_user;
    }
    const auto id = resolve_identity(root_.ref(), container, c.image_user);
    ASSERT_EQ(id.has_value(), *c.message == '\0') << c.image_user << ' ' << c.run_as_user;
    if (!id) {
      EXPECT_EQ(id.error().code, Code::denied_by_policy);
      EXPECT_THAT(id.error().message, StartsWith(c.message));
    }
  }
}

}  // namespace
}  // namespace podsysctl::engine
