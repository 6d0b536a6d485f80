// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe_views.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "linux/fresh_namespaces.h"
#include "linux/worker_thread.h"
#include "sysctl/scope.h"

namespace podsysctl::sysctl {
namespace {

using linux::NamespaceKind;

// A host has one folder per interface in each family; three of them say all that is to be known.
bool is_worth_entering(std::string_view folder) {
  const std::vector<std::string_view> parts = split(folder, '/');
  constexpr std::array<std::string_view, 3> kSamples{"all", "default", "lo"};
  const bool interface =
      parts.size() == 4 && parts[0] == "net" && (parts[2] == "conf" || parts[2] == "neigh");
  return !interface || std::ranges::find(kSamples, parts[3]) != kSamples.end();
}

Result<View> look_from_fresh(const linux::ProcSys& proc, std::span<const NamespaceKind> kinds) {
  Result<View> view;
  linux::WorkerThread worker;
  worker.call([&] {
    if (Result<> made = linux::unshare_namespaces(kinds); !made) {
      view = std::unexpected(std::move(made).error());
      return;
    }
    view = look_around(proc);
  });
  return view;
}

// One line per key, "name access value". Values are wanted of user.* only, which are numbers:
// nothing has to be escaped.
std::string to_lines(const View& view) {
  std::string lines;
  for (const auto& [key, look] : view) {
    const std::string_view value =
        scope_of(key) == Scope::user ? std::string_view(look.value) : std::string_view();
    lines += fmt::format("{} {} {}\n", key.name(), static_cast<int>(look.access), value);
  }
  return lines;
}

Result<View> from_lines(std::string_view lines) {
  View view;
  for (const std::string_view line : split(lines, '\n')) {
    const std::vector<std::string_view> fields = split(line, ' ');
    if (fields.size() != 3) {
      continue;
    }
    PSYS_TRY_ASSIGN(SysctlKey key, SysctlKey::parse(fields[0]));
    const auto access = parse_number<std::uint8_t>(fields[1]).value_or(0);
    view.emplace(std::move(key), linux::SysctlLook{static_cast<linux::SysctlAccess>(access),
                                                   std::string(fields[2])});
  }
  return view;
}

// A new user namespace gives all capabilities inside it, so no uid map is needed to see what is
// there (but for access to ipc keys, which asks for the mapped root).
Result<View> look_from_user_namespace(const linux::ProcSys& proc) {
  PSYS_TRY_ASSIGN(const std::string lines, linux::call_in_child([&]() -> Result<std::string> {
                    constexpr std::array kKinds{NamespaceKind::user, NamespaceKind::net,
                                                NamespaceKind::ipc, NamespaceKind::uts};
                    PSYS_TRY(linux::unshare_namespaces(kKinds));
                    PSYS_TRY_ASSIGN(const View view, look_around(proc));
                    return to_lines(view);
                  }));
  return from_lines(lines);
}

}  // namespace

Result<View> look_around(const linux::ProcSys& proc) {
  PSYS_TRY_ASSIGN(const std::vector<std::string> paths,
                  linux::list_sysctls(proc, is_worth_entering));
  View view;
  for (const std::string& path : paths) {
    Result<SysctlKey> key = SysctlKey::from_path(path);
    if (!key) {
      continue;  // a name that we refuse to write is none to report
    }
    linux::SysctlLook look;
    if (scope_of(*key) != Scope::node) {
      Result<linux::SysctlLook> seen = linux::look_at_sysctl(proc, path);
      if (!seen) {
        if (seen.error().code == Code::not_found) {
          continue;  // gone since it was listed
        }
        return std::unexpected(std::move(seen).error());
      }
      look = *std::move(seen);
    }
    view.emplace(*std::move(key), std::move(look));
  }
  return view;
}

Result<Views> look_from_everywhere(const linux::ProcSys& proc) {
  constexpr std::array kNet{NamespaceKind::net};
  constexpr std::array kIpc{NamespaceKind::ipc};
  constexpr std::array kUts{NamespaceKind::uts};
  Views views;
  PSYS_TRY_ASSIGN(views.host, look_around(proc));
  PSYS_TRY_ASSIGN(views.pod, look_from_fresh(proc, linux::kPodNamespaces));
  PSYS_TRY_ASSIGN(views.net, look_from_fresh(proc, kNet));
  PSYS_TRY_ASSIGN(views.ipc, look_from_fresh(proc, kIpc));
  PSYS_TRY_ASSIGN(views.uts, look_from_fresh(proc, kUts));
  Result<View> user = look_from_user_namespace(proc);
  if (user) {
    views.user = *std::move(user);
  } else {
    views.user_error = std::move(user).error().message;
  }
  return views;
}

}  // namespace podsysctl::sysctl
