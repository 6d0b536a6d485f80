// SPDX-License-Identifier: Apache-2.0
#include "oci/grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::oci {
namespace {

using policy::NamespaceMode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Result<Grants> grants(const char* annotation, Role role, const Sharing& sharing = {}) {
  Spec spec;
  if (annotation != nullptr) {
    spec.annotations["podsysctl.io/sysctls"] = annotation;
  }
  Pod pod = pod_of("c", spec);
  pod.role = role;
  Notes notes;
  return granted(pod, spec, sharing, "/nowhere", notes);
}

TEST(Grants, AreForThePodNotForEachOfItsContainers) {
  const char* const wish = "net.ipv4.tcp_syncookies = 0";
  EXPECT_THAT(grants(wish, Role::single)->settings, SizeIs(1));
  EXPECT_THAT(grants(wish, Role::sandbox)->settings, SizeIs(1));
  EXPECT_THAT(grants(wish, Role::member)->settings, SizeIs(1)) << "it may be the first to come";
  EXPECT_THAT(grants(wish, Role::settled)->settings, IsEmpty());
  EXPECT_THAT(grants(nullptr, Role::member)->settings, IsEmpty());
}

struct Bad {
  const char* annotation;
  Sharing sharing;
  const char* message;
};
class Refused : public ::testing::TestWithParam<Bad> {};
TEST_P(Refused, WithAReasonAndAHint) {
  const auto refused = grants(GetParam().annotation, Role::single, GetParam().sharing);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::denied_by_policy);
  EXPECT_THAT(refused.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(refused.error().message, HasSubstr("; hint: "));
}
INSTANTIATE_TEST_SUITE_P(
    Table, Refused,
    ::testing::Values(
        Bad{"net.core.somaxconn = 1", {}, "\"net.core.somaxconn\" not allowlisted"},
        Bad{"vm.swappiness = 1", {}, "vm.swappiness"},
        Bad{"/net/core/somaxconn = 1", {}, "invalid podsysctl.io/sysctls annotation"},
        Bad{"net/../kernel/core_pattern = x", {}, "invalid podsysctl.io/sysctls annotation"},
        Bad{"net.ipv4.tcp_syncookies = 1+kernel.core_pattern=x", {}, "net.ipv4.tcp_syncookies"},
        Bad{"net.ipv4.tcp_syncookies = 1", {.net = NamespaceMode::host}, "net.ipv4.tcp_syncookies"},
        Bad{"net.ipv4.tcp_syncookies = 1",
            {.net = NamespaceMode::joined},
            "would change the container whose namespace is joined"}));

}  // namespace
}  // namespace podsysctl::oci
