// SPDX-License-Identifier: Apache-2.0
#include "cri/process_info.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "json/cursor.h"

namespace podsysctl::cri {
namespace {

constexpr std::string_view kName = "the runtime's status";
constexpr json::Limits kLimits{.bytes = std::size_t{16} << 20U, .depth = 64, .values = 200'000};
constexpr std::int64_t kHighestPid = 1 << 22;  // PID_MAX_LIMIT

Result<> read_namespaces(const json::Cursor& info, ProcessInfo& process) {
  PSYS_TRY_ASSIGN(const auto spec, info.find("runtimeSpec"));
  if (!spec) {
    return {};
  }
  PSYS_TRY_ASSIGN(const auto part, spec->find("linux"));
  const auto list = part ? part->find("namespaces") : Result<std::optional<json::Cursor>>{};
  PSYS_TRY(list);
  if (!*list) {
    return {};
  }
  PSYS_TRY_ASSIGN(const auto entries, (*list)->elements());
  for (const json::Cursor& entry : entries) {
    PSYS_TRY_ASSIGN(const std::string type, entry.string_at("type"));
    PSYS_TRY_ASSIGN(process.namespaces[type], entry.string_or("path", ""));
  }
  return {};
}

}  // namespace

Result<ProcessInfo> read_process_info(const StringMap& info) {
  const auto found = info.find("info");
  if (found == info.end()) {
    return Error::of(Code::unsupported,
                     "the container runtime does not tell the process of a sandbox or container "
                     "(verbose status): its namespaces cannot be found");
  }
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(found->second, kName, kLimits));
  const json::Cursor root(tree, kName);
  ProcessInfo process;
  PSYS_TRY_ASSIGN(const std::int64_t pid, root.int_or("pid", 0));
  process.pid = static_cast<pid_t>(std::clamp<std::int64_t>(pid, 0, kHighestPid));
  PSYS_TRY(read_namespaces(root, process));
  return process;
}

}  // namespace podsysctl::cri
