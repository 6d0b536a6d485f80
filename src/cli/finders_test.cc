// SPDX-License-Identifier: Apache-2.0
// From what a person typed to one pod or container of a runtime of Kubernetes, and whether a
// process is that container's.
#include <unistd.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/cri_finder.h"
#include "cli/runtime_process.h"

namespace podsysctl::cli {
namespace {

using testing::HasSubstr;

cri::Sandbox sandbox(const std::string& id, const std::string& name_space, const std::string& name,
                     cri::SandboxState state = cri::SandboxState::ready) {
  cri::Sandbox made;
  made.id = id;
  made.state = state;
  made.labels = {{"io.kubernetes.pod.name", name}, {"io.kubernetes.pod.namespace", name_space}};
  return made;
}

cri::Container container(const std::string& id, const std::string& sandbox_id,
                         const std::string& name,
                         cri::ContainerState state = cri::ContainerState::running) {
  cri::Container made;
  made.id = id;
  made.sandbox_id = sandbox_id;
  made.state = state;
  made.labels = {{"io.kubernetes.container.name", name}};
  return made;
}

class MatchReference : public testing::Test {
 protected:
  std::vector<cri::Sandbox> sandboxes_{
      sandbox("aa11", "default", "web"), sandbox("aa22", "team", "db"),
      sandbox("bb33", "other", "web"),
      sandbox("cc44", "default", "old", cri::SandboxState::not_ready)};
  std::vector<cri::Container> containers_{
      container("dd55", "aa11", "nginx"), container("dd66", "aa11", "sidecar"),
      container("ee77", "aa22", "postgres"),
      container("ff88", "bb33", "done", cri::ContainerState::exited)};
};

TEST_F(MatchReference, LeadsToOneSandbox) {
  const std::pair<const char*, const char*> rows[] = {
      {"aa11", "aa11"}, {"aa1", "aa11"},     {"bb", "bb33"},
      {"dd55", "aa11"}, {"dd", "aa11"},      {"default/web", "aa11"},
      {"db", "aa22"},   {"team/db", "aa22"}, {"postgres", "aa22"}};
  for (const auto& [reference, id] : rows) {
    const auto match = match_reference(reference, sandboxes_, containers_);
    ASSERT_TRUE(match) << reference << ": " << match.error().message;
    EXPECT_EQ(match->sandbox_id, id) << reference;
  }
}

TEST_F(MatchReference, SaysWhatIsAmbiguousOrNotThere) {
  struct Row {
    const char* reference;
    Code code;
    const char* message;
  };
  const Row rows[] = {{"web", Code::conflict, "pod default/web (aa11), pod other/web (bb33)"},
                      {"aa", Code::conflict, "is ambiguous"},
                      {"old", Code::not_found, "crictl pods"},
                      {"cc44", Code::not_found, "runs no pod"},
                      {"done", Code::not_found, "runs no pod"}};
  for (const Row& row : rows) {
    const auto match = match_reference(row.reference, sandboxes_, containers_);
    ASSERT_FALSE(match) << row.reference;
    EXPECT_EQ(match.error().code, row.code) << row.reference;
    EXPECT_THAT(match.error().message, HasSubstr(row.message));
  }
}

TEST(ProvenProcess, IsTheContainersByItsControlGroup) {
  for (const std::string& id : {std::string("4f5e6d7c8b9a-nobodys"), std::string()}) {
    const auto refused = proven_process(::getpid(), id, "container web");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::unsupported);
    EXPECT_THAT(refused.error().message, HasSubstr("is not that of container web"));
  }
  const auto found = proven_process(::getpid(), "/", "ourselves");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->pid, ::getpid());
}

}  // namespace
}  // namespace podsysctl::cli
