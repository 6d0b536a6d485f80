// SPDX-License-Identifier: Apache-2.0
#include "oci/container.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "linux/file.h"
#include "linux/regular_file.h"

namespace podsysctl::oci {
namespace {

using json::Cursor;
using linux::NamespaceKind;

constexpr std::array<std::pair<std::string_view, NamespaceKind>, 6> kKinds{
    {{"network", NamespaceKind::net},
     {"ipc", NamespaceKind::ipc},
     {"uts", NamespaceKind::uts},
     {"user", NamespaceKind::user},
     {"mount", NamespaceKind::mnt},
     {"pid", NamespaceKind::pid}}};

// nullopt: cgroup, time, and what later specifications add.
std::optional<NamespaceKind> kind_of(std::string_view type) {
  const auto* const row = std::ranges::find(kKinds, type, [](const auto& r) { return r.first; });
  return row == kKinds.end() ? std::nullopt : std::optional(row->second);
}

Result<Cursor> root_of(const json::Value& tree, std::string_view name) {
  if (!tree.is_object()) {
    return Error::of(Code::invalid_argument, "{}: must be an object", name);
  }
  return Cursor(tree, name);
}

Result<> read_namespaces(const Cursor& linux_part, Spec& spec) {
  PSYS_TRY_ASSIGN(const auto list, linux_part.find("namespaces"));
  if (!list) {
    return {};
  }
  PSYS_TRY_ASSIGN(const auto items, list->elements());
  for (const Cursor& item : items) {
    PSYS_TRY_ASSIGN(const std::string type, item.string_at("type"));
    PSYS_TRY_ASSIGN(std::string path, item.string_or("path", ""));
    const auto kind = kind_of(type);
    if (!kind) {
      continue;
    }
    if (spec.find(*kind) != nullptr) {
      return Error::of(Code::invalid_argument, "{}: the namespace {} is given twice", item.where(),
                       in_quotes(type));
    }
    spec.namespaces.push_back({*kind, std::move(path)});
  }
  return {};
}

}  // namespace

const NamespacePlace* Spec::find(NamespaceKind kind) const noexcept {
  const auto found = std::ranges::find(namespaces, kind, &NamespacePlace::kind);
  return found == namespaces.end() ? nullptr : &*found;
}

Result<State> read_state(std::string_view text) {
  constexpr std::string_view kName = "container state";
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, kName, kLimits));
  PSYS_TRY_ASSIGN(const Cursor root, root_of(tree, kName));
  State state;
  PSYS_TRY_ASSIGN(state.id, root.string_at("id"));
  PSYS_TRY_ASSIGN(state.status, root.string_at("status"));
  PSYS_TRY_ASSIGN(state.bundle, root.string_at("bundle"));
  PSYS_TRY_ASSIGN(const std::int64_t pid, root.int_or("pid", 0));
  if (pid < 0 || pid > std::numeric_limits<pid_t>::max()) {
    return Error::of(Code::invalid_argument, "{}: pid: {} is no process id", kName, pid);
  }
  state.pid = static_cast<pid_t>(pid);
  if (!state.bundle.starts_with('/')) {
    return Error::of(Code::invalid_argument, "{}: bundle: must be an absolute path, not {}", kName,
                     in_quotes(state.bundle));
  }
  return state;
}

Result<Spec> read_spec(std::string_view text, std::string_view name) {
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(text, name, kLimits));
  PSYS_TRY_ASSIGN(const Cursor root, root_of(tree, name));
  Spec spec;
  PSYS_TRY_ASSIGN(const auto annotations, root.string_map_at("annotations"));
  spec.annotations.insert(annotations.begin(), annotations.end());
  PSYS_TRY_ASSIGN(const auto linux_part, root.find("linux"));
  if (linux_part) {
    PSYS_TRY(read_namespaces(*linux_part, spec));
    PSYS_TRY_ASSIGN(spec.sysctls, linux_part->string_map_at("sysctl"));
  }
  return spec;
}

Result<std::string> read_config(const std::string& path) {
  PSYS_TRY_ASSIGN(const linux::RegularFile file, linux::open_regular(path));
  return linux::read_all(file.fd.ref(), path, kLimits.bytes);
}

}  // namespace podsysctl::oci
