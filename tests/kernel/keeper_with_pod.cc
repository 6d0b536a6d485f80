// SPDX-License-Identifier: Apache-2.0
#include "keeper_with_pod.h"

#include <unistd.h>

#include <memory>

#include <gmock/gmock.h>

#include "rules/file_reader.h"

namespace podsysctl::kernel_test {

using linux::NamespaceKind;

void KeeperWithPod::SetUp() {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "needs root";
  }
  watch_.emplace();
  set_policies(first_policies_);
  KeeperFixture::SetUp();
  start_pod();
}

void KeeperWithPod::TearDown() {
  if (watch_) {
    EXPECT_THAT(watch_->changes(), testing::IsEmpty());
  }
}

void KeeperWithPod::set_policies(std::string_view text) {
  rules::PolicySet set;
  const Result<> read = rules::read_text(text, "policies", set);
  ASSERT_TRUE(read) << read.error().message;
  policies_ = std::make_shared<const rules::PolicySet>(std::move(set));
}

void KeeperWithPod::start_pod() {
  pod_.reset();
  auto pod = linux::PodProcess::start({NamespaceKind::net, NamespaceKind::ipc, NamespaceKind::uts},
                                      prepare_);
  ASSERT_TRUE(pod) << pod.error().message;
  pod_.emplace(*std::move(pod));
}

}  // namespace podsysctl::kernel_test
