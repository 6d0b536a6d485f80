// SPDX-License-Identifier: Apache-2.0
// Cuts a large text into parts that can be read one by one and by several threads: YAML at its
// document markers, a list at its items. Cutting is exact: a line that begins with `---` is a
// marker wherever it stands, since libyaml refuses one inside a quoted text and ends every other
// node there. Directives (`%YAML`) stay with the document that they precede.
// Linear in the text. Thread-safety: one cutter, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace podsysctl::check {

// More items than these are read as a whole, with its limits.
inline constexpr std::size_t kMaxCutItems = 200'000;

struct Part {
  enum class Form : std::uint8_t {
    documents,
    list_entry,  // "- a: 1": what stands behind the dash is meant
  };
  std::string_view text;
  yaml::Position start{1, 1};  // of its first byte
  std::string path;            // of what stands in it, if it is one object: "items[3]"
  Form form = Form::documents;
};

class DocumentCutter {
 public:
  explicit DocumentCutter(std::string_view text, yaml::Position start = {1, 1})
      : text_(text), start_(start) {}

  // Whole documents, about `bytes` of them, a larger one alone; nothing at the end.
  [[nodiscard]] std::optional<Part> next(std::size_t bytes);

 private:
  [[nodiscard]] std::size_t next_marker(std::size_t from) const;
  [[nodiscard]] std::optional<std::size_t> last_marker(std::size_t begin, std::size_t end) const;

  std::string_view text_;
  yaml::Position start_;
  std::size_t at_ = 0;
};

// A list without its items, and these. Items that are read alone may be as many as fit in a file.
struct CutList {
  std::string envelope;  // the same without the items, to be read for its own faults
  yaml::Position start{1, 1};
  std::vector<Part> items;
};

// {"kind": "…List", …, "items": [a, b, …], …}, cut at the commas; and the same as a YAML document
// in block style, cut at the dashes, whatever its kind. nullopt where the text is anything else, or
// where a cut might not be exact: it is then read as a whole.
[[nodiscard]] std::optional<CutList> cut_json_list(std::string_view text);
[[nodiscard]] std::optional<CutList> cut_yaml_list(const Part& whole);

}  // namespace podsysctl::check
