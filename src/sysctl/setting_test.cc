// SPDX-License-Identifier: Apache-2.0
#include "sysctl/setting.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::sysctl {
namespace {

using ::testing::HasSubstr;

const Origin flag{Origin::Kind::flag, "--sysctl"};

TEST(ParseAssignment, CutsAtTheFirstEqualsSign) {
  const std::vector<std::array<std::string, 3>> cases{
      {"net.core.somaxconn=65535", "net.core.somaxconn", "65535"},
      {"net/core/somaxconn=1", "net.core.somaxconn", "1"},
      {"kernel.sem=250 32000\t32 128", "kernel.sem", "250 32000\t32 128"},
      {"kernel.domainname=a=b", "kernel.domainname", "a=b"},
      {"kernel.msgmax= 1", "kernel.msgmax", " 1"},
      {"kernel.msgmax=1+kernel.core_pattern=|/x", "kernel.msgmax", "1+kernel.core_pattern=|/x"},
  };
  for (const auto& [text, name, value] : cases) {
    const auto setting = parse_assignment(text, flag);
    ASSERT_TRUE(setting.has_value()) << setting.error().message;
    EXPECT_EQ(setting->key.name(), name);
    EXPECT_EQ(setting->value, value);
    EXPECT_EQ(setting->origin.source, "--sysctl");
  }
}

TEST(ParseAssignment, RefusesWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"net.core.somaxconn", "\"net.core.somaxconn\" is not of the form KEY=VALUE"},
      {"", "is not of the form KEY=VALUE"},
      {"=1", "invalid sysctl name \"\": it is empty"},
      {"net.core.somaxconn=", "invalid value \"\" of net.core.somaxconn: it is empty"},
      {"net.core.somaxconn= \t", "it is empty"},
      {"net.core.somaxconn =1", "blanks, control characters and NUL"},
      {"/net/x=1", "must not start or end with a separator"},
      {"net/../kernel/core_pattern=x", R"("." and ".." are not allowed)"},
      {"kernel.msgmax=1\nkernel.core_pattern=x", "NUL and newline are not allowed"},
      {std::string("kernel.msgmax=1\0x", 17), "NUL and newline are not allowed"},
      {"kernel.msgmax=" + std::string(4096, '1'), "a value is shorter than 4096 bytes"},
      {"kernel.msgmax=" + std::string(65536, '1'), "a value is shorter than 4096 bytes"},
  };
  for (const auto& [text, reason] : cases) {
    const auto setting = parse_assignment(text, flag);
    ASSERT_FALSE(setting.has_value()) << text;
    EXPECT_EQ(setting.error().code, Code::invalid_argument);
    EXPECT_THAT(setting.error().message, HasSubstr(reason));
  }
}

TEST(CheckValueText, TakesTheLongestValue) {
  const auto key = SysctlKey::parse("net.ipv4.ip_local_reserved_ports").value();
  EXPECT_TRUE(check_value_text(key, std::string(4095, '1')).has_value());
}

TEST(Origin, IsDescribedWithItsPosition) {
  EXPECT_EQ(describe({Origin::Kind::manifest, "pod.yaml", 8, 7}), "pod.yaml:8:7");
  EXPECT_EQ(describe({Origin::Kind::flag, "--sysctl"}), "--sysctl");
  EXPECT_EQ(describe({Origin::Kind::node_default}), "node-default");
  EXPECT_EQ(describe({Origin::Kind::live}), "live");
}

}  // namespace
}  // namespace podsysctl::sysctl
