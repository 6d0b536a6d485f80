// SPDX-License-Identifier: Apache-2.0
#include "rules/fields.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"

namespace podsysctl::rules {
namespace {

constexpr std::size_t kLongestGuessed = 64;  // bytes

}  // namespace

std::string nearest(std::string_view given, FieldNames known) {
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(2, given.size() / 3) + 1;
  for (const std::string_view name : known) {
    const std::size_t edits = given.size() > kLongestGuessed ? fewest : edit_distance(given, name);
    if (edits < fewest) {
      best = name;
      fewest = edits;
    }
  }
  if (!best.empty()) {
    return fmt::format("; did you mean {}?", in_quotes(best));
  }
  std::string list;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const std::string_view between = i == 0 ? "" : i + 1 == known.size() ? " and " : ", ";
    list += std::string(between) + std::string(known[i]);
  }
  return fmt::format("; taken {} {}", known.size() == 1 ? "is" : "are", list);
}

void note(const yaml::Value& where, const Error& error, pod::Problems& problems) {
  problems.error(where, error.message, error.code);
}

Fields::Fields(yaml::Value object, FieldNames known, pod::Problems& problems)
    : object_(std::move(object)), problems_(&problems) {
  if (problems.holds(object_, object_.expect_mapping())) {
    refuse_unknown(known);
  }
}

void Fields::refuse_unknown(FieldNames known) const {
  for (const yaml::Entry& entry : object_.node().entries) {
    if (problems_->is_full()) {
      return;  // looking for similar names is not free
    }
    if (std::ranges::find(known, entry.name) == known.end()) {
      const yaml::Value key(*entry.key, object_.field(entry).path(), object_.source());
      problems_->error(key, "unknown field" + nearest(entry.name, known));
    }
  }
}

std::optional<yaml::Value> Fields::require(std::string_view name, std::string_view way_out) const {
  auto found = find(name);
  if (!found && object_.node().kind == yaml::Kind::mapping) {
    const yaml::Value absent(object_.node(), yaml::child_path(object_.path(), name),
                             object_.source());
    problems_->error(absent, fmt::format("required; {}", way_out));
  }
  return found;
}

std::optional<std::string> Fields::text(std::string_view name) const {
  const auto found = find(name);
  return found ? problems_->keep(*found, found->as_string()) : std::nullopt;
}

std::vector<yaml::Value> Fields::list(std::string_view name, std::size_t most) const {
  const auto found = find(name);
  if (!found) {
    return {};
  }
  auto items = problems_->keep(*found, found->as_list());
  if (!items) {
    return {};
  }
  if (items->size() > most) {
    problems_->error(*found,
                     fmt::format("has {} items, and at most {} are taken", items->size(), most));
    return {};
  }
  return *std::move(items);
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t most) const {
  std::vector<std::string> texts;
  for (const yaml::Value& item : list(name, most)) {
    auto text = problems_->keep(item, item.as_string());
    if (text && text->empty()) {
      problems_->error(item, "is empty; remove it");
    } else if (text) {
      texts.push_back(*std::move(text));
    }
  }
  return texts;
}

}  // namespace podsysctl::rules
