// SPDX-License-Identifier: Apache-2.0
#include "check/runner.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "check/split.h"
#include "check/test_support.h"
#include "linux/temporary_folder.h"

namespace podsysctl::check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Folder {
 public:
  std::string write(const std::string& name, const std::string& text) const {
    std::string path = path_ / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    return path;
  }
  std::string path(const std::string& name = "") const { return path_ / name; }

 private:
  const linux::TemporaryFolder path_ = linux::TemporaryFolder::make().value();
};

std::vector<std::string> names_of(const Folder& folder, const std::string& word) {
  const auto files = files_of(word);
  EXPECT_TRUE(files) << (files ? "" : files.error().message);
  std::vector<std::string> names;
  for (const InputFile& file : files.value_or(std::vector<InputFile>())) {
    names.push_back(file.path.substr(folder.path().size()));
  }
  return names;
}

TEST(Inputs, FilesFoldersAndPatterns) {
  const Folder folder;
  for (const char* const name :
       {"b.yaml", "a.yml", "c.json", "d.txt", "sub/e.yaml", ".git/f.yaml", "sub/deep/g.yaml"}) {
    folder.write(name, "");
  }
  EXPECT_THAT(names_of(folder, folder.path()),
              ElementsAre("a.yml", "b.yaml", "c.json", "sub/deep/g.yaml", "sub/e.yaml"));
  EXPECT_THAT(names_of(folder, folder.path("d.txt")), ElementsAre("d.txt"));
  EXPECT_THAT(names_of(folder, folder.path("*.y*ml")), ElementsAre("a.yml", "b.yaml"));
  EXPECT_THAT(names_of(folder, folder.path("sub/**/*.yaml")),
              ElementsAre("sub/deep/g.yaml", "sub/e.yaml"));
  EXPECT_THAT(names_of(folder, folder.path("[bc].*")), ElementsAre("b.yaml", "c.json"));
  const auto none = files_of(folder.path("x*.yaml"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
  EXPECT_THAT(none.error().message, HasSubstr("no file matches"));
  const auto missing = files_of(folder.path("missing.yaml"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("missing.yaml"));
}

TEST(Runner, ABrokenDocumentIsAFindingAndTheRestIsChecked) {
  const std::string bad = pod_with({{"kernel.msgmax", "\"8192\""}});
  const auto findings =
      findings_in("# a comment\n---\n" + bad + "---\na: [1\n---\n# nothing\n---\n" + bad +
                  "---\nkey: \"no end\n---\n" + bad);
  ASSERT_EQ(rules_in(findings), "PSC101 PSC001 PSC101 PSC001 PSC101");
  EXPECT_EQ(findings[0].line, 9U);
  EXPECT_EQ(findings[1].line, 13U);
  EXPECT_THAT(findings[1].message, HasSubstr("not valid YAML"));
  EXPECT_EQ(findings[2].line, 22U);
  EXPECT_EQ(findings[4].line, 33U);
}

TEST(Runner, WhatIsNotKubernetesIsSkippedQuietly) {
  for (const char* const text :
       {"", "---\n", "# comment\n", "---\n---\n...\n", "a: 1\n", "[]", "{}", "just text\n",
        "replicaCount: 1\nimage: {tag: x}\n", "kind: Pod\n", "apiVersion: v1\nkind: Pod\n",
        "apiVersion: v1\nkind: Pod\nspec: text\n", "apiVersion: v1\nkind: List\nitems: []\n",
        "apiVersion: v1\nkind: List\n", "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n"}) {
    EXPECT_EQ(rules_in(text), "") << text;
  }
}

TEST(Runner, CountsDocumentsAndWorkloads) {
  Summary summary;
  const Context context = context_of();
  const std::string pod = pod_with({{"kernel.msgmax", "\"8192\""}});
  (void)check_text("---\n" + pod + "---\na: 1\n---\n# none\n---\nb: [\n", context, summary);
  EXPECT_EQ(summary.documents, 3U);
  EXPECT_EQ(summary.workloads, 1U);
  EXPECT_EQ(summary.errors, 2U);
}

TEST(Runner, AliasesAndMergeKeysWithinLimits) {
  EXPECT_EQ(rules_in("base: &base\n  securityContext:\n    sysctls:\n    - {name: kernel.msgmax, "
                     "value: \"8192\"}\napiVersion: v1\nkind: Pod\nspec:\n  <<: *base\n"),
            "PSC101");
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'i'; ++c) {
    laughs += fmt::format("{0}: &{0} [*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1},*{1}]\n", c,
                          static_cast<char>(c - 1));
  }
  const auto findings = findings_in(laughs);
  ASSERT_EQ(rules_in(findings), "PSC001");
  EXPECT_THAT(findings.front().message, HasSubstr("aliases blow this document up"));
}

// A text is cut anywhere between documents, and all that can be seen stays the same.
TEST(Split, CutsAtMarkersOnly) {
  const std::string text =
      "a: 1\n--- # one\nb: |\n  ---\n---x: 1\n...\n%YAML 1.1\n---\nc: 2\n---\n";
  DocumentCutter cutter(text);
  std::vector<std::pair<std::string, std::uint32_t>> parts;
  while (const auto part = cutter.next(1)) {
    parts.emplace_back(part->text, part->start.line);
  }
  EXPECT_THAT(
      parts,
      ElementsAre(std::pair("a: 1\n", 1U),
                  std::pair("--- # one\nb: |\n  ---\n---x: 1\n...\n%YAML 1.1\n---\nc: 2\n", 2U),
                  std::pair("---\n", 10U)));
}

TEST(Split, JsonLists) {
  const auto list = cut_json_list(
      "{\"kind\": \"PodList\", \"items\": [\n {\"a\": \"]}\\\"\"},\n 5 ,[{}]], \"x\": {\"items\": "
      "1}}");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->envelope, "{\"kind\": \"PodList\", \"items\": [], \"x\": {\"items\": 1}}");
  ASSERT_EQ(list->items.size(), 3U);
  EXPECT_EQ(list->items[0].text, "{\"a\": \"]}\\\"\"}");
  EXPECT_EQ(list->items[0].start, (yaml::Position{2, 2}));
  EXPECT_EQ(list->items[1].text, "5");
  EXPECT_EQ(list->items[2].path, "items[2]");
  for (const char* const text :
       {"", "{", "{}", "[]", "{\"kind\": \"List\"}", "{\"items\": []}",
        "{\"kind\": \"List\", \"items\": [1,]}", "{\"kind\": \"List\", \"items\": [1}",
        "{\"kind\": \"List\", \"items\": [1]} x", "{\"kind\": \"List\", \"items\": {}}",
        "{\"kind\": \"List\", \"items\": [\"a]}"}) {
    EXPECT_FALSE(cut_json_list(text)) << text;
  }
}

std::optional<CutList> cut_yaml(std::string_view text) { return cut_yaml_list({.text = text}); }

TEST(Split, YamlLists) {
  const auto list =
      cut_yaml_list({.text = "# a comment\n--- # one\napiVersion: v1\nitems: # these\n"
                             "- a: |\n    - b\n# c\n  d: \"e\"\n\n-\n- f: 'it''s'\r\n"
                             "kind: PodList\nmetadata: {}\n",
                     .start = {11, 1}});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->envelope,
            "# a comment\n--- # one\napiVersion: v1\nitems: []\nkind: PodList\nmetadata: {}\n");
  ASSERT_EQ(list->items.size(), 3U);
  EXPECT_EQ(list->items[0].text, "- a: |\n    - b\n# c\n  d: \"e\"\n\n");
  EXPECT_EQ(list->items[0].start, (yaml::Position{15, 1}));
  EXPECT_EQ(list->items[1].text, "-\n");
  EXPECT_EQ(list->items[2].start, (yaml::Position{21, 1}));
  EXPECT_EQ(list->items[2].path, "items[2]");

  const auto indented = cut_yaml("kind: List\nitems:\n\n  - a: 1\n    b:\n    - c\n  - d");
  ASSERT_TRUE(indented);
  ASSERT_EQ(indented->items.size(), 2U);
  EXPECT_EQ(indented->items[0].text, "  - a: 1\n    b:\n    - c\n");
}

TEST(Split, YamlListsThatAreReadAsAWhole) {
  for (const char* const text : {
           "",
           "kind: List\n",
           "kind: List\nitems: []\n",
           "kind: List\nitems:\n  a: 1\n",
           "kind: List\n items:\n- a\n",
           "items:\n- a\n---\nb: 1\n",
           "items:\n- a\n...\nb: 1\n",
           "a: 1\n---\nitems:\n- a\n",
           "%TAG !e! tag:e,1:\n---\nitems:\n- !e!x a\n",
           "x: \"\nitems:\n- a\n\"\n",        // a quoted text
           "items:\n- a: \"b\n- c\"\n- d\n",  // likewise, which libyaml takes
           "items:\n- a: &x 1\n- b: *x\n",    // an alias into another entry
           "items:\n  - a\n - b\n",
           "items:\n- a\nb: 1\n---\n",
           "items:\n  - a\n- b\n",
       }) {
    EXPECT_FALSE(cut_yaml(text)) << text;
  }
  // What looks dangerous and is not.
  EXPECT_TRUE(cut_yaml("items:\n- a: &x 1\n  b: *x\n- c: it's *y*\n- d: \"\\\"\"\n"));
}

struct Emitted {
  std::vector<std::string> lines;
  Outcome outcome;
};

Emitted run(const std::vector<InputFile>& files, std::size_t threads) {
  Emitted emitted;
  const Context context = context_of();
  emitted.outcome =
      check_files(files, context, {.threads = threads, .excerpts = Excerpts::yes},
                  [&](const std::string& file, const std::vector<Finding>& findings) {
                    for (const Finding& finding : findings) {
                      emitted.lines.push_back(fmt::format(
                          "{}:{}:{} {} {} {}|{}", file, finding.line, finding.column,
                          id_of(finding.rule), finding.path, finding.excerpt, finding.caret));
                    }
                  });
  return emitted;
}

TEST(Runner, ThreadsDoNotChangeTheOutput) {
  const Folder folder;
  std::string large;
  for (int i = 0; i < 5000; ++i) {
    large += "---\n" +
             pod_with({{i % 7 == 0 ? "net.ipv4.tcp_abort_on_overflow" : "net.ipv4.tcp_syncookies",
                        "\"1\""}});
    if (i % 1000 == 500) {
      large += "---\n{broken\n";
    }
  }
  folder.write("a.yaml", large);
  for (int i = 0; i < 50; ++i) {
    folder.write(fmt::format("s{}.yaml", i), pod_with({{"kernel.msgmax", "\"8192\""}}));
  }
  const auto files = files_of(folder.path());
  ASSERT_TRUE(files);
  const Emitted one = run(*files, 1);
  EXPECT_EQ(one.outcome.summary.documents, 5000U + 5U + 50U);
  EXPECT_EQ(one.outcome.summary.errors, 715U + 5U + 50U);
  EXPECT_THAT(one.lines.front(), HasSubstr("    - name: net.ipv4.tcp_abort_on_overflow|12"));
  for (const std::size_t threads : {2U, 5U}) {
    EXPECT_EQ(run(*files, threads).lines, one.lines) << threads;
  }
}

TEST(Runner, ALargeJsonListIsCheckedItemByItem) {
  const Folder folder;
  std::string text = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [";
  for (int i = 0; i < 3000; ++i) {
    text += fmt::format(
        "{}\n{{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {{\"name\": \"p{}\"}}, "
        "\"spec\": {{\"securityContext\": {{\"sysctls\": [{{\"name\": \"{}\", \"value\": "
        "\"1\"}}]}}}}}}",
        i == 0 ? "" : ",", i,
        i == 2999 ? "net.ipv4.tcp_abort_on_overflow" : "net.ipv4.tcp_syncookies");
  }
  text += "\n]}\n";
  const auto files = files_of(folder.write("list.json", text));
  ASSERT_TRUE(files);
  const Emitted all = run(*files, 1);
  EXPECT_EQ(all.outcome.summary.documents, 1U);
  EXPECT_EQ(all.outcome.summary.workloads, 3000U);
  ASSERT_EQ(all.lines.size(), 1U);
  EXPECT_THAT(all.lines.front(), HasSubstr(":3001:"));
  EXPECT_THAT(all.lines.front(), HasSubstr(" items[2999].spec.securityContext.sysctls[0].name "));
  Summary summary;
  EXPECT_EQ(check_text(text, context_of(), summary).front().line, 3001U);
}

TEST(Runner, ALargeYamlListIsCheckedItemByItem) {
  const Folder folder;
  std::string text = "a: b\n---\napiVersion: v1\nitems:\n";
  for (int i = 0; i < 3000; ++i) {
    text += fmt::format(
        "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p{}\n    labels: {{a: b, c: d}}\n"
        "  spec:\n    securityContext:\n      sysctls:\n      - name: {}\n        value: \"1\"\n",
        i, i % 1000 == 999 ? "net.ipv4.tcp_abort_on_overflow" : "net.ipv4.tcp_syncookies");
  }
  text += "kind: List\nmetadata:\n  resourceVersion: \"\"\n---\n" +
          pod_with({{"net.ipv4.tcp_abort_on_overflow", "\"1\""}});
  const auto files = files_of(folder.write("list.yaml", text));
  ASSERT_TRUE(files);
  const Emitted all = run(*files, 1);
  EXPECT_EQ(all.outcome.summary.documents, 3U);
  EXPECT_EQ(all.outcome.summary.workloads, 3001U);
  ASSERT_EQ(all.lines.size(), 4U);
  EXPECT_THAT(all.lines[0], HasSubstr(":10003:15 PSC101 items[999].spec.securityContext.sysctls"
                                      "[0].name       - name: net.ipv4.tcp_abort_on_overflow|14"));
  EXPECT_EQ(run(*files, 3).lines, all.lines);
  Summary summary;  // read as a whole
  const std::vector<Finding> whole = check_text(text, context_of(), summary);
  ASSERT_EQ(whole.size(), 4U);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_THAT(all.lines[i], HasSubstr(fmt::format(":{}:{} {} {} ", whole[i].line, whole[i].column,
                                                    id_of(whole[i].rule), whole[i].path)));
  }
}

TEST(Runner, AFileThatCannotBeReadIsAFailure) {
  const Emitted gone = run({{"/nonexistent/a.yaml", 5}}, 1);
  ASSERT_EQ(gone.outcome.failures.size(), 1U);
  EXPECT_EQ(gone.outcome.failures.front().code, Code::not_found);
  EXPECT_THAT(gone.outcome.failures.front().message, HasSubstr("/nonexistent/a.yaml"));
  const Emitted device = run({{"/dev/null", 0}}, 2);
  ASSERT_EQ(device.outcome.failures.size(), 1U);
  EXPECT_EQ(device.outcome.failures.front().code, Code::invalid_argument);
}

}  // namespace
}  // namespace podsysctl::check
