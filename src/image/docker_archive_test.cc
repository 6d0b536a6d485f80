// SPDX-License-Identifier: Apache-2.0
#include "image/docker_archive.h"

#include <unistd.h>

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/local_digest.h"
#include "image/store.h"
#include "image/test_support.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"

namespace podsysctl::image {
namespace {

using testing::compressed;
using ::testing::ElementsAre;
using testing::file;
using testing::folder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_tar;
using testing::read_text;
using testing::symlink_to;
using testing::TestEntry;

class DockerArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root: layers keep their owners";
    }
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return temp_.path() + "/" + name;
  }
  [[nodiscard]] static std::string config(const std::vector<std::string>& layers,
                                          std::string_view command = "sh") {
    std::string diff_ids;
    for (const std::string& layer : layers) {
      diff_ids += (diff_ids.empty() ? "\"" : ",\"") + sha256_of(layer) + "\"";
    }
    return fmt::format(
        R"({{"os":"linux","config":{{"Cmd":["{}"]}},"rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
        command, diff_ids);
  }
  Result<Resolved> load(const std::vector<TestEntry>& entries, const std::string& ref = "",
                        const std::string& filter = "") {
    testing::write_text(path("a.tar"), make_tar(entries, filter));
    return resolve("docker-archive:" + path("a.tar") + (ref.empty() ? "" : ":" + ref));
  }
  Result<Resolved> resolve(const std::string& text) {
    NoProgress quiet;
    const Reference reference = parse_reference(text).value();
    Result<Resolved> resolved =
        ImageStore::open(path("store")).value().resolve({.reference = reference}, quiet);
    if (resolved) {
      EXPECT_EQ(local_digest(reference).value(), resolved->image.digest);
    }
    return resolved;
  }

  const linux::TemporaryFolder temp_ = linux::TemporaryFolder::make().value();
  std::string lower_ = make_tar({folder("d"), file("d/low", "1")});
  std::string upper_ = make_tar({folder("d"), file("d/up", "2")});
};

TEST_F(DockerArchiveTest, LayersAreFoundWhereverTheyStand) {
  // As old docker writes it: the layer that two images share is a symbolic link.
  const std::vector<TestEntry> entries = {
      folder("one"),
      file("one/layer.tar", upper_),
      file("c.json", config({lower_, upper_})),
      symlink_to("two/layer.tar", "../three/layer.tar"),
      file(
          "./manifest.json",
          R"([{"Config":"c.json","RepoTags":["app:1"],"Layers":["two/layer.tar","one/layer.tar"]}])"),
      file("three/layer.tar", lower_)};
  for (const std::string filter : {"", "gzip"}) {
    std::filesystem::remove_all(path("store"));
    const auto image = load(entries, "", filter);
    ASSERT_TRUE(image) << filter << ": " << image.error().message;
    ASSERT_EQ(image->image.layers.size(), 2U);
    EXPECT_EQ(read_text(image->image.layers[0] + "/d/up"), "2");
    EXPECT_EQ(read_text(image->image.layers[1] + "/d/low"), "1");
    EXPECT_EQ(image->image.digest, sha256_of(config({lower_, upper_})));
    EXPECT_EQ(image->image.size, lower_.size() + upper_.size());
  }
}

TEST_F(DockerArchiveTest, CompressedLayersAndOneOfManyImages) {
  const std::vector<TestEntry> entries = {
      file("1.tar", compressed(lower_, "gzip")), file("2.tar", compressed(upper_, "zstd")),
      file("1.json", config({lower_}, "first")), file("2.json", config({upper_}, "second")),
      file("manifest.json",
           R"([{"Config":"1.json","RepoTags":["app:1"],"Layers":["1.tar"]},)"
           R"({"Config":"2.json","RepoTags":["app:2","other"],"Layers":["2.tar"]}])")};
  EXPECT_THAT(load(entries, "app:1").value().image.config.command, ElementsAre("first"));
  EXPECT_THAT(load(entries, "docker.io/library/app:2").value().image.config.command,
              ElementsAre("second"));
  EXPECT_THAT(load(entries, "other").value().image.config.command, ElementsAre("second"));
  EXPECT_THAT(load(entries).error().message, HasSubstr("holds 2 images: say which"));
  EXPECT_THAT(load(entries, "app:3").error().message,
              HasSubstr("has no image \"app:3\"; there is \"app:1\", \"app:2 other\""));
}

TEST_F(DockerArchiveTest, AnUnchangedFileIsNotReadAgainAChangedOneIs) {
  const auto entries = [&](std::string_view command) {
    return std::vector<TestEntry>{
        file("l.tar", lower_), file("c.json", config({lower_}, command)),
        file("manifest.json", R"([{"Config":"c.json","RepoTags":null,"Layers":["l.tar"]}])")};
  };
  ASSERT_TRUE(load(entries("one")));
  const std::string reference = "docker-archive:" + path("a.tar");
  EXPECT_THAT(resolve(reference).value().image.config.command, ElementsAre("one"));
  EXPECT_THAT(load(entries("other")).value().image.config.command, ElementsAre("other"));
}

TEST_F(DockerArchiveTest, HostileArchivesAreRefusedAndLeaveNothing) {
  const auto manifest = [](std::string_view config_name, std::string_view layer) {
    return file("manifest.json", fmt::format(R"([{{"Config":"{}","RepoTags":[],"Layers":["{}"]}}])",
                                             config_name, layer));
  };
  const TestEntry good_config = file("c.json", config({lower_}));
  const TestEntry layer = file("l.tar", lower_);
  struct Row {
    std::vector<TestEntry> entries;
    std::string_view message;
  };
  const Row rows[] = {
      {{layer}, "it has no manifest.json: it is no docker-archive"},
      {{file("manifest.json", "[")}, "manifest.json: no valid JSON"},
      {{file("manifest.json", "[]")}, "holds 0 images"},
      {{file("manifest.json", std::string((4 << 20) + 1, ' '))}, "bytes, the limit is"},
      {{manifest("../../etc/passwd", "l.tar"), layer}, "leads upwards"},
      {{manifest("/etc/passwd", "l.tar"), layer},
       "names \"/etc/passwd\", which the archive does not hold"},
      {{manifest("c.json", "../l.tar"), good_config, layer}, "leads upwards"},
      {{manifest("c.json", "x.tar"), good_config}, "names \"x.tar\", which the archive does not"},
      {{manifest("c.json", "x.tar"), good_config, symlink_to("x.tar", "../../etc/passwd")},
       "which the archive does not hold"},
      {{manifest("c.json", "x.tar"), good_config, symlink_to("x.tar", "x.tar")},
       "which the archive does not hold"},
      {{manifest("c.json", "l.tar"), good_config, file("../l.tar", lower_)}, "leads upwards"},
      {{manifest("c.json", "l.tar"), good_config, file("l.tar", upper_)},
       "its content has the digest"},
      {{manifest("c.json", "l.tar"), good_config, file("l.tar", lower_.substr(0, 700))},
       "ends too early"},
      {{manifest("c.json", "l.tar"), good_config, file("l.tar", "")}, "layer sha256:"},
      {{manifest("c.json", "l.tar"), file("c.json", config({lower_, upper_})), layer},
       "manifest.json has 1 layers, the configuration 2"},
      {{manifest("c.json", "l.tar"), file("c.json", "{}"), layer}, "\"rootfs\" is missing"},
      {{manifest("c.json", "l.tar\",\"l.tar"), file("c.json", config({lower_, upper_})), layer},
       "\"l.tar\" cannot be both sha256:"},
  };
  for (const Row& row : rows) {
    const auto image = load(row.entries);
    ASSERT_FALSE(image) << row.message;
    EXPECT_THAT(image.error().message, HasSubstr(std::string(row.message)));
    EXPECT_THAT(testing::tree_of(path("store/layers")), IsEmpty()) << row.message;
    EXPECT_THAT(testing::tree_of(path("store/names")), IsEmpty()) << row.message;
  }
}

TEST_F(DockerArchiveTest, ReadsWhatSkopeoWrites) {
  const auto skopeo = linux::find_program("skopeo");
  if (!skopeo) {
    GTEST_SKIP() << skopeo.error().message;
  }
  testing::TestLayout layout(path("layout"));
  layout.add_image({{lower_, compressed(lower_, "gzip")}, {upper_, upper_}}, R"("Cmd":["x"])");
  const std::string archive = path("b.tar");
  const auto copied =
      linux::run({.program = *skopeo,
                  .args = {"copy", "--insecure-policy", "oci:" + path("layout"),
                           "docker-archive:" + archive + ":app:1"},
                  .env = std::vector<std::string>{"PATH=/usr/bin:/bin", "HOME=" + path(""),
                                                  "TMPDIR=" + temp_.path()}},
                 "", std::chrono::seconds(60));
  ASSERT_TRUE(copied) << copied.error().message;
  ASSERT_EQ(copied->status, 0) << copied->err;
  const auto from_archive = resolve("docker-archive:" + archive + ":app:1");
  ASSERT_TRUE(from_archive) << from_archive.error().message;
  const auto from_layout = resolve("oci:" + path("layout"));
  ASSERT_TRUE(from_layout) << from_layout.error().message;
  EXPECT_EQ(from_archive->image.layers, from_layout->image.layers);
  EXPECT_THAT(from_archive->image.config.command, ElementsAre("x"));
}

}  // namespace
}  // namespace podsysctl::image
