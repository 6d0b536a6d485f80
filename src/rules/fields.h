// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one mapping of a policy file, strictly: a field that is not in the mapping's
// list is refused, with the nearest name. Every fault is noted in Problems; the field then counts
// as absent and reading goes on. The lists are those of the JSON schemas in data/schema.
// Thread-safety: one reader, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pod/problems.h"
#include "yaml/value.h"

namespace podsysctl::rules {

using FieldNames = std::span<const std::string_view>;

// With what the API server adds: an object of `kubectl get -o yaml` may be saved as it is.
inline constexpr std::array<std::string_view, 5> kObjectFields{"apiVersion", "kind", "metadata",
                                                               "spec", "status"};
inline constexpr std::array<std::string_view, 11> kMetadataFields{"name",
                                                                  "labels",
                                                                  "annotations",
                                                                  "uid",
                                                                  "resourceVersion",
                                                                  "generation",
                                                                  "creationTimestamp",
                                                                  "selfLink",
                                                                  "ownerReferences",
                                                                  "managedFields",
                                                                  "finalizers"};
inline constexpr std::array<std::string_view, 6> kPolicySpecFields{
    "match", "allowed", "denied", "onForbidden", "onDrift", "sources"};
inline constexpr std::array<std::string_view, 2> kProfileSpecFields{"match", "settings"};
inline constexpr std::array<std::string_view, 5> kMatchFields{
    "namespaces", "namespaceSelector", "podSelector", "serviceAccounts", "images"};
inline constexpr std::array<std::string_view, 2> kSelectorFields{"matchLabels", "matchExpressions"};
inline constexpr std::array<std::string_view, 3> kExpressionFields{"key", "operator", "values"};
inline constexpr std::array<std::string_view, 4> kAllowedFields{"name", "min", "max", "oneOf"};
inline constexpr std::array<std::string_view, 2> kSettingFields{"name", "value"};

class Fields {
 public:
  // A value that is no mapping is noted and reads as an empty one.
  Fields(yaml::Value object, FieldNames known, pod::Problems& problems);

  [[nodiscard]] std::optional<yaml::Value> find(std::string_view name) const {
    return object_.find(name);
  }
  // Noted as missing where it is absent.
  [[nodiscard]] std::optional<yaml::Value> require(std::string_view name,
                                                   std::string_view way_out) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  // At most `most` items; more are noted, and none is read.
  [[nodiscard]] std::vector<yaml::Value> list(std::string_view name, std::size_t most) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name, std::size_t most) const;

  [[nodiscard]] const yaml::Value& value() const noexcept { return object_; }
  [[nodiscard]] pod::Problems& problems() const noexcept { return *problems_; }

 private:
  void refuse_unknown(FieldNames known) const;

  yaml::Value object_;
  pod::Problems* problems_;
};

// "; did you mean \"allowed\"?", or "; taken are a, b and c" where nothing is near.
[[nodiscard]] std::string nearest(std::string_view given, FieldNames known);

// The error again, at a value.
void note(const yaml::Value& where, const Error& error, pod::Problems& problems);

}  // namespace podsysctl::rules
