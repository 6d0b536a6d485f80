// SPDX-License-Identifier: Apache-2.0
#include "check/units.h"

#include <utility>

#include "yaml/lookup.h"
#include "yaml/reader.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kSmallFile = std::size_t{256} << 10U;  // read by the thread that checks it
constexpr std::size_t kPartBytes = std::size_t{128} << 10U;

bool begins_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

// Whether the list itself is sound: what is broken around the items is told best by a reader that
// sees all of it.
bool is_sound(const CutList& list) {
  yaml::DocumentReader reader(list.envelope, "");
  const auto document = reader.next();
  if (!document || !*document) {
    return false;
  }
  const yaml::Node* const root = &(*document)->root();
  return string_of(field_of(root, "kind")).ends_with("List") &&
         field_of(root, "apiVersion") != nullptr;
}

// nullptr: to be read as a whole.
std::shared_ptr<const CutList> sound(std::optional<CutList> list) {
  return list && is_sound(*list) ? std::make_shared<const CutList>(*std::move(list)) : nullptr;
}

}  // namespace

std::optional<Unit> UnitSource::next() {
  for (;;) {
    if (auto unit = next_of_open()) {
      return unit;
    }
    text_.reset();
    if (next_file_ == files_.size()) {
      return std::nullopt;
    }
    Unit unit = open_next();
    if (text_ == nullptr) {
      return unit;
    }
  }
}

// A small file is a unit by itself; a large one becomes the open file.
Unit UnitSource::open_next() {
  Unit unit{.file = next_file_++};
  const InputFile& file = files_[unit.file];
  if (file.bytes <= kSmallFile && file.path != kStandardInput) {
    return unit;
  }
  auto text = read_input(file);
  if (!text) {
    unit.failure = std::move(text).error();
    return unit;
  }
  text_ = std::make_shared<const std::string>(*std::move(text));
  list_ = sound(begins_like_json(*text_) ? cut_json_list(*text_) : std::nullopt);
  next_item_ = 0;
  if (list_ == nullptr) {
    cutter_.emplace(*text_);
  }
  return unit;
}

std::optional<Unit> UnitSource::next_of_open() {
  if (list_ != nullptr) {
    return next_of_list();
  }
  auto part = cutter_ ? cutter_->next(kPartBytes) : std::nullopt;
  if (!part) {
    cutter_.reset();
    return std::nullopt;
  }
  if (part->text.size() > kSmallFile) {
    list_ = sound(cut_yaml_list(*part));
    next_item_ = 0;
    if (list_ != nullptr) {
      return next_of_list();
    }
  }
  return Unit{.file = next_file_ - 1, .text = text_, .parts = {*std::move(part)}};
}

std::optional<Unit> UnitSource::next_of_list() {
  Unit unit{.file = next_file_ - 1, .text = text_, .list = list_};
  std::size_t bytes = 0;
  for (; next_item_ < list_->items.size() && bytes < kPartBytes; ++next_item_) {
    bytes += list_->items[next_item_].text.size();
    unit.parts.push_back(list_->items[next_item_]);
  }
  if (next_item_ == list_->items.size()) {
    // The list itself, without its items, comes last.
    unit.parts.push_back({.text = list_->envelope, .start = list_->start});
    list_.reset();
  }
  return unit;
}

}  // namespace podsysctl::check
