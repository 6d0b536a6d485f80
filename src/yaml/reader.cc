// SPDX-License-Identifier: Apache-2.0
#include "yaml/reader.h"

#include "yaml/json_source.h"
#include "yaml/libyaml_source.h"
#include "yaml/text_check.h"

namespace podsysctl::yaml {
namespace {

std::size_t first_character(std::string_view text, std::size_t from = 0) {
  return text.find_first_not_of(" \t\r\n", from);
}

bool may_be_json(std::string_view text) {
  const std::size_t start = first_character(text);
  return start != std::string_view::npos && (text[start] == '{' || text[start] == '[');
}

// `{"` and `[{"` are how people write JSON; YAML in braces mostly has bare keys.
bool looks_like_json(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n{[");
  return at != std::string_view::npos && text[at] == '"';
}

}  // namespace

DocumentReader::DocumentReader(std::string_view text, std::string_view source, const Limits& limits,
                               Position start)
    : text_(text), start_(start), limits_(limits), builder_(source, limits) {}
DocumentReader::DocumentReader(DocumentReader&&) noexcept = default;
DocumentReader& DocumentReader::operator=(DocumentReader&&) noexcept = default;
DocumentReader::~DocumentReader() = default;

Result<> DocumentReader::start() {
  started_ = true;
  PSYS_TRY_ASSIGN(text_, check_text(text_, builder_.source(), limits_.input_bytes, start_));
  if (may_be_json(text_)) {
    auto json = std::make_unique<JsonSource>(text_, start_);
    json_ = json.get();
    source_ = std::move(json);
  } else {
    source_ = make_libyaml_source(text_, start_.line);
  }
  return {};
}

Result<bool> DocumentReader::read_first_as_yaml(Error json_error) {
  const bool was_json = looks_like_json(text_);
  json_ = nullptr;
  source_ = make_libyaml_source(text_, start_.line);
  builder_.reset();
  Result<bool> found = source_->next_document(builder_);
  if (!found && was_json) {
    return std::unexpected(std::move(json_error));
  }
  return found;
}

Result<bool> DocumentReader::read_json() {
  if (any_ && json_->yaml_follows()) {
    const std::string_view rest = json_->rest();
    const std::uint32_t line = json_->line();
    json_ = nullptr;
    source_ = make_libyaml_source(rest, line);
    return source_->next_document(builder_);
  }
  Result<bool> found = json_->next_document(builder_);
  if (!found && json_->not_json() && !any_) {
    return read_first_as_yaml(std::move(found).error());
  }
  return found;
}

Result<std::optional<Document>> DocumentReader::next() {
  if (ended_) {
    return std::optional<Document>();
  }
  ended_ = true;  // until this document turns out well
  if (!started_) {
    PSYS_TRY(start());
  }
  PSYS_TRY_ASSIGN(const bool found,
                  json_ != nullptr ? read_json() : source_->next_document(builder_));
  if (!found) {
    return std::optional<Document>();
  }
  ended_ = false;
  any_ = true;
  return std::optional<Document>(std::in_place, builder_.take(), builder_.source());
}

}  // namespace podsysctl::yaml
