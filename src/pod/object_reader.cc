// SPDX-License-Identifier: Apache-2.0
#include "pod/object_reader.h"

#include <utility>

#include "pod/field_rules.h"

namespace podsysctl::pod {

ObjectReader::ObjectReader(yaml::Value object, std::string_view kind, Problems& problems)
    : object_(std::move(object)), problems_(&problems) {
  is_mapping_ = problems.holds(object_, object_.expect_mapping());
  if (is_mapping_) {
    check_fields(object_, kind, problems);
  }
}

void ObjectReader::error(std::string_view message) const {
  if (is_mapping_) {
    problems_->error(object_, message);
  }
}

void ObjectReader::error_in(std::string_view name, std::string_view message) const {
  if (const auto found = field(name)) {
    problems_->error(*found, message);
  } else if (is_mapping_) {
    const yaml::Value absent(object_.node(), yaml::child_path(object_.path(), name),
                             object_.source());
    problems_->error(absent, message);
  }
}

std::optional<std::string> ObjectReader::text(std::string_view name, const TextCheck& check) const {
  const auto found = field(name);
  if (!found) {
    return std::nullopt;
  }
  std::optional<std::string> text = problems_->keep(*found, found->as_string());
  if (text && check) {
    if (const std::optional<std::string> fault = check(*text)) {
      problems_->error(*found, *fault);
      return std::nullopt;
    }
  }
  return text;
}

std::optional<std::string> ObjectReader::required_text(std::string_view name,
                                                       const TextCheck& check) const {
  const auto found = field(name);
  if (!found || (found->node().kind == yaml::Kind::scalar && found->node().text.empty())) {
    error_in(name, "required");
    return std::nullopt;
  }
  return text(name, check);
}

std::optional<bool> ObjectReader::flag(std::string_view name) const {
  const auto found = field(name);
  return found ? problems_->keep(*found, found->as_bool()) : std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t least,
                                                  std::int64_t most) const {
  const auto found = field(name);
  if (!found) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> number = problems_->keep(*found, found->as_int());
  if (number && (*number < least || *number > most)) {
    problems_->error(*found, fmt::format("must be from {} to {}, but is {}", least, most, *number));
    return std::nullopt;
  }
  return number;
}

std::vector<yaml::Value> ObjectReader::list(std::string_view name) const {
  const auto found = field(name);
  if (!found) {
    return {};
  }
  return problems_->keep(*found, found->as_list()).value_or(std::vector<yaml::Value>());
}

std::vector<std::string> ObjectReader::texts(std::string_view name) const {
  std::vector<std::string> out;
  for (const yaml::Value& item : list(name)) {
    if (auto text = problems_->keep(item, item.as_string())) {
      out.push_back(*std::move(text));
    }
  }
  return out;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name,
                                                 std::string_view kind) const {
  const auto found = field(name);
  if (!found) {
    return std::nullopt;
  }
  return ObjectReader(*found, kind, *problems_);
}

void ObjectReader::each_text(std::string_view name, const Visit& visit) const {
  const auto found = field(name);
  if (!found || !problems_->holds(*found, found->expect_mapping())) {
    return;
  }
  for (const yaml::Entry& entry : found->node().entries) {
    const yaml::Value value = found->field(entry);
    if (auto text = problems_->keep(value, value.as_string())) {
      visit(entry.name, value, *std::move(text));
    }
  }
}

}  // namespace podsysctl::pod
