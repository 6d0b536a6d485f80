// SPDX-License-Identifier: Apache-2.0
#include "agent/sandbox_book.h"

#include <gmock/gmock.h>

namespace podsysctl::agent {
namespace {

using testing::ElementsAre;

Sandbox sandbox(std::string id, std::string door = "nri") {
  return {.id = std::move(id), .name = "web", .source = {std::move(door), "containerd v2.1.9"}};
}

TEST(SandboxBook, KeepsWhatDecidesAndNoMore) {
  SandboxBook book;
  Sandbox told = sandbox("s1");
  told.annotations = {{"podsysctl.io/sysctls", "a = 1"},
                      {"podsysctl.io/profile", "p"},
                      {"security.alpha.kubernetes.io/unsafe-sysctls", "a=1"},
                      {"kubectl.kubernetes.io/last-applied-configuration", "{...}"}};
  book.remember(told);
  EXPECT_EQ(book.find("s1")->annotations.size(), 3U);
  EXPECT_EQ(book.find("s2"), nullptr);
}

TEST(SandboxBook, KeepsWhatBecameOfASandboxWhenItIsToldOfAgain) {
  SandboxBook book;
  book.remember(sandbox("s1"));
  book.note("s1", {.outcome = Outcome::degraded, .in_force = {"kernel.sem"}});
  book.remember(sandbox("s1"));
  EXPECT_EQ(book.given("s1").outcome, Outcome::degraded);
  EXPECT_THAT(book.given_to_pod("s1")->in_force, ElementsAre("kernel.sem"));
  book.note("s2", {.outcome = Outcome::applied});  // it is gone by now
  EXPECT_EQ(book.find("s2"), nullptr);
  EXPECT_EQ(book.by_outcome().at(static_cast<std::size_t>(Outcome::degraded)), 1U);
}

TEST(SandboxBook, LeavesOtherDoorsSandboxesAlone) {
  SandboxBook book;
  for (const char* id : {"1", "2", "3"}) {
    book.remember(sandbox(id));
  }
  book.remember(sandbox("4", "docker"));
  book.keep_only("nri", {"1", "3", "9"});
  EXPECT_EQ(book.find("2"), nullptr);
  EXPECT_THAT(book.all(), ElementsAre("1", "3", "4"));
  EXPECT_THAT(book.of_other_doors("nri"), ElementsAre("4"));
  book.forget("3");
  EXPECT_THAT(book.all(), ElementsAre("1", "4"));
}

}  // namespace
}  // namespace podsysctl::agent
