// SPDX-License-Identifier: Apache-2.0
#include "check/units.h"

#include <utility>

#include "yaml/reader.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kSmallFile = std::size_t{256} << 10U;  // read by the thread that checks it
constexpr std::size_t kPartBytes = std::size_t{128} << 10U;

bool begins_like_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

// The text as a list to be cut, or nullptr: it is then read as a whole. What is broken around the
// items is told best by a reader that sees all of it.
std::shared_ptr<const JsonList> list_in(std::string_view text) {
  auto list = begins_like_json(text) ? cut_json_list(text) : std::nullopt;
  if (!list) {
    return nullptr;
  }
  yaml::DocumentReader envelope(list->envelope, "");
  const auto document = envelope.next();
  return document && *document ? std::make_shared<const JsonList>(*std::move(list)) : nullptr;
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
  list_ = list_in(*text_);
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
    unit.parts.push_back({list_->envelope, {1, 1}, ""});
    list_.reset();
  }
  return unit;
}

}  // namespace podsysctl::check
