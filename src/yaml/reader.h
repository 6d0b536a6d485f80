// SPDX-License-Identifier: Apache-2.0
// Reads a text of YAML documents, or of JSON values, one document in memory at a time:
//   DocumentReader reader(text, "pod.yaml");
//   PSYS_TRY_ASSIGN(const auto document, reader.next());  // std::optional<Document>: none at the
//   end
// A text that starts with `{` or `[` is tried as JSON first and read as YAML where it is not JSON.
// Hostile input is expected: see Limits in yaml/tree_builder.h. Errors: invalid_argument,
// "SOURCE:LINE:COLUMN: message". After an error the reader is at its end.
// Thread-safety: one reader, one thread; a Document is immutable.
#pragma once

#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "yaml/node.h"
#include "yaml/tree_builder.h"

namespace podsysctl::yaml {

class EventSource;
class JsonSource;

class Document {
 public:
  Document(TreeBuilder::Tree tree, std::string_view source)
      : tree_(std::move(tree)), source_(source) {}

  [[nodiscard]] const Node& root() const noexcept { return *tree_.root; }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }

 private:
  TreeBuilder::Tree tree_;
  std::string source_;
};

class DocumentReader {
 public:
  // `text` outlives the reader (the documents do not need it). `source` names it in messages.
  // `start` is where the first byte stands, for a part of a larger text; YAML begins a line.
  DocumentReader(std::string_view text, std::string_view source, const Limits& limits = {},
                 Position start = {1, 1});
  DocumentReader(DocumentReader&&) noexcept;
  DocumentReader& operator=(DocumentReader&&) noexcept;
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;
  ~DocumentReader();

  [[nodiscard]] Result<std::optional<Document>> next();

 private:
  [[nodiscard]] Result<> start();
  [[nodiscard]] Result<bool> read_json();
  [[nodiscard]] Result<bool> read_first_as_yaml(Error json_error);

  std::string_view text_;
  Position start_;
  Limits limits_;
  TreeBuilder builder_;
  std::unique_ptr<EventSource> source_;
  JsonSource* json_ = nullptr;  // source_, while the text is JSON
  bool started_ = false;
  bool ended_ = false;
  bool any_ = false;  // a document was read
};

}  // namespace podsysctl::yaml
