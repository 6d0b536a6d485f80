// SPDX-License-Identifier: Apache-2.0
#include "cli/yaml_text.h"

#include <nlohmann/json.hpp>

namespace podsysctl::cli {
namespace {

bool is_block(const json::Value& value) { return value.is_structured() && !value.empty(); }

void put(std::string& out, const json::Value& value, std::size_t indent);

// The rest of a line that "name:" or "-" has begun.
void put_after(std::string& out, const json::Value& value, std::size_t indent) {
  if (is_block(value)) {
    out += '\n';
    put(out, value, indent);
  } else {
    // JSON's scalars and empty collections are YAML as they are.
    out += ' ' + json::dump(value) + '\n';
  }
}

void put(std::string& out, const json::Value& value, std::size_t indent) {
  bool first = true;
  for (const auto& item : value.items()) {
    // The first member of an object in a list stands beside the dash.
    const bool beside_dash = first && out.ends_with("- ");
    first = false;
    out.append(beside_dash ? 0 : indent, ' ');
    if (value.is_object()) {
      out += item.key() + ':';
      put_after(out, item.value(), indent + 2);
    } else if (is_block(item.value()) && item.value().is_object()) {
      out += "- ";
      put(out, item.value(), indent + 2);
    } else {
      out += '-';
      put_after(out, item.value(), indent + 2);
    }
  }
}

}  // namespace

std::string yaml_text(const json::Value& value) {
  std::string out;
  if (is_block(value)) {
    put(out, value, 0);
  } else {
    out = json::dump(value) + '\n';
  }
  return out;
}

}  // namespace podsysctl::cli
