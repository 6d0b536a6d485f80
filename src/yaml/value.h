// SPDX-License-Identifier: Apache-2.0
// A node together with its path and file: what typed readers work on. Every error reads
// "FILE:LINE:COLUMN: spec.containers[0].tty: must be …", invalid_argument.
// Types are as strict as the Kubernetes API: a number is no string, a quoted number no number.
// Null counts as absent. A Value is a view: its Document must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "yaml/node.h"
#include "yaml/reader.h"

namespace podsysctl::yaml {

class Value {
 public:
  explicit Value(const Document& document) : node_(&document.root()), source_(document.source()) {}
  Value(const Node& node, std::string path, std::string_view source)
      : node_(&node), path_(std::move(path)), source_(source) {}

  [[nodiscard]] const Node& node() const noexcept { return *node_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string_view source() const noexcept { return source_; }
  [[nodiscard]] Position at() const noexcept { return node_->at; }

  // A field of a mapping; none where it is absent or null, or where this is no mapping.
  [[nodiscard]] std::optional<Value> find(std::string_view name) const;
  // The i-th item of a sequence.
  [[nodiscard]] Value item(std::size_t index) const;
  // The value of an entry of this mapping.
  [[nodiscard]] Value field(const Entry& entry) const;

  [[nodiscard]] Result<std::string> as_string() const;
  [[nodiscard]] Result<bool> as_bool() const;
  [[nodiscard]] Result<std::int64_t> as_int() const;
  [[nodiscard]] Result<std::vector<Value>> as_list() const;
  [[nodiscard]] Result<> expect_mapping() const;

  // "FILE:LINE:COLUMN: path: message"
  [[nodiscard]] Error error(std::string_view message, Code code = Code::invalid_argument) const;
  [[nodiscard]] std::string describe(std::string_view message) const;

 private:
  const Node* node_;
  std::string path_;
  std::string_view source_;
};

// "spec" and "name" -> "spec.name"; a name that is no identifier -> "annotations[a.b/c]".
[[nodiscard]] std::string child_path(std::string_view path, std::string_view name);

// For messages: "a string", "a number", "a list"…
[[nodiscard]] std::string_view type_name(const Node& node);

}  // namespace podsysctl::yaml
