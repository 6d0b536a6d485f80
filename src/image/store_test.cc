// SPDX-License-Identifier: Apache-2.0
#include "image/store.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/documents.h"
#include "image/local_digest.h"
#include "image/sha256.h"
#include "image/test_support.h"
#include "linux/temporary_folder.h"

namespace podsysctl::image {
namespace {

using ::testing::ElementsAre;
using testing::file;
using testing::folder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::plain_layer;
using testing::read_text;
using ::testing::SizeIs;
using testing::TestLayout;
using testing::tree_of;

class Steps final : public Progress {
 public:
  void step(std::string_view what, std::uint64_t done, std::uint64_t total) override {
    names.emplace_back(what);
    complete = done == total;
  }
  std::vector<std::string> names;
  bool complete = false;
};

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) {
      GTEST_SKIP() << "needs root: layers keep their owners";
    }
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return temp_.path() + "/" + name;
  }
  [[nodiscard]] ImageStore store(const Limits& limits = {}) const {
    return ImageStore::open(path("store"), limits).value();
  }
  [[nodiscard]] Result<Resolved> resolve(const std::string& text, Pull pull = Pull::missing) {
    auto reference = parse_reference(text);
    if (!reference) {
      return std::unexpected(reference.error());
    }
    return store().resolve({*reference, pull, {}}, progress_);
  }
  // A layout of two layers and the reference to it.
  std::string make_layout(const std::string& name = "layout") {
    TestLayout layout(path(name));
    layout.add_image({lower_, upper_}, R"("Cmd":["/bin/sh"],"Env":["A=b"])");
    return "oci:" + path(name);
  }
  [[nodiscard]] std::vector<std::string> layers_there() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path("store/layers"))) {
      out.push_back(entry.path().filename().string());
    }
    return out;
  }
  [[nodiscard]] std::string path_of(const TestLayout::Layer& layer) const {
    return path("store/layers/") + std::string(hex_of(sha256_of(layer.plain)));
  }

  const linux::TemporaryFolder temp_ = linux::TemporaryFolder::make().value();
  Steps progress_;
  TestLayout::Layer lower_ = plain_layer({folder("etc"), file("etc/a", "lower")});
  TestLayout::Layer upper_ = [] {
    const std::string tar = testing::make_tar({folder("etc"), file("etc/b", "upper")});
    return TestLayout::Layer{tar, testing::compressed(tar, "gzip")};
  }();
};

TEST_F(StoreTest, AnOciLayoutIsUnpackedOnceUppermostFirst) {
  const std::string reference = make_layout();
  const auto first = resolve(reference);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_THAT(first->image.layers, ElementsAre(path_of(upper_), path_of(lower_)));
  EXPECT_EQ(read_text(first->image.layers[1] + "/etc/a"), "lower");
  EXPECT_EQ(first->image.name, reference);
  EXPECT_TRUE(is_digest(first->image.digest));
  EXPECT_EQ(first->image.size, lower_.stored.size() + upper_.stored.size());
  EXPECT_THAT(first->image.config.env, ElementsAre("A=b"));
  EXPECT_THAT(first->warnings, IsEmpty());
  EXPECT_EQ(progress_.names.front(), "layer 1 of 2");
  EXPECT_EQ(progress_.names.back(), "layer 2 of 2");
  EXPECT_TRUE(progress_.complete);
  struct stat status{};
  ASSERT_EQ(::stat(path("store").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
  ASSERT_EQ(::stat(path("store/layers").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);

  // The second time nothing but index.json is read.
  progress_.names.clear();
  std::filesystem::remove_all(path("layout/blobs"));
  const auto second = resolve(reference);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->image.layers, first->image.layers);
  EXPECT_EQ(second->image.config.command, first->image.config.command);
  EXPECT_EQ(second->image.digest, first->image.digest);
  EXPECT_THAT(progress_.names, IsEmpty());
}

TEST_F(StoreTest, ASourceTellsItsDigestWithoutBeingUnpacked) {
  const std::string source = make_layout();
  const auto digest = local_digest(parse_reference(source).value());
  ASSERT_TRUE(digest) << digest.error().message;
  EXPECT_EQ(*digest, resolve(source)->image.digest);
  const auto other = local_digest(parse_reference("nginx").value());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::unsupported);
}

TEST_F(StoreTest, AChangedLayoutIsSeenAndAMissingLayerIsUnpackedAnew) {
  const std::string reference = make_layout();
  const auto before = resolve(reference).value();
  std::filesystem::remove_all(path_of(upper_));
  EXPECT_EQ(read_text(resolve(reference).value().image.layers[0] + "/etc/b"), "upper");
  TestLayout changed(path("layout"));
  changed.add_image({lower_}, R"("Cmd":["/other"])");
  const auto after = resolve(reference).value();
  EXPECT_THAT(after.image.layers, ElementsAre(path_of(lower_)));
  EXPECT_THAT(after.image.config.command, ElementsAre("/other"));
  EXPECT_NE(after.image.digest, before.image.digest);
}

TEST_F(StoreTest, OneLayoutMayHoldManyImages) {
  TestLayout layout(path("layout"));
  const auto tag = [](std::string_view name) {
    return fmt::format(R"(,"annotations":{{"org.opencontainers.image.ref.name":"{}"}})", name);
  };
  layout.add_image({lower_}, R"("Cmd":["a"])", tag("a"));
  layout.add_image({lower_, upper_}, R"("Cmd":["b"])", tag("b"));
  const std::string reference = "oci:" + path("layout");
  EXPECT_THAT(resolve(reference + ":a").value().image.config.command, ElementsAre("a"));
  EXPECT_THAT(resolve(reference + ":b").value().image.config.command, ElementsAre("b"));
  const auto source = [&](std::string_view which) {
    return parse_reference(reference + ":" + std::string(which)).value();
  };
  ASSERT_TRUE(store().import("app", source("a"), progress_));
  ASSERT_TRUE(store().import("app", source("b"), progress_));
  EXPECT_THAT(resolve("app").value().image.config.command, ElementsAre("b"));
  const auto unclear = resolve(reference);
  ASSERT_FALSE(unclear);
  EXPECT_THAT(unclear.error().message, HasSubstr("say which (oci:DIR:TAG); there is \"a\", \"b\""));
}

TEST_F(StoreTest, AnIndexWithinTheIndexIsChosenFromByMachine) {
  TestLayout inner(path("layout"));
  inner.add_image({upper_}, R"("Cmd":["other"])",
                  R"(,"platform":{"os":"linux","architecture":"vax"})");
  inner.add_image(
      {lower_}, R"("Cmd":["mine"])",
      fmt::format(R"(,"platform":{{"os":"linux","architecture":"{}"}})", host_architecture()));
  const std::string nested = read_text(path("layout/index.json"));
  inner.write_index(inner.add_blob("index.v1+json", nested));
  const auto image = resolve("oci:" + path("layout"));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(image->image.config.command, ElementsAre("mine"));
}

TEST_F(StoreTest, ALayerThatIsThereTwiceIsMountedOnce) {
  TestLayout layout(path("layout"));
  layout.add_image({lower_, upper_, lower_});
  const auto image = resolve("oci:" + path("layout")).value().image;
  EXPECT_THAT(image.layers, ElementsAre(path_of(lower_), path_of(upper_)));
  EXPECT_EQ(image.size, lower_.stored.size() + upper_.stored.size());
}

TEST_F(StoreTest, ImportedNamesAreFoundInEverySpelling) {
  const Reference source = parse_reference(make_layout()).value();
  const auto imported = store().import("nginx", source, progress_);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_EQ(imported->image.name, "docker.io/library/nginx:latest");
  for (const std::string name : {"nginx", "nginx:latest", "docker://nginx", "docker.io/nginx",
                                 "docker.io/library/nginx:latest"}) {
    const auto found = resolve(name, Pull::never);
    ASSERT_TRUE(found) << name << ": " << found.error().message;
    EXPECT_EQ(found->image.digest, imported->image.digest);
  }
  const auto other = resolve("nginx:1.0", Pull::never);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::not_found);
  EXPECT_THAT(other.error().message,
              HasSubstr("image nginx:1.0 is not on this machine and may not be pulled"));
  for (const std::string& name :
       {std::string("oci:/x"), std::string("rootfs:/x"), "a@" + sha256_of("")}) {
    const auto refused = store().import(name, source, progress_);
    ASSERT_FALSE(refused) << name;
    EXPECT_THAT(refused.error().message, HasSubstr("cannot be the name of an imported image"));
  }
}

TEST_F(StoreTest, ListAndRemoveKeepSharedAndUsedLayers) {
  ASSERT_TRUE(store().import("one", parse_reference(make_layout()).value(), progress_));
  TestLayout layout(path("second"));
  layout.add_image({lower_});
  ASSERT_TRUE(store().import("two:x", parse_reference("oci:" + path("second")).value(), progress_));
  const auto images = store().list().value();
  ASSERT_THAT(images, SizeIs(2));
  EXPECT_EQ(images[0].name, "one:latest");
  EXPECT_EQ(images[0].layers, 2U);
  EXPECT_GT(images[0].imported, 0);
  EXPECT_EQ(images[1].name, "two:x");
  const auto used = resolve("one").value().image.layers;
  ASSERT_TRUE(store().remove("one", used));
  EXPECT_THAT(layers_there(), SizeIs(2));
  ASSERT_TRUE(store().collect_garbage({}));
  EXPECT_THAT(layers_there(), ElementsAre(std::string(hex_of(sha256_of(lower_.plain)))));
  const auto again = store().remove("one", {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::not_found);
  EXPECT_THAT(again.error().message, HasSubstr("there is no image \"one\""));
  ASSERT_TRUE(store().remove("docker.io/library/two:x", {}));
  EXPECT_THAT(layers_there(), IsEmpty());
  EXPECT_THAT(store().list().value(), IsEmpty());
}

TEST_F(StoreTest, ARootfsIsUsedWhereItIs) {
  std::filesystem::create_directories(path("rootfs/etc"));
  const auto image = resolve("rootfs:" + path("rootfs/"));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_THAT(image->image.layers, ElementsAre(path("rootfs")));
  EXPECT_EQ(image->image.digest, "");
  ASSERT_TRUE(
      store().import("mine", parse_reference("rootfs:" + path("rootfs")).value(), progress_));
  EXPECT_THAT(resolve("mine", Pull::never).value().image.layers, ElementsAre(path("rootfs")));
  ASSERT_TRUE(store().remove("mine", {}));
  EXPECT_TRUE(std::filesystem::exists(path("rootfs/etc")));
  const auto missing = resolve("rootfs:" + path("none"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  testing::write_text(path("file"), "");
  EXPECT_THAT(resolve("rootfs:" + path("file")).error().message, HasSubstr("is no folder"));
}

// What is refused leaves neither a layer nor a record.
TEST_F(StoreTest, DamagedAndHostileLayoutsAreRefusedAndLeaveNothing) {
  struct Row {
    std::string_view message;
    std::function<void(TestLayout&)> make;
  };
  const std::string blob = testing::make_tar({file("x", "0123456789")});
  const std::string other = testing::make_tar({file("x", "9876543210")});
  const Row rows[] = {
      {"has no index.json", [&](TestLayout&) { std::filesystem::remove(path("bad/index.json")); }},
      {"index.json: no valid JSON", [&](TestLayout& l) { l.write_index("["); }},
      {"is not sha256: and 64 hexadecimal digits",
       [&](TestLayout& l) { l.write_index(R"({"digest":"sha256:../../../x","size":1})"); }},
      {"No such file",
       [&](TestLayout& l) {
         l.write_index(fmt::format(R"({{"digest":"{}","size":1}})", sha256_of("absent")));
       }},
      {"its descriptor says 99",
       [&](TestLayout& l) {
         testing::write_text(l.blob_path("{}"), "{}");
         l.write_index(fmt::format(R"({{"digest":"{}","size":99}})", sha256_of("{}")));
       }},
      {"the file is damaged",
       [&](TestLayout& l) {
         testing::write_text(l.blob_path("{}"), "[]");
         l.write_index(fmt::format(R"({{"digest":"{}","size":2}})", sha256_of("{}")));
       }},
      {"symbolic links are not followed",
       [&](TestLayout& l) {
         testing::write_text(path("outside"), "{}");
         std::filesystem::create_symlink(path("outside"), l.blob_path("{}"));
         l.write_index(fmt::format(R"({{"digest":"{}","size":2}})", sha256_of("{}")));
       }},
      {"is no regular file",
       [&](TestLayout& l) {
         ASSERT_EQ(::mkfifo(l.blob_path("{}").c_str(), 0600), 0);
         l.write_index(fmt::format(R"({{"digest":"{}","size":2}})", sha256_of("{}")));
       }},
      {"the blob sha256:",
       [&](TestLayout& l) {
         l.add_image({{blob, blob}});
         testing::write_text(l.blob_path(blob), other);
       }},
      {"its content has the digest", [&](TestLayout& l) { l.add_image({{other, blob}}); }},
      {"leads upwards", [&](TestLayout& l) { l.add_image({plain_layer({file("../x")})}); }},
      {"truncated",
       [&](TestLayout& l) {
         l.add_image({{blob, testing::compressed(blob, "gzip").substr(0, 60)}});
       }},
      {"the image has 0 layers", [&](TestLayout& l) { l.add_image({}); }},
      {"is for \"windows\", not for linux",
       [&](TestLayout& l) { l.add_image({lower_}, "", "", R"("os":"windows")"); }},
      {"config.Env: expected an array",
       [&](TestLayout& l) { l.add_image({lower_}, R"("Env":"A=1")"); }},
  };
  for (const Row& row : rows) {
    std::filesystem::remove_all(path("bad"));
    TestLayout layout(path("bad"));
    layout.write_index("");
    row.make(layout);
    const auto image = resolve("oci:" + path("bad"));
    ASSERT_FALSE(image) << row.message;
    EXPECT_THAT(image.error().message, HasSubstr(std::string(row.message)));
    EXPECT_THAT(layers_there(), IsEmpty()) << row.message;
    EXPECT_THAT(tree_of(path("store/names")), IsEmpty()) << row.message;
  }
}

TEST_F(StoreTest, AnotherMachinesImageIsAWarning) {
  TestLayout layout(path("layout"));
  layout.add_image({lower_}, R"("Cmd":[])", "", R"("architecture":"vax","os":"linux")");
  for (int pass = 0; pass < 2; ++pass) {
    const auto image = resolve("oci:" + path("layout"));
    ASSERT_TRUE(image) << image.error().message;
    ASSERT_THAT(image->warnings, SizeIs(1));
    EXPECT_THAT(image->warnings[0], HasSubstr("is for linux/\"vax\", this machine is linux/"));
  }
}

TEST_F(StoreTest, TooManyLayersAreRefused) {
  TestLayout layout(path("layout"));
  layout.add_image({lower_, upper_});
  const auto image =
      store({.layers = 1})
          .resolve({.reference = parse_reference("oci:" + path("layout")).value()}, progress_);
  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().message, HasSubstr("the image has 2 layers; 1 to 1 can be mounted"));
}

TEST_F(StoreTest, LeftOversOfKilledImportsAreCleared) {
  const std::string reference = make_layout();
  static_cast<void>(store());
  std::filesystem::create_directories(path_of(lower_) + ".partial/etc/half");
  ASSERT_TRUE(resolve(reference));
  EXPECT_THAT(tree_of(path_of(lower_)), ElementsAre("etc", "etc/a"));
  std::filesystem::create_directories(path_of(upper_) + ".partial/half");
  std::filesystem::create_directories(path("store/tmp/0123/image"));
  ASSERT_TRUE(store().collect_garbage({}));
  EXPECT_THAT(layers_there(), SizeIs(2));
  EXPECT_THAT(tree_of(path("store/tmp")), IsEmpty());
}

TEST_F(StoreTest, ManyProcessesMayImportTheSameAtOnce) {
  TestLayout layout(path("layout"));
  std::vector<testing::TestEntry> entries;
  for (int i = 0; i < 300; ++i) {
    entries.push_back(file(fmt::format("f{}", i), std::string(2000, 'x')));
  }
  const TestLayout::Layer large = plain_layer(entries);
  layout.add_image({lower_, large, upper_});
  static_cast<void>(store());
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      NoProgress quiet;
      auto own = ImageStore::open(path("store"));
      const auto image = own ? own->import(fmt::format("name{}", i % 3),
                                           parse_reference("oci:" + path("layout")).value(), quiet)
                             : Result<Resolved>(std::unexpected(own.error()));
      ::_exit(image && (i != 5 || own->collect_garbage({})) ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_THAT(layers_there(), SizeIs(3));
  EXPECT_THAT(tree_of(path_of(large)), SizeIs(300));
  EXPECT_THAT(store().list().value(), SizeIs(3));
}

}  // namespace
}  // namespace podsysctl::image
