// SPDX-License-Identifier: Apache-2.0
#include "pod/problems.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace podsysctl::pod {
namespace {

constexpr std::size_t kMostErrorsShown = 20;

// In the order of the file: readers look at fields in an order of their own.
void sort_by_place(std::vector<Notice>& notices) {
  std::ranges::sort(notices, {}, [](const Notice& notice) {
    return std::tie(notice.line, notice.column, notice.path, notice.message);
  });
}

}  // namespace

std::string Notice::text() const {
  const std::string place = fmt::format("{}:{}:{}: ", source, line, column);
  return path.empty() ? place + message : fmt::format("{}{}: {}", place, path, message);
}

void Problems::add(Severity severity, const yaml::Value& where, yaml::Position at,
                   std::string_view message) {
  if (all_.size() >= kMostKept) {
    return;
  }
  all_.push_back({severity, std::string(where.source()), at.line, at.column, where.path(),
                  std::string(message)});
}

void Problems::refuse_field(const yaml::Value& where, yaml::Position at, std::string_view message) {
  if (errors_++ == 0) {
    first_code_ = Code::unsupported;
  }
  add(Severity::error, where, at, message);
}

void Problems::error(const yaml::Value& where, std::string_view message, Code code) {
  if (errors_++ == 0) {
    first_code_ = code;
  }
  add(Severity::error, where, where.at(), message);
}

void Problems::warn(const yaml::Value& where, std::string_view message) {
  add(Severity::warning, where, where.at(), message);
}

void Problems::note_located(const yaml::Value& where, const Error& failed) {
  // yaml::Value writes "FILE:LINE:COLUMN: path: " in front; a Notice keeps these apart.
  const std::string prefix = where.describe("");
  const std::string_view message = failed.message;
  error(where, message.starts_with(prefix) ? message.substr(prefix.size()) : message, failed.code);
}

Result<> Problems::as_result() const {
  if (errors_ == 0) {
    return {};
  }
  std::vector<Notice> faults = all_;
  std::erase_if(faults, [](const Notice& notice) { return notice.severity != Severity::error; });
  sort_by_place(faults);
  std::string text;
  std::size_t shown = 0;
  for (; shown < faults.size() && shown < kMostErrorsShown; ++shown) {
    text += (shown == 0 ? "" : "\n") + faults[shown].text();
  }
  if (errors_ > shown) {
    text += fmt::format("\n… and {} more", errors_ - shown);
  }
  return std::unexpected(Error{first_code_, 0, std::move(text)});
}

std::vector<Notice> Problems::take_notices() && {
  std::erase_if(all_, [](const Notice& notice) { return notice.severity == Severity::error; });
  sort_by_place(all_);
  return std::move(all_);
}

}  // namespace podsysctl::pod
