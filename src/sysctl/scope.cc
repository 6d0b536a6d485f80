// SPDX-License-Identifier: Apache-2.0
#include "sysctl/scope.h"

#include <algorithm>
#include <array>
#include <utility>

namespace podsysctl::sysctl {
namespace {

constexpr std::array<std::pair<Scope, std::string_view>, 5> kScopes{{
    {Scope::net, "net"},
    {Scope::ipc, "ipc"},
    {Scope::uts, "uts"},
    {Scope::user, "user"},
    {Scope::node, "node"},
}};

constexpr std::array<std::pair<Settability, std::string_view>, 5> kSettabilities{{
    {Settability::pod_writable, "pod-writable"},
    {Settability::pod_read_only, "pod-read-only"},
    {Settability::node_only, "node-only"},
    {Settability::absent, "absent"},
    {Settability::leaky, "leaky"},
}};

// The SysV parameters that live in struct ipc_namespace (ipc/ipc_sysctl.c).
constexpr std::array<std::string_view, 8> kIpcNames{
    "kernel.sem",    "kernel.shmall",          "kernel.shmmax", "kernel.shmmni",
    "kernel.msgmax", "kernel.shm_rmid_forced", "kernel.msgmnb", "kernel.msgmni"};

template <class Table, class Key>
std::string_view name_in(const Table& table, Key key) noexcept {
  const auto row = std::ranges::find(table, key, &Table::value_type::first);
  return row == table.end() ? std::string_view{} : row->second;
}

template <class Table>
auto value_in(const Table& table, std::string_view text) noexcept
    -> std::optional<typename Table::value_type::first_type> {
  const auto row = std::ranges::find(table, text, &Table::value_type::second);
  if (row == table.end()) {
    return std::nullopt;
  }
  return row->first;
}

}  // namespace

std::string_view to_string(Scope scope) noexcept { return name_in(kScopes, scope); }

std::string_view to_string(Settability settability) noexcept {
  return name_in(kSettabilities, settability);
}

std::optional<Scope> scope_from_string(std::string_view text) noexcept {
  return value_in(kScopes, text);
}

std::optional<Settability> settability_from_string(std::string_view text) noexcept {
  return value_in(kSettabilities, text);
}

Scope scope_of(const SysctlKey& key) noexcept {
  const std::string_view name = key.name();
  if (name.starts_with("net.")) {
    return Scope::net;
  }
  if (name.starts_with("fs.mqueue.") || std::ranges::find(kIpcNames, name) != kIpcNames.end()) {
    return Scope::ipc;
  }
  if (name == "kernel.hostname" || name == "kernel.domainname") {
    return Scope::uts;
  }
  if (name.starts_with("user.")) {
    return Scope::user;
  }
  return Scope::node;
}

}  // namespace podsysctl::sysctl
