// SPDX-License-Identifier: Apache-2.0
#include "edit/editor.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "base/strings.h"

namespace podsysctl::edit {
namespace {

using yaml::Node;

using Change = std::function<Result<>(Editor&, const Node& root)>;

// The text after a change, or "! " and the error.
std::string changed(const std::string& text, const Change& change) {
  const auto document = yaml::DocumentReader(text, "f").next().value();
  Editor editor(text);
  editor.open(*document);
  const Result<> done = change(editor, document->root());
  if (!done) {
    EXPECT_EQ(done.error().code, Code::unsupported);
    return "! " + done.error().message;
  }
  const std::string out = apply_edits(text, ordered(editor.edits(), text.size()).value());
  EXPECT_TRUE(yaml::DocumentReader(out, "f").next()) << out;
  return out;
}

const Node& at(const Node& root, std::string_view path) {
  const Node* node = &root;
  for (const std::string_view step : split(path, '.')) {
    const auto index = parse_number<std::size_t>(step);
    node = index ? node->items[*index] : node->find(step);
  }
  return *node;
}

Content setting() {
  Content content;
  content.kind = Content::Kind::mapping;
  content.entries = {{"name", name_content("net.core.somaxconn")}, {"value", text_content("1")}};
  return content;
}

Content settings() {
  Content list;
  list.kind = Content::Kind::list;
  list.items = {setting()};
  Content context;
  context.kind = Content::Kind::mapping;
  context.entries = {{"sysctls", list}};
  return context;
}

Change remove_items(std::string path, std::vector<std::size_t> which) {
  return [path = std::move(path), which = std::move(which)](Editor& editor, const Node& root) {
    return editor.remove_items(at(root, path), which);
  };
}

Change remove_entries(std::string path, std::vector<std::size_t> which) {
  return [path = std::move(path), which = std::move(which)](Editor& editor, const Node& root) {
    return editor.remove_entries(path.empty() ? root : at(root, path), which);
  };
}

Change replace(std::string path, std::string value) {
  return [path = std::move(path), value = std::move(value)](Editor& editor, const Node& root) {
    return editor.replace_scalar(at(root, path), value);
  };
}

Change add_before(std::string path, std::size_t index) {
  return [path = std::move(path), index](Editor& editor, const Node& root) {
    return editor.add_entry_before(path.empty() ? root : at(root, path), index, "securityContext",
                                   settings());
  };
}

TEST(Editor, RemovesItems) {
  const std::string text =
      "# top\nlist:\n# of a\n- a: 1 # behind\n  b: |\n    x\n\n# of b\n- b\n\n- c\nmore: 1\n";
  EXPECT_EQ(changed(text, remove_items("list", {0})),
            "# top\nlist:\n\n# of b\n- b\n\n- c\nmore: 1\n");
  EXPECT_EQ(changed(text, remove_items("list", {1, 2})),
            "# top\nlist:\n# of a\n- a: 1 # behind\n  b: |\n    x\n\n\nmore: 1\n");
  EXPECT_EQ(changed("a: [1, 2 , 3]", remove_items("a", {0})), "a: [2 , 3]");
  EXPECT_EQ(changed("a: [1, 2 , 3]", remove_items("a", {1, 2})), "a: [1]");
  EXPECT_EQ(changed("{\"a\": [\n  1,\n  2,\n  3\n]}", remove_items("a", {1})),
            "{\"a\": [\n  1,\n  3\n]}");
  EXPECT_EQ(changed("{\"a\": [\n  1,\n  2,\n  3\n]}", remove_items("a", {2})),
            "{\"a\": [\n  1,\n  2\n]}");
  EXPECT_EQ(changed("a:\n-\n  b: 1\n-   c\n", remove_items("a", {0})), "a:\n-   c\n");
  EXPECT_EQ(changed("a:\r\n- b\r\n- c\r\nd: 1\r\n", remove_items("a", {1})),
            "a:\r\n- b\r\nd: 1\r\n");
  EXPECT_EQ(changed("- - a\n  - b\n", remove_items("0", {0})), "- - b\n");
}

TEST(Editor, RemovesEntries) {
  const std::string text = "a: 1\n# of b\nb:\n  c: 1\n  d:\n  - 1\ne: 2";
  EXPECT_EQ(changed(text, remove_entries("", {1})), "a: 1\ne: 2");
  EXPECT_EQ(changed(text, remove_entries("", {2})), "a: 1\n# of b\nb:\n  c: 1\n  d:\n  - 1\n");
  EXPECT_EQ(changed(text, remove_entries("b", {1})), "a: 1\n# of b\nb:\n  c: 1\ne: 2");
  EXPECT_EQ(changed("l:\n- a: 1\n  b: 2\n", remove_entries("l.0", {0})), "l:\n- b: 2\n");
  EXPECT_EQ(changed("a: {b: 1, c: , d: 3}\n", remove_entries("a", {1})), "a: {b: 1, d: 3}\n");
  EXPECT_EQ(changed("a:\nb: 'x'\n", remove_entries("", {0})), "b: 'x'\n");
  EXPECT_EQ(changed("a: 'x\n\n  y'\nb: 1\n", remove_entries("", {0})), "b: 1\n");
  EXPECT_EQ(changed("a: x\n  y\nb: 1\n", remove_entries("", {0})), "b: 1\n");
}

TEST(Editor, ReplacesScalars) {
  EXPECT_EQ(changed("a: 65535 # note\n", replace("a", "65535")), "a: \"65535\" # note\n");
  EXPECT_EQ(changed("a:\nb: 1\n", replace("a", "")), "a: \"\"\nb: 1\n");
  EXPECT_EQ(changed("a: '1'\n", replace("a", "x\ty\"")), "a: \"x\\ty\\\"\"\n");
  EXPECT_EQ(changed("{\"a\":1}", replace("a", "1")), "{\"a\":\"1\"}");
  EXPECT_EQ(changed("a: \xC3\xA4\n", replace("a", "1")), "a: \"1\"\n");
  EXPECT_EQ(changed("a: !!str 1\n", replace("a", "1")),
            "! line 1, column 4: it has an anchor or a tag");
}

TEST(Editor, AddsEntries) {
  EXPECT_EQ(changed("spec:\n  # all\n  containers:\n  - a\n", add_before("spec", 0)),
            "spec:\n  securityContext:\n    sysctls:\n    - name: net.core.somaxconn\n      value: "
            "\"1\"\n  # all\n  containers:\n  - a\n");
  EXPECT_EQ(changed("x:\n    y:\n        z:\n            - 1\n", add_before("x", 0)),
            "x:\n    securityContext:\n        sysctls:\n            - name: net.core.somaxconn\n"
            "              value: \"1\"\n    y:\n        z:\n            - 1\n");
  EXPECT_EQ(changed("- a: 1\r\n", add_before("0", 0)),
            "- a: 1\r\n  securityContext:\r\n    sysctls:\r\n    - name: net.core.somaxconn\r\n"
            "      value: \"1\"\r\n");
  EXPECT_EQ(changed("{\"a\": 1}", add_before("", 0)),
            "{\"securityContext\": {\"sysctls\": [{\"name\": \"net.core.somaxconn\", \"value\": "
            "\"1\"}]}, \"a\": 1}");
  EXPECT_EQ(changed("a: {b: 1}", add_before("a", 0)),
            "a: {securityContext: {sysctls: [{name: net.core.somaxconn, value: \"1\"}]}, b: 1}");
  EXPECT_EQ(changed("{\n    \"a\": 1\n}\n", add_before("", 0)),
            "{\n    \"securityContext\": {\n        \"sysctls\": [\n            {\n                "
            "\"name\": \"net.core.somaxconn\",\n                \"value\": \"1\"\n            }\n"
            "        ]\n    },\n    \"a\": 1\n}\n");
}

TEST(Editor, AddsItems) {
  const Change add = [](Editor& editor, const Node& root) {
    return editor.add_items(at(root, "s"), std::vector<Content>{setting()});
  };
  EXPECT_EQ(changed("s:\n- name: a\n  value: b # x\n# end", add),
            "s:\n- name: a\n  value: b # x\n- name: net.core.somaxconn\n  value: \"1\"\n# end");
  EXPECT_EQ(changed("s:\n  - name: a", add),
            "s:\n  - name: a\n  - name: net.core.somaxconn\n    value: \"1\"\n");
  EXPECT_EQ(changed("s: [{name: a}]", add),
            "s: [{name: a}, {name: net.core.somaxconn, value: \"1\"}]");
}

TEST(Editor, FillsEmptyValues) {
  const Change fill = [](Editor& editor, const Node& root) {
    return editor.fill_entry(root, 0, settings());
  };
  const std::string filled =
      "s:\n  sysctls:\n  - name: net.core.somaxconn\n    value: \"1\"\nb: 1\n";
  EXPECT_EQ(changed("s: {}\nb: 1\n", fill), "\"s\"" + filled.substr(1));
  EXPECT_EQ(changed("s:\nb: 1\n", fill), "\"s\"" + filled.substr(1));
  EXPECT_EQ(changed("name: ~ # why\nb: 1\n", fill), "# why\nname" + filled.substr(1));
  EXPECT_EQ(
      changed("{\"s\": {}, \"b\": 1}", fill),
      "{\"s\": {\"sysctls\": [{\"name\": \"net.core.somaxconn\", \"value\": \"1\"}]}, \"b\": 1}");
  EXPECT_EQ(changed("s: 1\n", fill), "! line 1, column 4: it is not empty");
}

TEST(Editor, RefusesWhatStandsElsewhere) {
  EXPECT_EQ(changed("a: &x [1, 2]\nb: *x\n", remove_items("b", {0})),
            "! line 1, column 4: an alias uses this node elsewhere");
  EXPECT_EQ(changed("a: &x 1\nb: [*x, 2]\n", remove_items("b", {0})),
            "! line 2, column 4: an alias stands in this list");
  EXPECT_EQ(changed("a: &x {c: 1}\nb:\n  <<: *x\n  d: 1\n", remove_entries("b", {0})),
            "! line 3, column 3: a merge key brings entries from elsewhere");
  EXPECT_EQ(changed("a: [1]\n", remove_items("a", {0})),
            "! line 1, column 4: nothing would be left");
}

TEST(Editor, NothingChangesNothing) {
  const std::string text =
      "\xEF\xBB\xBF# c\r\na:  [1,2 ]\r\n\r\n...\r\n---\r\nb: |+\r\n  x\r\n\r\n";
  EXPECT_EQ(changed(text, [](Editor&, const Node&) { return Result<>(); }), text);
}

}  // namespace
}  // namespace podsysctl::edit
