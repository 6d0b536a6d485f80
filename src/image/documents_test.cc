// SPDX-License-Identifier: Apache-2.0
#include "image/documents.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/sha256.h"

namespace podsysctl::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kDigest = sha256_of("");

// '%' stands for a valid digest.
std::string text(std::string_view pattern) {
  std::string out;
  for (const char c : pattern) {
    out += c == '%' ? kDigest : std::string(1, c);
  }
  return out;
}

TEST(Documents, ReadWhatTheSpecificationSays) {
  const auto index = parse_index(text(R"({"schemaVersion":2,"x":1,"manifests":[{"mediaType":
      "application/vnd.oci.image.index.v1+json","digest":"%","size":7,"platform":{"os":"linux",
      "architecture":"arm","variant":"v7"},"annotations":{"org.opencontainers.image.ref.name":"a:b"}},
      {"digest":"%","size":0,"annotations":null}]})"),
                                 "i", {});
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_TRUE(is_index(index->at(0)));
  EXPECT_EQ(index->at(0).ref_name, "a:b");
  EXPECT_EQ(index->at(0).variant, "v7");
  EXPECT_EQ(index->at(0).size, 7U);
  EXPECT_FALSE(is_index(index->at(1)));

  const auto config = parse_configuration(text(R"({"architecture":"amd64","os":"linux","config":{
      "Entrypoint":["/e"],"Cmd":null,"Env":["A=1"],"User":"1:2","WorkingDir":"/w",
      "StopSignal":"SIGQUIT","Volumes":{"/data":{}},"ExposedPorts":{"80/tcp":{}},
      "Labels":{"k":"v"}},"rootfs":{"type":"layers","diff_ids":["%","%"]}})"),
                                          "c", {});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_THAT(config->image.entrypoint, ElementsAre("/e"));
  EXPECT_TRUE(config->image.command.empty());
  EXPECT_THAT(config->image.env, ElementsAre("A=1"));
  EXPECT_EQ(config->image.user, "1:2");
  EXPECT_EQ(config->image.working_dir, "/w");
  EXPECT_EQ(config->image.stop_signal, "SIGQUIT");
  EXPECT_THAT(config->image.volumes, ElementsAre("/data"));
  EXPECT_THAT(config->image.exposed_ports, ElementsAre("80/tcp"));
  EXPECT_EQ(config->image.labels.at(0).second, "v");
  EXPECT_EQ(config->diff_ids.size(), 2U);
}

TEST(Documents, HostileOnesAreRefusedWithThePlace) {
  struct Row {
    std::string what;
    std::string document;
    std::string_view message;
  };
  std::string many = "\"" + kDigest + "\"";
  for (int i = 0; i < 128; ++i) {
    many += ",\"" + kDigest + "\"";
  }
  const Row rows[] = {
      {"index", "[]", "d: expected an object, found an array"},
      {"index", "{}", "d: \"manifests\" is missing"},
      {"index", R"({"schemaVersion":1,"manifests":[]})", "schemaVersion 1 is not supported"},
      {"index", R"({"manifests":[{"digest":"sha256:../../x","size":1}]})",
       "d: manifests[0]: the digest \"sha256:../../x\" is not sha256:"},
      {"index", R"({"manifests":[{"digest":"../../etc/passwd","size":1}]})", "is not sha256:"},
      {"index", text(R"({"manifests":[{"digest":"%","size":-1}]})"),
       "d: manifests[0].size: expected a whole number from 0"},
      {"index", text(R"({"manifests":[{"digest":"%","size":1e3}]})"), "expected a whole number"},
      {"index", text(R"({"manifests":[{"digest":"%"}]})"), "manifests[0]: \"size\" is missing"},
      {"index", R"({"manifests":[],"manifests":[]})", "the key \"manifests\" stands twice"},
      {"index", std::string(200'000, '['), "nested deeper than 32 levels"},
      {"index", std::string((4U << 20U) + 1, ' '), "bytes of JSON, the limit is"},
      {"manifest", R"({"layers":[]})", "d: \"config\" is missing"},
      {"manifest", text(R"({"config":{"digest":"%","size":1},"layers":[{"digest":7,"size":1}]})"),
       "d: layers[0].digest: expected a string"},
      {"config", "{}", "d: \"rootfs\" is missing"},
      {"config", R"({"rootfs":{"diff_ids":[]}})", "the image has 0 layers"},
      {"config", R"({"rootfs":{"diff_ids":["sha256:x"]}})", "the diff-id \"sha256:x\" is no"},
      {"config", R"({"rootfs":{"diff_ids":[)" + many + "]}}", "the image has 129 layers; 1 to 128"},
      {"config", text(R"({"config":{"Env":["A=\u0000"]},"rootfs":{"diff_ids":["%"]}})"),
       "d: config.Env[0]: the string \"A=\\x00\" has a NUL in it"},
      {"config", text(R"({"config":{"Cmd":"sh"},"rootfs":{"diff_ids":["%"]}})"),
       "d: config.Cmd: expected an array, found a string"},
      {"archive", "{}", "d: expected an array, found an object"},
      {"archive", R"([{"Config":"c","Layers":[{}]}])", "d: [0].Layers[0]: expected a string"},
  };
  for (const Row& row : rows) {
    const auto failure = [&](const auto& result) {
      return result ? "accepted" : result.error().message;
    };
    const std::string message =
        row.what == "index"      ? failure(parse_index(row.document, "d", {}))
        : row.what == "manifest" ? failure(parse_manifest(row.document, "d", {}))
        : row.what == "config"   ? failure(parse_configuration(row.document, "d", {}))
                                 : failure(parse_archive_manifest(row.document, "d", {}));
    EXPECT_THAT(message, HasSubstr(std::string(row.message))) << row.document.substr(0, 100);
  }
}

Descriptor described(std::string os, std::string architecture, std::string tag = "",
                     std::string variant = "") {
  Descriptor out;
  out.os = std::move(os);
  out.architecture = std::move(architecture);
  out.ref_name = std::move(tag);
  out.variant = std::move(variant);
  out.digest = sha256_of(out.os + out.architecture + out.ref_name + out.variant);
  return out;
}

TEST(Choose, TheImageForThisMachine) {
  const std::string here(host_architecture());
  const std::vector<Descriptor> many = {
      described("windows", here), described("linux", "vax"), described("linux", here, "", "v2"),
      described("linux", here, "", "v3"), described("unknown", "unknown")};
  EXPECT_EQ(choose(many, "", "i").value().variant, "v3");
  const std::vector<Descriptor> tagged = {described("", "", "a"), described("", "", "b")};
  EXPECT_EQ(choose(tagged, "b", "i").value().ref_name, "b");
  EXPECT_EQ(choose({described("", "")}, "", "i").value().os, "");
  EXPECT_EQ(choose({described("linux", here, "t")}, "", "i").value().ref_name, "t");

  const auto error = [](const auto& result) { return result ? "" : result.error().message; };
  EXPECT_EQ(error(choose(tagged, "c", "i")),
            "i: no image has the tag \"c\"; there is \"a\", \"b\"");
  EXPECT_THAT(error(choose(tagged, "", "i")), HasSubstr("more than one image fits: say which"));
  EXPECT_EQ(error(choose({described("linux", "vax")}, "", "i")),
            "i: no image for linux/" + here + "; there is \"linux/vax\"");
  EXPECT_THAT(error(choose({}, "", "i")), HasSubstr("there is nothing"));
}

}  // namespace
}  // namespace podsysctl::image
