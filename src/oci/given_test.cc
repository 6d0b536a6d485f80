// SPDX-License-Identifier: Apache-2.0
#include "oci/given.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "json/json.h"

namespace podsysctl::oci {
namespace {

using policy::NamespaceMode;
using sysctl::Setting;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<std::vector<Setting>> given(Pairs pairs, const Sharing& sharing = {}) {
  Spec spec;
  spec.sysctls = std::move(pairs);
  return given_settings(spec, sharing, std::nullopt);
}

std::vector<std::string> names(const std::vector<Setting>& settings) {
  std::vector<std::string> all;
  for (const Setting& setting : settings) {
    all.push_back(setting.key.name());
  }
  return all;
}

TEST(Given, LeavesToTheRuntimeWhatIsNotOurs) {
  const auto settings = given({{"net.core.somaxconn", "1"},
                               {"vm.swappiness", "1"},
                               {"user.max_user_namespaces", "1"},
                               {"kernel.hostname", "x"},
                               {"kernel/msgmax", "1"},
                               {"kernel.domainname", "x"}});
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_THAT(names(*settings),
              ElementsAre("net.core.somaxconn", "kernel.msgmax", "kernel.domainname"));
}

TEST(Given, LeavesAnotherContainersNamespaceAlone) {
  const auto settings =
      given({{"net.core.somaxconn", "1"}, {"kernel.msgmax", "1"}}, {.net = NamespaceMode::joined});
  ASSERT_TRUE(settings.has_value());
  EXPECT_THAT(names(*settings), ElementsAre("kernel.msgmax"));
}

struct Bad {
  const char* key;
  std::string value;
  Code code;
  const char* message;
};
class BadGiven : public ::testing::TestWithParam<Bad> {};
TEST_P(BadGiven, IsRefusedBeforeARuntimeSeesIt) {
  const auto settings = given({{GetParam().key, GetParam().value}},
                              {.net = NamespaceMode::host, .ipc = NamespaceMode::host});
  ASSERT_FALSE(settings.has_value());
  EXPECT_EQ(settings.error().code, GetParam().code);
  EXPECT_THAT(settings.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadGiven,
    ::testing::Values(
        Bad{"/net/core/somaxconn", "1", Code::invalid_argument, "\"/net/core/somaxconn\""},
        Bad{".net.core.somaxconn", "1", Code::invalid_argument, "\".net.core.somaxconn\""},
        Bad{"net/../kernel/core_pattern", "x", Code::invalid_argument, "core_pattern"},
        Bad{"net.core.somaxconn\n", "1", Code::invalid_argument, "somaxconn\\n"},
        Bad{"net.core.somaxconn", "1\n2", Code::invalid_argument, "net.core.somaxconn"},
        Bad{"net.core.somaxconn", std::string(65536, '9'), Code::invalid_argument,
            "net.core.somaxconn"},
        Bad{"net.core.somaxconn", "", Code::invalid_argument, "net.core.somaxconn"},
        Bad{"net.core.somaxconn", "1", Code::denied_by_policy,
            "sysctl \"net.core.somaxconn\" not allowed in host network namespace"},
        Bad{"kernel.msgmax", "1", Code::denied_by_policy,
            "sysctl \"kernel.msgmax\" is not allowed in the hosts ipc namespace"}));

TEST(Given, RefusesTwoSpellingsOfOneKey) {
  const auto settings = given({{"net.core.somaxconn", "1"}, {"net/core/somaxconn", "2"}});
  ASSERT_FALSE(settings.has_value());
  EXPECT_THAT(settings.error().message, HasSubstr("given twice"));
}

TEST(ForRuntime, IsWhatNeedsNoOrder) {
  const auto kept_back = [](const Pairs& pairs) {
    return not_for_runtime(given(pairs).value_or(std::vector<Setting>()));
  };
  EXPECT_THAT(kept_back({{"net.core.somaxconn", "1"}, {"kernel.msgmax", "1"}}), IsEmpty());
  EXPECT_THAT(kept_back({{"net.ipv4.ip_unprivileged_port_start", "0"}}), IsEmpty())
      << "docker's own default is no reason to touch a bundle";
  EXPECT_THAT(kept_back({{"net.ipv4.ip_unprivileged_port_start", "400"},
                         {"net/ipv4/ip_local_port_range", "500 60999"}}),
              ElementsAre("net.ipv4.ip_unprivileged_port_start", "net/ipv4/ip_local_port_range"));
  EXPECT_THAT(kept_back({{"net.ipv4.conf.eth0/100.forwarding", "1"}}),
              ElementsAre("net.ipv4.conf.eth0/100.forwarding"));
}

TEST(Given, KnowsWhatManagersWriteUnasked) {
  Spec spec;
  spec.sysctls = {{"net.ipv4.ping_group_range", "0 2147483647"},
                  {"net.ipv4.ip_unprivileged_port_start", "1"},
                  {"not a key", "1"}};
  const auto keys = keys_on_purpose(spec);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys.front().name(), "net.ipv4.ip_unprivileged_port_start");
}

TEST(WithoutSysctls, LeavesEverythingElse) {
  const std::string text =
      R"({"process":{"rlimits":[{"hard":18446744073709551615,"soft":-1}]},"linux":{"sysctl":{"a.b":"1","c.d":"2"},"x":[1.5]}})";
  EXPECT_EQ(
      without_sysctls(text, "config.json", {"a.b"}).value(),
      R"({"process":{"rlimits":[{"hard":18446744073709551615,"soft":-1}]},"linux":{"sysctl":{"c.d":"2"},"x":[1.5]},"annotations":{"podsysctl.io/edited":"true"}})");
}

}  // namespace
}  // namespace podsysctl::oci
