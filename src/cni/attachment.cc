// SPDX-License-Identifier: Apache-2.0
#include "cni/attachment.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cni/grants.h"
#include "cni/saved.h"
#include "enforce/enforce.h"
#include "rules/file_reader.h"
#include "sysctl/target.h"
#include "sysctl/value.h"

namespace podsysctl::cni {
namespace {

namespace fs = std::filesystem;

using sysctl::Setting;

Outcome<sysctl::Target> target_of(const Environment& environment) {
  auto netns = linux::Namespace::from_path(environment.netns, linux::NamespaceKind::net);
  if (!netns) {
    return fault(FaultCode::io, std::move(netns).error());
  }
  const auto host = linux::HostNamespaces::read();
  if (!host) {
    return fault(FaultCode::io, host.error());
  }
  if (host->contains(*netns)) {
    return fault(FaultCode::host_namespace,
                 fmt::format("{} is the host's network namespace, which is never written",
                             environment.netns),
                 "CNI_NETNS");
  }
  sysctl::Target target;
  target.net = *std::move(netns);
  return target;
}

Outcome<sysctl::Application> put_into_effect(const std::vector<Setting>& settings,
                                             const sysctl::Target& target) {
  auto writer = sysctl::SysctlWriter::open();
  if (!writer) {
    return fault(FaultCode::io, std::move(writer).error());
  }
  sysctl::Application application = enforce::enforce(settings, target, *writer);
  if (application.failure) {
    return fault(FaultCode::not_applied, *application.failure);
  }
  return application;
}

Saved saved_of(const Config& config, const sysctl::Application& application) {
  Saved saved{config.network, {}};
  for (const sysctl::AppliedSetting& each : application.settings) {
    saved.values.emplace_back(each.setting.key, each.previous, each.setting.value);
  }
  return saved;
}

std::vector<Setting> former_values(const Saved& saved) {
  std::vector<Setting> settings;
  for (const SavedValue& each : saved.values) {
    if (!each.previous.empty()) {
      settings.emplace_back(each.key, each.previous, sysctl::Origin(), "");
    }
  }
  return settings;
}

// What somebody else changed since is not ours to take back.
Result<std::vector<Setting>> still_ours(const Saved& saved, const sysctl::Target& target,
                                        sysctl::SysctlWriter& writer) {
  std::vector<Setting> ours = former_values(saved);
  PSYS_TRY(writer.visit(target, [&](sysctl::SysctlTree& tree) {
    std::erase_if(ours, [&](const Setting& former) {
      const auto each = std::ranges::find(saved.values, former.key, &SavedValue::key);
      const auto now = tree.read(former.key);
      return !now || !same_value(former.key, each->wanted, *now);
    });
  }));
  return ours;
}

Result<> take_back(const Saved& saved, const sysctl::Target& target) {
  PSYS_TRY_ASSIGN(sysctl::SysctlWriter writer, sysctl::SysctlWriter::open());
  PSYS_TRY_ASSIGN(const std::vector<Setting> ours, still_ours(saved, target, writer));
  const sysctl::Application application = enforce::enforce(ours, target, writer);
  return application.failure ? Result<>(std::unexpected(*application.failure)) : Result<>();
}

std::string path_of(const Environment& environment, const Config& config) {
  return saved_path(config.data_folder, environment.container_id, environment.ifname);
}

}  // namespace

Outcome<json::Value> add(const Environment& environment, const Config& config, Notes& notes) {
  if (config.previous == nullptr) {
    return fault(FaultCode::config, "must be called as a chained plugin: prevResult is missing");
  }
  const auto target = target_of(environment);
  if (!target) {
    return std::unexpected(target.error());
  }
  const auto settings = granted(environment, config, notes);
  if (!settings) {
    return std::unexpected(settings.error());
  }
  if (!settings->empty()) {
    const auto application = put_into_effect(*settings, *target);
    if (!application) {
      return std::unexpected(application.error());
    }
    const Saved saved = saved_of(config, *application);
    if (const Result<> kept = save(path_of(environment, config), saved); !kept) {
      if (const Result<> undone = take_back(saved, *target); !undone) {
        notes.push_back(undone.error().message);
      }
      return fault(FaultCode::io, kept.error());
    }
  }
  return converted(*config.previous, config.version);
}

Outcome<> check(const Environment& environment, const Config& config) {
  const auto target = target_of(environment);
  if (!target) {
    return std::unexpected(target.error());
  }
  const auto saved = load(path_of(environment, config));
  if (!saved) {
    return fault(FaultCode::io, saved.error());
  }
  if (!*saved) {
    return {};  // nothing was set
  }
  auto writer = sysctl::SysctlWriter::open();
  if (!writer) {
    return fault(FaultCode::io, writer.error());
  }
  std::string differences;
  const Result<> seen = writer->visit(*target, [&](sysctl::SysctlTree& tree) {
    for (const SavedValue& each : (*saved)->values) {
      const auto now = tree.read(each.key);
      if (!now || !same_value(each.key, each.wanted, *now)) {
        differences +=
            fmt::format("{}{} is {}, not {}", differences.empty() ? "" : "; ", each.key.name(),
                        now ? podsysctl::quoted(sysctl::normalise(*now)) : now.error().message,
                        podsysctl::quoted(each.wanted));
      }
    }
  });
  if (!seen) {
    return fault(FaultCode::io, seen.error());
  }
  return differences.empty() ? Outcome<>()
                             : fault(FaultCode::differs, "sysctls differ: " + differences);
}

Outcome<> del(const Environment& environment, const Config& config, Notes& notes) {
  const std::string path = path_of(environment, config);
  const auto saved = load(path);
  if (!saved) {
    notes.push_back(saved.error().message);
  } else if (*saved && !environment.netns.empty()) {
    // A namespace that is gone, or was never ours, took the values with it.
    if (const auto target = target_of(environment)) {
      if (const Result<> undone = take_back(**saved, *target); !undone) {
        notes.push_back(undone.error().message);
      }
    }
  }
  const Result<> gone = forget(path);
  return gone ? Outcome<>() : fault(FaultCode::io, gone.error());
}

Outcome<> collect(const Config& config) {
  std::set<std::string> valid;
  for (const Attachment& each : config.valid) {
    valid.insert(saved_path(config.data_folder, each.container_id, each.ifname));
  }
  std::error_code failure;
  for (fs::directory_iterator entry(config.data_folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string path = config.data_folder + "/" + entry->path().filename().string();
    const auto saved = load(path);
    const bool stale = saved && *saved && (*saved)->network == config.network;
    if (!stale || valid.contains(path)) {
      continue;
    }
    if (const Result<> gone = forget(path); !gone) {
      return fault(FaultCode::io, gone.error());
    }
  }
  return {};
}

Outcome<> status(const Config& config) {
  std::error_code failure;
  if (!fs::exists(config.policy_folder, failure)) {
    return {};
  }
  const auto set = rules::read_set(config.policy_folder);
  return set ? Outcome<>() : fault(FaultCode::unavailable, set.error());
}

}  // namespace podsysctl::cni
