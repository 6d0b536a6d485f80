// SPDX-License-Identifier: Apache-2.0
// Cuts a large text into parts that can be read one by one and by several threads: YAML at its
// document markers, a JSON list at its items. Cutting is exact: a line that begins with `---` is a
// marker wherever it stands, since libyaml refuses one inside a quoted text and ends every other
// node there. Directives (`%YAML`) stay with the document that they precede.
// Linear in the text. Thread-safety: one cutter, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace podsysctl::check {

struct Part {
  std::string_view text;
  yaml::Position start{1, 1};  // of its first byte
  std::string path;            // of what stands in it, if it is one object: "items[3]"
};

class DocumentCutter {
 public:
  explicit DocumentCutter(std::string_view text, yaml::Position start = {1, 1})
      : text_(text), start_(start) {}

  // Whole documents, at least `bytes` of them where there are so many; nothing at the end.
  [[nodiscard]] std::optional<Part> next(std::size_t bytes);

 private:
  [[nodiscard]] std::size_t next_marker(std::size_t from) const;

  std::string_view text_;
  yaml::Position start_;
  std::size_t at_ = 0;
};

// {"kind": "…List", …, "items": [a, b, …], …}, cut at the commas.
struct JsonList {
  std::string envelope;  // the same without the items, to be read for its own faults
  std::vector<Part> items;
};

// nullopt where the text is anything else, or is not JSON: it is then read as a whole.
[[nodiscard]] std::optional<JsonList> cut_json_list(std::string_view text);

}  // namespace podsysctl::check
