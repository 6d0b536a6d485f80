// SPDX-License-Identifier: Apache-2.0
// seccomp profiles from files. docker's format adds archMap, and "includes" and "excludes" of a
// rule (capabilities, architectures, kernel version) to the runtime specification's.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/embedded/oci_parts.h"
#include "engine/embedded/seccomp.h"
#include "json/cursor.h"

namespace podsysctl::engine::oci {
namespace {

using json::Cursor;

// As Go names them, which is how docker's profiles do.
std::string_view go_name(std::string_view machine) {
  return machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine;
}

struct Filter {
  std::vector<std::string> capabilities;
  std::vector<std::string> arches;
  [[nodiscard]] bool empty() const { return capabilities.empty() && arches.empty(); }
};

Result<Filter> read_filter(const Cursor& rule, std::string_view key) {
  PSYS_TRY_ASSIGN(const auto found, rule.find(key));
  Filter filter;
  if (found) {
    PSYS_TRY_ASSIGN(filter.capabilities, found->strings_at("caps"));
    PSYS_TRY_ASSIGN(filter.arches, found->strings_at("arches"));
  }
  return filter;  // "minKernel" is always met: 4.8 is the highest in use, older ones cannot run us
}

Result<bool> counts(const Cursor& rule, CapabilitySet capabilities, std::string_view machine) {
  PSYS_TRY_ASSIGN(const Filter includes, read_filter(rule, "includes"));
  PSYS_TRY_ASSIGN(const Filter excludes, read_filter(rule, "excludes"));
  const auto has = [&](const std::string& name) { return capabilities.has(name); };
  const auto is_ours = [&](const std::string& arch) { return arch == go_name(machine); };
  return std::ranges::all_of(includes.capabilities, has) &&
         (includes.arches.empty() || std::ranges::any_of(includes.arches, is_ours)) &&
         std::ranges::none_of(excludes.capabilities, has) &&
         std::ranges::none_of(excludes.arches, is_ours);
}

Result<json::Value> rule_of(const Cursor& rule) {
  json::Value out;
  PSYS_TRY_ASSIGN(std::vector<std::string> names, rule.strings_at("names"));
  PSYS_TRY_ASSIGN(const std::string name, rule.string_or("name", ""));
  if (!name.empty()) {
    names.push_back(name);
  }
  if (names.empty()) {
    return Error::of(Code::invalid_argument, "{}: a rule without names", rule.where());
  }
  out["names"] = names;
  PSYS_TRY_ASSIGN(out["action"], rule.string_at("action"));
  for (const char* const key : {"errnoRet", "args"}) {
    PSYS_TRY_ASSIGN(const auto value, rule.find(key));
    if (value) {
      out[key] = value->value();
    }
  }
  return out;
}

Result<std::vector<std::string>> architectures(const Cursor& profile, std::string_view machine) {
  PSYS_TRY_ASSIGN(std::vector<std::string> names, profile.strings_at("architectures"));
  PSYS_TRY_ASSIGN(const auto map, profile.find("archMap"));
  if (!names.empty() || !map) {
    return names;
  }
  const std::vector<SeccompArch> ours = seccomp_arches(machine);
  PSYS_TRY_ASSIGN(const auto entries, map->elements());
  for (const Cursor& entry : entries) {
    PSYS_TRY_ASSIGN(const std::string arch, entry.string_at("architecture"));
    if (!ours.empty() && arch == oci_name(ours.front())) {
      PSYS_TRY_ASSIGN(names, entry.strings_at("subArchitectures"));
      names.insert(names.begin(), arch);
      return names;
    }
  }
  return names;
}

}  // namespace

Result<json::Value> convert_seccomp_profile(std::string_view text, std::string_view name,
                                            CapabilitySet capabilities, std::string_view machine) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, name));
  const Cursor profile(tree, name);
  json::Value out;
  PSYS_TRY_ASSIGN(out["defaultAction"], profile.string_at("defaultAction"));
  PSYS_TRY_ASSIGN(const auto default_errno, profile.find("defaultErrnoRet"));
  if (default_errno) {
    PSYS_TRY_ASSIGN(out["defaultErrnoRet"], default_errno->as_uint());
  }
  PSYS_TRY_ASSIGN(const std::vector<std::string> arches, architectures(profile, machine));
  if (!arches.empty()) {
    out["architectures"] = arches;
  }
  PSYS_TRY_ASSIGN(const std::vector<std::string> flags, profile.strings_at("flags"));
  if (!flags.empty()) {
    out["flags"] = flags;
  }
  out["syscalls"] = json::Value::array();
  PSYS_TRY_ASSIGN(const auto rules, profile.find("syscalls"));
  if (!rules) {
    return out;
  }
  PSYS_TRY_ASSIGN(const auto elements, rules->elements());
  for (const Cursor& rule : elements) {
    PSYS_TRY_ASSIGN(const bool wanted, counts(rule, capabilities, machine));
    if (wanted) {
      PSYS_TRY_ASSIGN(json::Value converted, rule_of(rule));
      out["syscalls"].push_back(std::move(converted));
    }
  }
  return out;
}

}  // namespace podsysctl::engine::oci
