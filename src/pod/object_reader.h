// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one mapping of a manifest: every fault is noted in Problems and the field
// then counts as absent, so that reading goes on. Making one judges the fields that nobody reads
// (pod/field_rules.h).
// Thread-safety: one reader, one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pod/problems.h"
#include "yaml/value.h"

namespace podsysctl::pod {

// What is wrong with a text, or nullopt; see pod/names.h.
using TextCheck = std::function<std::optional<std::string>(std::string_view)>;

class ObjectReader {
 public:
  // `kind`: see check_fields(). A value that is no mapping is noted and reads as an empty one.
  ObjectReader(yaml::Value object, std::string_view kind, Problems& problems);

  [[nodiscard]] std::optional<yaml::Value> field(std::string_view name) const {
    return object_.find(name);
  }
  [[nodiscard]] std::optional<std::string> text(std::string_view name,
                                                const TextCheck& check = {}) const;
  // Noted as missing where it is absent or empty.
  [[nodiscard]] std::optional<std::string> required_text(std::string_view name,
                                                         const TextCheck& check = {}) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  [[nodiscard]] bool flag_or(std::string_view name, bool absent) const {
    return flag(name).value_or(absent);
  }
  // Noted where outside [least, most].
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                                    std::int64_t most) const;
  [[nodiscard]] std::vector<yaml::Value> list(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::optional<ObjectReader> object(std::string_view name,
                                                   std::string_view kind) const;

  // key -> text, for labels and the like. `visit` is called for each entry that is text.
  using Visit =
      std::function<void(std::string_view key, const yaml::Value& value, std::string text)>;
  void each_text(std::string_view name, const Visit& visit) const;

  // Silent where the value is no mapping: that has been noted, and says all.
  void error(std::string_view message) const;
  // At the field if it is there, else at the object.
  void error_in(std::string_view name, std::string_view message) const;

  [[nodiscard]] const yaml::Value& value() const noexcept { return object_; }
  [[nodiscard]] Problems& problems() const noexcept { return *problems_; }

 private:
  yaml::Value object_;
  Problems* problems_;
  bool is_mapping_ = false;
};

}  // namespace podsysctl::pod
