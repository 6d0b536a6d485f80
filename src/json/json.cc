// SPDX-License-Identifier: Apache-2.0
#include "json/json.h"

#include <exception>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/tree_builder.h"

namespace podsysctl::json {

Result<Value> parse(std::string_view text, std::string_view name, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Error::of(Code::invalid_argument, "{}: {} bytes of JSON, the limit is {}", name,
                     text.size(), limits.bytes);
  }
  try {
    TreeBuilder builder(limits);
    if (!Value::sax_parse(text.begin(), text.end(), &builder)) {
      return Error::of(Code::invalid_argument, "{}: {}", name, builder.failure());
    }
    return std::move(builder).tree();
  } catch (const std::exception& failure) {
    return Error::of(Code::invalid_argument, "{}: {}", name, in_quotes(failure.what()));
  }
}

std::string dump(const Value& value, Layout layout) {
  return value.dump(layout == Layout::indented ? 2 : -1, ' ', false,
                    Value::error_handler_t::replace);
}

}  // namespace podsysctl::json
