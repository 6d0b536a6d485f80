// SPDX-License-Identifier: Apache-2.0
#include "install/parts.h"

#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "json/json.h"
#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::install {
namespace {

using testing::HasSubstr;

class Parts : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"podsysctl-agent", "podsysctl-cni", "podsysctl-hook"}) {
      ASSERT_TRUE(linux::write_file(folder_ / name, name));
    }
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(Parts, EachProgramGoesWhereItsRuntimeLooks) {
  const auto cni = files_of(Part::cni, folder_.path(), {});
  ASSERT_TRUE(cni) << cni.error().message;
  ASSERT_EQ(cni->size(), 1U);
  EXPECT_EQ(cni->front().path, "/opt/cni/bin/podsysctl-cni");
  EXPECT_EQ(cni->front().content, "podsysctl-cni");
  EXPECT_EQ(cni->front().mode, 0755U);
  const auto nri = files_of(Part::nri, folder_.path(), {.nri = "/var/nri"});
  ASSERT_TRUE(nri) << nri.error().message;
  EXPECT_EQ(nri->at(0).path, "/var/nri/10-podsysctl");
  EXPECT_EQ(nri->at(0).content, "podsysctl-agent");
}

TEST_F(Parts, TheHookComesBeforeTheDescriptionThatNamesIt) {
  const auto files = files_of(Part::hook, folder_.path(), {.programs = "/opt/x"});
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ(files->at(0).path, "/opt/x/podsysctl-hook");
  EXPECT_EQ(files->at(1).path, "/etc/containers/oci/hooks.d/podsysctl-hook.json");
  EXPECT_EQ(files->at(1).mode, 0644U);
  EXPECT_THAT(files->at(1).content, HasSubstr(R"("path": "/opt/x/podsysctl-hook")"));
  EXPECT_THAT(files->at(1).content, HasSubstr("\"args\": [\n      \"podsysctl-hook\"\n    ]"));
  EXPECT_THAT(files->at(1).content, HasSubstr(R"("^podsysctl\\.io/(sysctls|profile)$": ".*")"));
}

TEST_F(Parts, TheDescriptionIsThePackagesWithAnotherPath) {
  const auto files = files_of(Part::hook, folder_.path(), {.programs = "/usr/libexec/podsysctl"});
  ASSERT_TRUE(files) << files.error().message;
  const auto packaged = linux::read_file(PSYS_HOOK_DESCRIPTION, 4096);
  ASSERT_TRUE(packaged) << packaged.error().message;
  const auto ours = json::parse(files->at(1).content, "what is written");
  const auto theirs = json::parse(*packaged, "what is packaged");
  ASSERT_TRUE(ours);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(*ours, *theirs);
}

TEST_F(Parts, AProgramThatIsMissingIsNamed) {
  std::filesystem::remove(folder_ / "podsysctl-cni");
  const auto files = files_of(Part::cni, folder_.path(), {});
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, Code::not_found);
  EXPECT_THAT(files.error().message, HasSubstr("podsysctl-cni is neither beside"));
}

TEST_F(Parts, ProgramsOfAPackageAreFoundInTheirFolders) {
  ASSERT_TRUE(linux::make_directories(folder_ / "bin"));
  ASSERT_TRUE(linux::make_directories(folder_ / "lib/cni"));
  ASSERT_TRUE(linux::write_file(folder_ / "lib/cni/podsysctl-cni", "packaged"));
  const auto files = files_of(Part::cni, folder_ / "bin", {});
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(files->front().content, "packaged");
}

}  // namespace
}  // namespace podsysctl::install
