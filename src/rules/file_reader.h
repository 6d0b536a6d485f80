// SPDX-License-Identifier: Apache-2.0
// Policy files: YAML or JSON texts of SysctlPolicy and SysctlProfile objects, several documents
// each, and folders of them (*.yaml, *.yml, *.json, in the order of their names; hidden files and
// folders within are not read). A file with one fault is refused whole, and with it the set: all
// faults are told, one line each, "FILE:LINE:COLUMN: path: message".
// Errors: invalid_argument, not_namespaced, not_found, those of reading files.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "rules/types.h"
#include "yaml/reader.h"

namespace podsysctl::rules {

inline constexpr const char* kDefaultFolder = "/etc/podsysctl/policy.d";

// Of one file.
inline constexpr yaml::Limits kFileLimits{.input_bytes = std::size_t{1} << 20U,
                                          .depth = 32,
                                          .nodes = 100'000,
                                          .expanded_nodes = 100'000,
                                          .scalar_bytes = std::size_t{64} << 10U};
inline constexpr std::size_t kMostFiles = 1000;    // of a folder
inline constexpr std::size_t kMostObjects = 1000;  // of a set

// Adds the objects of one text. Two objects of one kind and name are refused, wherever they are.
[[nodiscard]] Result<> read_text(std::string_view text, std::string_view source, PolicySet& into);

// Adds the objects of a file, or of a folder. An empty folder adds none.
[[nodiscard]] Result<> read_path(const std::string& path, PolicySet& into);
[[nodiscard]] Result<PolicySet> read_set(const std::string& path);

// A text with at least one object of ours; tells policy files from others.
[[nodiscard]] bool holds_policies(std::string_view text, std::string_view source);

}  // namespace podsysctl::rules
