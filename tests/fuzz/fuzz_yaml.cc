// SPDX-License-Identifier: Apache-2.0
// Any text: the reader ends with documents or one error, and every tree keeps the promises of
// yaml/node.h.
#include <cstdint>
#include <set>
#include <string_view>

#include "require.h"
#include "yaml/reader.h"
#include "yaml/scalar.h"
#include "yaml/value.h"

namespace {

using namespace podsysctl::yaml;

// Returns the weight that the node must have.
std::size_t check_node(const Node& node, std::size_t depth) {
  require(depth <= Limits{}.depth);
  require(node.at.line > 0 && node.at.column > 0);
  std::size_t weight = 1;
  switch (node.kind) {
    case Kind::scalar:
      require(node.text.find('\0') == std::string_view::npos);
      require(node.height == 0);
      (void)resolve(node);
      weight += node.text.size() / Node::kTextUnit;
      break;
    case Kind::sequence:
      for (const Node* item : node.items) {
        weight += check_node(*item, depth + 1);
      }
      break;
    case Kind::mapping: {
      std::set<std::string_view> names;
      for (const Entry& entry : node.entries) {
        require(names.insert(entry.name).second);
        weight += check_node(*entry.key, depth + 1) + check_node(*entry.value, depth + 1);
      }
      break;
    }
  }
  require(weight == node.weight);
  return weight;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  DocumentReader reader(text, "f");
  for (;;) {
    const auto document = reader.next();
    if (!document) {
      require(document.error().message.starts_with("f:"));
      return 0;
    }
    if (!*document) {
      return 0;
    }
    check_node((*document)->root(), 0);
    const Value value(**document);
    (void)value.as_string();
    (void)value.as_int();
    (void)value.as_bool();
    (void)value.as_list();
  }
}
