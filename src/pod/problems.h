// SPDX-License-Identifier: Apache-2.0
// Collects what readers find, so that a user sees all faults of a manifest at once. Readers go on
// after an error with a default; as_result() then refuses the whole.
// Thread-safety: one reader, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pod/notice.h"
#include "yaml/value.h"

namespace podsysctl::pod {

class Problems {
 public:
  static constexpr std::size_t kMostKept = 10'000;

  void error(const yaml::Value& where, std::string_view message,
             Code code = Code::invalid_argument);
  void warn(const yaml::Value& where, std::string_view message);

  // At the key of a field instead of its value: for messages about the field itself.
  void add(Severity severity, const yaml::Value& where, yaml::Position at,
           std::string_view message);
  void refuse_field(const yaml::Value& where, yaml::Position at, std::string_view message);

  // The value, or nullopt after having noted the error, which has its position in its text.
  template <class T>
  [[nodiscard]] std::optional<T> keep(const yaml::Value& where, Result<T> result) {
    if (result) {
      return *std::move(result);
    }
    note_located(where, result.error());
    return std::nullopt;
  }

  // False after having noted the error.
  [[nodiscard]] bool holds(const yaml::Value& where, const Result<>& result) {
    if (!result) {
      note_located(where, result.error());
    }
    return result.has_value();
  }

  [[nodiscard]] bool is_full() const noexcept { return all_.size() >= kMostKept; }
  [[nodiscard]] const std::vector<Notice>& all() const noexcept { return all_; }

  // One line per error, at most 20, with the code of the first.
  [[nodiscard]] Result<> as_result() const;
  // What is no error.
  [[nodiscard]] std::vector<Notice> take_notices() &&;

 private:
  void note_located(const yaml::Value& where, const Error& error);

  std::vector<Notice> all_;  // at most kMostKept: a hostile file can have a million faults
  std::size_t errors_ = 0;
  Code first_code_ = Code::invalid_argument;
};

}  // namespace podsysctl::pod
