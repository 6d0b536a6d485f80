// SPDX-License-Identifier: Apache-2.0
#include "cni/saved.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::cni {
namespace {

using linux::LinkAttribute;
using ::testing::HasSubstr;

SavedValue value(const char* key, std::optional<std::string> previous, const char* wanted) {
  return {sysctl::SysctlKey::parse(key).value(), std::move(previous), wanted};
}

std::string text_of(const Saved& saved) {
  std::string text;
  for (const SavedLink& each : saved.link) {
    text += fmt::format("{}:{}>{} ", static_cast<int>(each.attribute), each.previous, each.wanted);
  }
  for (const SavedValue& each : saved.values) {
    text += fmt::format("{}:{}>{} ", each.key.name(), each.previous.value_or("none"), each.wanted);
  }
  return text;
}

class SavedFile : public ::testing::Test {
 protected:
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(SavedFile, IsReadAsItWasWritten) {
  const std::string path = saved_path(folder_ / "not/yet", "c1", "eth0.100");
  EXPECT_TRUE(path.ends_with("/c1@eth0.100.json"));
  const Saved saved{"net",
                    17'000'000'000'000'000'001U,
                    {{LinkAttribute::mtu, "1500", "1400"}},
                    {value("net.ipv4.conf.eth0/100.forwarding", "", "1"),
                     value("net.ipv6.conf.eth0.stable_secret", std::nullopt, "::1")}};
  ASSERT_TRUE(save(path, saved));
  const auto read = load(path);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_TRUE(*read);
  EXPECT_EQ((*read)->network, "net");
  EXPECT_EQ((*read)->cookie, saved.cookie);
  EXPECT_EQ(text_of(**read),
            "1:1500>1400 net.ipv4.conf.eth0/100.forwarding:>1 "
            "net.ipv6.conf.eth0.stable_secret:none>::1 ");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_TRUE(forget(path));
  EXPECT_TRUE(forget(path));
  EXPECT_FALSE(load(path).value());
}

TEST_F(SavedFile, ThatIsBrokenIsAnErrorWithItsName) {
  const std::string path = folder_ / "x.json";
  for (const char* text : {"", "{", "[]", R"({"network":"n"})",
                           R"({"network":"n","cookie":1,"link":[{"name":"speed"}],"sysctls":[]})",
                           R"({"network":"n","cookie":1,"link":[],"sysctls":[{"name":"net/../x",
                               "previous":"","wanted":""}]})"}) {
    ASSERT_TRUE(linux::write_file(path, text));
    const auto read = load(path);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::invalid_argument);
  }
  EXPECT_THAT(load(path).error().message, HasSubstr("net/../x"));
}

// An id may end in what another one's interface begins with.
TEST(SavedPath, IsOneForEachAttachment) {
  EXPECT_NE(saved_path("/d", "a_b", "c"), saved_path("/d", "a", "b_c"));
}

TEST(Merged, KeepsTheValuesFromBeforeBoth) {
  const Saved earlier{
      "n",
      5,
      {{LinkAttribute::mtu, "1500", "1400"}},
      {value("net.a", "1", "2"), value("net.b", "1", "2"), value("net.c", "1", "2")}};
  const Saved later{"n",
                    5,
                    {{LinkAttribute::mtu, "1400", "1300"}, {LinkAttribute::mac, "x", "y"}},
                    {value("net.a", "2", "3"), value("net.b", "7", "3"), value("net.d", "1", "2")}};
  // net.b: somebody else wrote 7 between the two, and that is what there was before the later one.
  EXPECT_EQ(text_of(merged(earlier, later)),
            "1:1500>1300 0:x>y net.a:1>3 net.b:7>3 net.d:1>2 net.c:1>2 ");
}

TEST(Merged, ForgetsTheRecordOfAnotherNamespace) {
  const Saved earlier{"n", 4, {}, {value("net.a", "1", "2")}};
  EXPECT_EQ(text_of(merged(earlier, {"n", 5, {}, {}})), "");
  EXPECT_EQ(text_of(merged(earlier, {"n", 0, {}, {}})), "net.a:1>2 ");
}

}  // namespace
}  // namespace podsysctl::cni
