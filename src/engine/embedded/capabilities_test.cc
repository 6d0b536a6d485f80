// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/capabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

pod::SecurityContext security(std::vector<std::string> add, std::vector<std::string> drop) {
  pod::SecurityContext context;
  context.capabilities = {std::move(add), std::move(drop)};
  return context;
}

TEST(Capabilities, DefaultsAddedAndDropped) {
  const CapabilitySet all = all_capabilities();
  EXPECT_THAT(container_capabilities({}, all).value().names(), SizeIs(14));
  EXPECT_THAT(container_capabilities(security({"net_admin"}, {"ALL"}), all).value().names(),
              ElementsAre("CAP_NET_ADMIN"));
  EXPECT_THAT(container_capabilities(security({"CAP_KILL"}, {"all"}), all).value().names(),
              ElementsAre("CAP_KILL"));
  EXPECT_EQ(container_capabilities(security({"ALL"}, {}), all).value(), all);
  const auto most = container_capabilities(security({"ALL"}, {"SYS_ADMIN"}), all).value();
  EXPECT_THAT(most.names(), SizeIs(40));
  EXPECT_FALSE(most.has("CAP_SYS_ADMIN"));
  EXPECT_FALSE(
      container_capabilities(security({"NET_RAW"}, {"NET_RAW"}), all).value().has("CAP_NET_RAW"));
}

TEST(Capabilities, NeverMoreThanCanBeGranted) {
  const CapabilitySet some = all_capabilities() - CapabilitySet(std::uint64_t{1} << 24U);
  pod::SecurityContext privileged;
  privileged.privileged = true;
  EXPECT_EQ(container_capabilities(privileged, some).value(), some);
  EXPECT_FALSE(
      container_capabilities(security({"SYS_RESOURCE"}, {}), some).value().has("CAP_SYS_RESOURCE"));
  const auto own = grantable_capabilities();
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_EQ(*own & all_capabilities(), *own);
}

TEST(Capabilities, UnknownNamesAreRefused) {
  for (const char* const name : {"NET_ADMINN", "", "CAP_", "0"}) {
    const auto set = container_capabilities(security({name}, {}), all_capabilities());
    ASSERT_FALSE(set) << name;
    EXPECT_EQ(set.error().code, Code::invalid_argument);
    EXPECT_EQ(set.error().message, "unknown capability \"" + std::string(name) +
                                       "\": the names are those of capabilities(7), such as "
                                       "NET_ADMIN, or ALL");
  }
}

}  // namespace
}  // namespace podsysctl::engine
