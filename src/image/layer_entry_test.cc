// SPDX-License-Identifier: Apache-2.0
#include "image/layer_entry.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podsysctl::image {
namespace {

using ::testing::HasSubstr;
using Kind = LayerName::Kind;

TEST(LayerName, NamesAndWhiteouts) {
  struct Row {
    std::string name;
    Kind kind;
    std::string path;
  };
  const Row rows[] = {
      {"a", Kind::entry, "a"},
      {"./a/./b/", Kind::entry, "a/b"},
      {"/etc//passwd", Kind::entry, "etc/passwd"},
      {"./", Kind::entry, ""},
      {"/", Kind::entry, ""},
      {"", Kind::entry, ""},
      {"...", Kind::entry, "..."},
      {"..a/b..", Kind::entry, "..a/b.."},
      {".whx", Kind::entry, ".whx"},
      {"a.wh.b", Kind::entry, "a.wh.b"},
      {".wh.x", Kind::whiteout, "x"},
      {"a/.wh.b", Kind::whiteout, "a/b"},
      {"a/.wh..b", Kind::whiteout, "a/.b"},
      {"a/.wh....", Kind::whiteout, "a/..."},
      {".wh..wh..opq", Kind::opaque, ""},
      {"a/b/.wh..wh..opq", Kind::opaque, "a/b"},
      {".wh..wh.plnk", Kind::skipped, ""},
      {".wh..wh.plnk/123.456", Kind::skipped, ""},
      {".wh..wh..opq/x", Kind::skipped, ""},
      {"a/.wh..wh.aufs", Kind::skipped, ""},
  };
  for (const Row& row : rows) {
    const auto name = layer_name(row.name);
    ASSERT_TRUE(name) << name.error().message;
    EXPECT_EQ(name->kind, row.kind) << row.name;
    EXPECT_EQ(name->path, row.path) << row.name;
  }
}

TEST(LayerName, RefusesWaysUp) {
  struct Row {
    std::string name;
    std::string_view message;
  };
  const Row rows[] = {
      {"..", "leads upwards"},
      {"a/../b", "leads upwards"},
      {"/..", "leads upwards"},
      {"a/b/..", "leads upwards"},
      {"./../x", "leads upwards"},
      {"../.wh.x", "leads upwards"},
      {".wh.", "a whiteout of \"\""},
      {"a/.wh..", "a whiteout of \".\""},
      {"a/.wh...", "whiteout of \"..\""},
      {".wh.a/b", "inside the whiteout \".wh.a\""},
      {".wh.../x", "inside the whiteout"},
  };
  for (const Row& row : rows) {
    const auto name = layer_name(row.name);
    ASSERT_FALSE(name) << row.name;
    EXPECT_EQ(name.error().code, Code::invalid_argument);
    EXPECT_THAT(name.error().message, HasSubstr(std::string(row.message)));
  }
}

TEST(XattrRule, OverlaysOwnAreRefusedTheHostsAreDropped) {
  EXPECT_EQ(xattr_rule("user.note"), XattrRule::keep);
  EXPECT_EQ(xattr_rule("security.capability"), XattrRule::keep);
  EXPECT_EQ(xattr_rule("security.selinux"), XattrRule::drop);
  EXPECT_EQ(xattr_rule("security.capability2"), XattrRule::drop);
  EXPECT_EQ(xattr_rule("system.posix_acl_access"), XattrRule::drop);
  EXPECT_EQ(xattr_rule("trusted.overlay.redirect"), XattrRule::refuse);
  EXPECT_EQ(xattr_rule("trusted.x"), XattrRule::refuse);
  EXPECT_EQ(xattr_rule("user.overlay.opaque"), XattrRule::refuse);
}

}  // namespace
}  // namespace podsysctl::image
