// SPDX-License-Identifier: Apache-2.0
#include "install/node_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/sha256.h"
#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::install {
namespace {

using testing::HasSubstr;

constexpr const char* kPath = "/opt/cni/bin/plugin";

class NodeFilesTest : public testing::Test {
 protected:
  // Opened anew each time, as each run of the program does.
  Result<Change> put(const std::string& path, const std::string& content) const {
    PSYS_TRY_ASSIGN(NodeFiles files, NodeFiles::open(root_));
    return files.put({.path = path, .content = content});
  }
  std::vector<Change> removed() const {
    Result<NodeFiles> files = NodeFiles::open(root_);
    EXPECT_TRUE(files) << files.error().message;
    Result<std::vector<Change>> changes = files->remove_all();
    EXPECT_TRUE(changes) << changes.error().message;
    return changes.value_or(std::vector<Change>{});
  }
  std::string text(const std::string& path) const {
    return linux::read_file(root_ + path).value_or("(none)");
  }
  void write(const std::string& path, std::string_view content) const {
    ASSERT_TRUE(linux::make_directories(std::filesystem::path(root_ + path).parent_path()));
    ASSERT_TRUE(linux::write_file(root_ + path, content));
  }
  std::string record() const { return text(std::string(kRecordFolder) + "/installed.json"); }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  const std::string root_ = folder_.path();
};

void expect(const Result<Change>& change, Done done) {
  ASSERT_TRUE(change) << change.error().message;
  EXPECT_EQ(change->path, kPath);
  EXPECT_EQ(change->done, done);
}

TEST_F(NodeFilesTest, WritesReplacesKeepsAndRemovesItsOwn) {
  expect(put(kPath, "one"), Done::written);
  struct stat status{};
  ASSERT_EQ(::stat((root_ + kPath).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0755U);
  expect(put(kPath, "one"), Done::unchanged);
  expect(put(kPath, "two"), Done::replaced);
  EXPECT_EQ(text(kPath), "two");
  const std::vector<Change> changes = removed();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].done, Done::removed);
  EXPECT_EQ(text(kPath), "(none)");
  EXPECT_EQ(record(), "(none)");
  EXPECT_TRUE(std::filesystem::is_empty(root_ + "/opt/cni/bin"));
  EXPECT_TRUE(removed().empty());
}

TEST_F(NodeFilesTest, AForeignFileIsNeitherReplacedNorRemoved) {
  write(kPath, "theirs");
  const Result<Change> change = put(kPath, "ours");
  ASSERT_FALSE(change);
  EXPECT_EQ(change.error().code, Code::conflict);
  EXPECT_THAT(change.error().message, HasSubstr(kPath));
  EXPECT_THAT(change.error().message, HasSubstr("did not put there"));
  EXPECT_TRUE(removed().empty());
  EXPECT_EQ(text(kPath), "theirs");
}

TEST_F(NodeFilesTest, AForeignFileWithTheSameContentStaysForeign) {
  write(kPath, "same");
  expect(put(kPath, "same"), Done::unchanged);
  EXPECT_TRUE(removed().empty());
  EXPECT_EQ(text(kPath), "same");
}

TEST_F(NodeFilesTest, WhatWasChangedSinceIsLeft) {
  expect(put(kPath, "ours"), Done::written);
  write(kPath, "somebody was here");
  EXPECT_EQ(put(kPath, "newer").error().code, Code::conflict);
  const std::vector<Change> changes = removed();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].done, Done::left);
  EXPECT_EQ(text(kPath), "somebody was here");
}

TEST_F(NodeFilesTest, WhatIsGoneIsNoFault) {
  expect(put(kPath, "ours"), Done::written);
  std::filesystem::remove_all(root_ + "/opt");
  const std::vector<Change> changes = removed();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].done, Done::gone);
}

TEST_F(NodeFilesTest, ALinkUnderTheNameIsForeign) {
  write("/elsewhere", "theirs");
  ASSERT_TRUE(linux::make_directories(root_ + "/opt/cni/bin"));
  std::filesystem::create_symlink("/elsewhere", root_ + kPath);
  EXPECT_EQ(put(kPath, "ours").error().code, Code::conflict);
  EXPECT_EQ(text("/elsewhere"), "theirs");
}

TEST_F(NodeFilesTest, LinksOfTheNodeLeadWhereTheyLeadThere) {
  ASSERT_TRUE(linux::make_directories(root_ + "/var/opt"));
  std::filesystem::create_symlink("/var/opt", root_ + "/opt");
  expect(put(kPath, "ours"), Done::written);
  EXPECT_EQ(text("/var/opt/cni/bin/plugin"), "ours");
  EXPECT_EQ(removed().at(0).done, Done::removed);
}

// Killed between the record and the file, and between the file and the record.
TEST_F(NodeFilesTest, EitherVersionIsKnownAfterACrash) {
  const std::string file = root_ + kRecordFolder + "/installed.json";
  for (const char* found : {"old", "new"}) {
    ASSERT_TRUE(linux::make_directories(root_ + kRecordFolder));
    ASSERT_TRUE(save(file, {{kPath, {image::sha256_of("old"), image::sha256_of("new")}}}));
    write(kPath, found);
    write("/opt/cni/bin/.plugin.podsysctl-new", "half of i");
    expect(put(kPath, "newest"), Done::replaced);
    EXPECT_EQ(removed().at(0).done, Done::removed);
    EXPECT_TRUE(std::filesystem::is_empty(root_ + "/opt/cni/bin"));
  }
}

TEST_F(NodeFilesTest, PathsThatLeadElsewhereAreRefused) {
  for (const char* path : {"opt/plugin", "/opt/../etc/plugin", "/opt/cni/", "/opt//plugin", "/"}) {
    const Result<Change> change = put(path, "x");
    ASSERT_FALSE(change) << path;
    EXPECT_EQ(change.error().code, Code::invalid_argument) << path;
    EXPECT_THAT(change.error().message, HasSubstr("absolute path")) << path;
  }
}

TEST_F(NodeFilesTest, ARecordOfSomethingElseStopsEverything) {
  for (const char* text : {"{", R"({"files":[{"path":"/etc/passwd","digests":["none"]}]})"}) {
    write(std::string(kRecordFolder) + "/installed.json", text);
    const Result<NodeFiles> files = NodeFiles::open(root_);
    ASSERT_FALSE(files) << text;
    EXPECT_EQ(files.error().code, Code::invalid_argument);
    EXPECT_THAT(files.error().message, HasSubstr("installed.json"));
  }
}

}  // namespace
}  // namespace podsysctl::install
