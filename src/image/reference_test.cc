// SPDX-License-Identifier: Apache-2.0
#include "image/reference.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/sha256.h"

namespace podsysctl::image {
namespace {

using ::testing::HasSubstr;

const std::string kDigest =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Sha256, KnownDigests) {
  EXPECT_EQ(sha256_of(""), kDigest);
  EXPECT_EQ(sha256_of("abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hash.digest(), sha256_of("abc"));
  EXPECT_EQ(hash.digest(), kDigest);
}

TEST(Sha256, OnlyWholeLowerCaseDigestsAreDigests) {
  EXPECT_TRUE(is_digest(kDigest));
  EXPECT_EQ(hex_of(kDigest).size(), 64U);
  for (const std::string& text :
       {std::string(), std::string("sha256:"), kDigest + "0", kDigest.substr(0, 70),
        "SHA256:" + kDigest.substr(7), "sha512:" + kDigest.substr(7),
        std::string("sha256:../../../../../../../../../../../../../../../../../../../../../../x"),
        std::string("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")}) {
    EXPECT_FALSE(is_digest(text)) << text;
  }
}

TEST(Reference, RegistryNamesAreCompletedAsDockerDoes) {
  struct Row {
    std::string text;
    std::string canonical;
    std::string familiar;
  };
  const Row rows[] = {
      {"nginx", "docker.io/library/nginx:latest", "nginx:latest"},
      {"nginx:1.25", "docker.io/library/nginx:1.25", "nginx:1.25"},
      {"docker://nginx", "docker.io/library/nginx:latest", "nginx:latest"},
      {"docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest"},
      {"docker.io/library/nginx:latest", "docker.io/library/nginx:latest", "nginx:latest"},
      {"index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest"},
      {"team/app", "docker.io/team/app:latest", "team/app:latest"},
      {"localhost/app", "localhost/app:latest", "localhost/app:latest"},
      {"localhost:5000/app:x", "localhost:5000/app:x", "localhost:5000/app:x"},
      {"registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"},
      {"host:443/a/b-c/d__e.f", "host:443/a/b-c/d__e.f:latest", "host:443/a/b-c/d__e.f:latest"},
      {"oci", "docker.io/library/oci:latest", "docker.io/library/oci:latest"},
      {"rootfs/x", "docker.io/rootfs/x:latest", "rootfs/x:latest"},
      {"nginx@" + kDigest, "docker.io/library/nginx@" + kDigest, "nginx@" + kDigest},
      {"nginx:1@" + kDigest, "docker.io/library/nginx@" + kDigest, "nginx@" + kDigest},
  };
  for (const Row& row : rows) {
    const auto reference = parse_reference(row.text);
    ASSERT_TRUE(reference) << reference.error().message;
    EXPECT_EQ(reference->transport, Transport::registry);
    EXPECT_EQ(canonical_name(*reference), row.canonical);
    EXPECT_EQ(familiar_name(*reference), row.familiar);
    EXPECT_EQ(canonical_name(parse_reference(row.familiar).value()), row.canonical);
  }
}

TEST(Reference, PathsOnThisMachine) {
  struct Row {
    std::string text;
    Transport transport;
    std::string path;
    std::string selector;
  };
  const Row rows[] = {
      {"oci:/srv/x", Transport::oci_layout, "/srv/x", ""},
      {"oci:dir:v1", Transport::oci_layout, "dir", "v1"},
      {"oci:dir:docker.io/library/nginx:1", Transport::oci_layout, "dir",
       "docker.io/library/nginx:1"},
      {"docker-archive:a.tar", Transport::docker_archive, "a.tar", ""},
      {"docker-archive:/a.tar:nginx:1", Transport::docker_archive, "/a.tar", "nginx:1"},
      {"rootfs:/srv/a:b", Transport::rootfs, "/srv/a:b", ""},
  };
  for (const Row& row : rows) {
    const auto reference = parse_reference(row.text);
    ASSERT_TRUE(reference) << reference.error().message;
    EXPECT_EQ(reference->transport, row.transport);
    EXPECT_EQ(reference->path, row.path);
    EXPECT_EQ(reference->selector, row.selector);
    EXPECT_EQ(canonical_name(*reference), row.text);
  }
}

TEST(Reference, RefusesWhatNamesNothing) {
  struct Row {
    std::string text;
    std::string_view message;
  };
  const Row rows[] = {
      {"", "the name is empty"},
      {"docker://", "the name is empty"},
      {"Nginx", "a name is made of a-z and 0-9"},
      {"-rf", "a name is made of"},
      {"a//b", "a name is made of"},
      {"../../etc", "no registry"},
      {"a/../b", "a name is made of"},
      {"a.b/../c", "a name is made of"},
      {"nginx:", "no tag"},
      {"nginx:-x", "no tag"},
      {"nginx:a b", "no tag"},
      {"nginx:" + std::string(129, 'a'), "no tag"},
      {"nginx@sha256:12", "no digest"},
      {"nginx@", "no digest"},
      {"host:99999/a", "no registry"},
      {"ho st.x/a", "no registry"},
      {std::string("a\nb"), "control character"},
      {std::string("a\0b", 3), "control character"},
      {std::string(238, 'a'), "longer than 255"},
      {"oci:", "the path is missing"},
      {"oci::tag", "the path is missing"},
      {"docker-archive:", "the path is missing"},
      {"rootfs:", "the path is missing"},
      {"http://x/y", "no registry"},
  };
  for (const Row& row : rows) {
    const auto reference = parse_reference(row.text);
    ASSERT_FALSE(reference) << row.text;
    EXPECT_EQ(reference.error().code, Code::invalid_argument);
    EXPECT_THAT(reference.error().message, HasSubstr(std::string(row.message)));
  }
}

}  // namespace
}  // namespace podsysctl::image
