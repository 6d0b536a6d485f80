// SPDX-License-Identifier: Apache-2.0
#include "image/skopeo.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/store.h"
#include "image/test_support.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"

namespace podsysctl::image {
namespace {

using ::testing::ElementsAre;
using testing::file;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::plain_layer;
using ::testing::SizeIs;
using testing::TestLayout;

TEST(SkopeoError, UnreachableIsToldFromRefused) {
  struct Row {
    std::string_view output;
    Code code;
    std::string_view message;
  };
  const Row rows[] = {
      {R"(time="x" level=fatal msg="initializing source docker://a: pinging container registry registry-1.docker.io: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host")",
       Code::unavailable,
       "image a:latest: the registry docker.io is out of reach: initializing source docker://a: "
       "pinging container registry registry-1.docker.io: Get "
       "\"https://registry-1.docker.io/v2/\": dial tcp"},
      {R"(level=fatal msg="reading manifest 9 in docker.io/library/a: manifest unknown")",
       Code::not_found, "did not give it: reading manifest 9 in docker.io/library/a: manifest"},
      {R"(level=fatal msg="requested access to the resource is denied")", Code::not_found,
       "run `skopeo login docker.io`"},
      {R"(level=fatal msg="open /etc/containers/policy.json: no such file or directory")",
       Code::unavailable, "skopeo wants a policy of signatures: install"},
      {"plain words\n", Code::not_found, "did not give it: plain words."},
      {"", Code::not_found, "did not give it: ."},
  };
  const Reference reference = parse_reference("a").value();
  for (const Row& row : rows) {
    const Error error = skopeo_error(reference, row.output);
    EXPECT_EQ(error.code, row.code) << row.output;
    EXPECT_THAT(error.message, HasSubstr(std::string(row.message)));
  }
}

// A program of that name, first in $PATH, stands in for a registry.
class PullTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root: layers keep their owners";
    }
    path_before_ = ::getenv("PATH");
    std::filesystem::create_directories(path("bin"));
    ::setenv("PATH", (path("bin") + ":" + path_before_).c_str(), 1);
    TestLayout layout(path("remote"));
    layout.add_image({plain_layer({file("f", "remote")})}, R"("Cmd":["remote"])");
  }
  void TearDown() override {
    if (!path_before_.empty()) {
      ::setenv("PATH", path_before_.c_str(), 1);
    }
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return temp_.path() + "/" + name;
  }
  // Its last two arguments are the source and oci:FOLDER:image.
  void skopeo_does(const std::string& commands) const {
    testing::write_text(path("bin/skopeo"),
                        "#!/bin/sh\necho \"$@\" >>" + path("calls") +
                            "\nfor to; do :; done\nto=${to#oci:}\nto=${to%:image}\n" + commands);
    ASSERT_EQ(::chmod(path("bin/skopeo").c_str(), 0755), 0);
  }
  void skopeo_copies() const { skopeo_does("cp -r " + path("remote") + " \"$to\"\n"); }
  void skopeo_fails(const std::string& reason) const {
    skopeo_does("mkdir \"$to\"\necho 'level=fatal msg=\"" + reason + "\"' >&2\nexit 1\n");
  }
  [[nodiscard]] Result<Resolved> resolve(Pull pull) {
    return store_.resolve({parse_reference("app:1").value(), pull, keychain_}, quiet_);
  }
  [[nodiscard]] std::size_t calls() const {
    const std::string text = testing::read_text(path("calls"));
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
  void import_local() {
    TestLayout layout(path("local"));
    layout.add_image({plain_layer({file("f", "local")})}, R"("Cmd":["local"])");
    ASSERT_TRUE(store_.import("app:1", parse_reference("oci:" + path("local")).value(), quiet_));
  }

  const linux::TemporaryFolder temp_ = linux::TemporaryFolder::make().value();
  std::string path_before_;
  NoProgress quiet_;
  Keychain keychain_;
  ImageStore store_ = ImageStore::open(temp_.path() + "/store").value();
};

TEST_F(PullTest, PassesCredentialsOnInAFile) {
  skopeo_does("for each; do case $each in --authfile=*) cat ${each#--authfile=} >>" + path("seen") +
              ";; esac; done\ncp -r " + path("remote") + " \"$to\"\n");
  testing::write_text(path("auth.json"), "given");
  keychain_.authfile = path("auth.json");
  ASSERT_TRUE(resolve(Pull::always));
  EXPECT_EQ(testing::read_text(path("seen")), "given");
  keychain_.documents = {
      R"({"auths":{"docker.io":{"auth":"dTpw"},"other.example":{"auth":"eDp5"}}})"};
  ASSERT_TRUE(resolve(Pull::always));
  EXPECT_EQ(testing::read_text(path("seen")), R"(given{"auths":{"docker.io":{"auth":"dTpw"}}})");
  EXPECT_THAT(testing::tree_of(path("store/tmp")), IsEmpty());
}

TEST_F(PullTest, FetchesWhatIsMissingAndKeepsIt) {
  skopeo_copies();
  const auto image = resolve(Pull::missing);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->image.name, "docker.io/library/app:1");
  EXPECT_THAT(image->image.config.command, ElementsAre("remote"));
  EXPECT_THAT(testing::read_text(path("calls")),
              HasSubstr("copy --quiet docker://docker.io/library/app:1 oci:"));
  EXPECT_THAT(testing::tree_of(path("store/tmp")), IsEmpty());
  ASSERT_TRUE(resolve(Pull::missing));
  ASSERT_TRUE(resolve(Pull::never));
  EXPECT_EQ(calls(), 1U);
  ASSERT_TRUE(resolve(Pull::refresh));
  ASSERT_TRUE(resolve(Pull::always));
  ASSERT_TRUE(store_.pull({.reference = parse_reference("app:1").value()}, quiet_));
  EXPECT_EQ(calls(), 4U);
}

TEST_F(PullTest, OutOfReachFallsBackWithAWarningUnlessAlways) {
  skopeo_fails("pinging container registry: dial tcp: i/o timeout");
  EXPECT_EQ(resolve(Pull::missing).error().code, Code::unavailable);
  import_local();
  const auto image = resolve(Pull::refresh);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(image->image.config.command, ElementsAre("local"));
  ASSERT_THAT(image->warnings, SizeIs(1));
  EXPECT_THAT(image->warnings[0], HasSubstr("using the image app:1 that is on this machine"));
  EXPECT_THAT(image->warnings[0], HasSubstr("i/o timeout"));
  const auto strict = resolve(Pull::always);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Code::unavailable);
  EXPECT_THAT(testing::tree_of(path("store/tmp")), IsEmpty());
  // A registry that says no is believed.
  skopeo_fails("manifest unknown");
  EXPECT_EQ(resolve(Pull::refresh).error().code, Code::not_found);
  EXPECT_THAT(resolve(Pull::missing).value().image.config.command, ElementsAre("local"));
}

TEST_F(PullTest, WhatSkopeoBringsIsVerifiedToo) {
  skopeo_does("cp -r " + path("remote") +
              " \"$to\"\nfor b in \"$to\"/blobs/sha256/*; do "
              "printf x >>\"$b\"; done\n");
  const auto image = resolve(Pull::missing);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, Code::invalid_argument);
  EXPECT_THAT(testing::tree_of(path("store/tmp")), IsEmpty());
  EXPECT_THAT(testing::tree_of(path("store/layers")), IsEmpty());
}

TEST_F(PullTest, ARealRegistryOutOfReachIsUnavailable) {
  ::setenv("PATH", path_before_.c_str(), 1);
  if (!linux::find_program("skopeo")) {
    GTEST_SKIP() << "skopeo is not installed";
  }
  // Port 1 of this host: refused at once, without any network.
  const auto image =
      store_.resolve({.reference = parse_reference("127.0.0.1:1/app").value()}, quiet_);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, Code::unavailable) << image.error().message;
  EXPECT_THAT(image.error().message, HasSubstr("the registry 127.0.0.1:1 is out of reach"));
}

}  // namespace
}  // namespace podsysctl::image
