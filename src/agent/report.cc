// SPDX-License-Identifier: Apache-2.0
#include "agent/report.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "live/author.h"
#include "live/managed.h"
#include "live/target.h"

namespace podsysctl::agent {
namespace {

using linux::NamespaceKind;

std::string path_of(const Sandbox& sandbox, NamespaceKind kind) {
  for (const NamespacePlace& place : sandbox.places) {
    if (place.kind == kind && !place.path.empty()) {
      return place.path;
    }
  }
  return fmt::format("/proc/{}/ns/{}", sandbox.pid, to_string(kind));
}

std::vector<store::NamespaceRecord> namespaces_of(const Sandbox& sandbox,
                                                  const sysctl::Target& target) {
  const std::array<std::pair<NamespaceKind, bool>, 3> kinds{
      {{NamespaceKind::net, target.net.has_value()},
       {NamespaceKind::ipc, target.ipc.has_value()},
       {NamespaceKind::uts, target.uts.has_value()}}};
  std::vector<store::NamespaceRecord> records;
  records.reserve(kinds.size());
  for (const auto& [kind, own] : kinds) {
    records.push_back({std::string(to_string(kind)), own ? path_of(sandbox, kind) : "host"});
  }
  return records;
}

std::uint64_t inode_of(const sysctl::SysctlKey& key, const sysctl::Target& target) {
  const std::array<std::pair<sysctl::Scope, const std::optional<linux::Namespace>*>, 4> slots{
      {{sysctl::Scope::net, &target.net},
       {sysctl::Scope::ipc, &target.ipc},
       {sysctl::Scope::uts, &target.uts},
       {sysctl::Scope::user, &target.user}}};
  for (const auto& [scope, slot] : slots) {
    if (scope == scope_of(key) && *slot) {
      return (*slot)->id().inode;
    }
  }
  return 0;
}

}  // namespace

store::PodRecord record_of(const Sandbox& sandbox, const OpenSandbox* open, Timestamp now) {
  store::PodRecord pod{.uid = uid_of(sandbox),
                       .name = sandbox.name,
                       .namespace_ = sandbox.namespace_,
                       .phase = store::PodPhase::running,
                       .stage = store::Stage::started,
                       .engine = "agent",
                       .runtime = sandbox.source.runtime,
                       .sandbox_id = sandbox.id,
                       .attachment = store::Attachment::service,
                       .created = now,
                       .started = now};
  if (open != nullptr) {
    pod.namespaces = namespaces_of(sandbox, open->target);
  }
  return pod;
}

std::vector<store::SettingRecord> settings_of(const sysctl::Application& application,
                                              const rules::Decision& decision) {
  std::vector<store::SettingRecord> records;
  records.reserve(application.settings.size());
  for (const sysctl::AppliedSetting& applied : application.settings) {
    records.push_back(live::record_of(applied));
  }
  // A key that the pod may not set as it wishes can come from a profile all the same.
  const auto is_on_record = [&records](const sysctl::SysctlKey& key) {
    return std::ranges::find(records, key.name(), &store::SettingRecord::name) != records.end();
  };
  for (const rules::Judged& judged : decision.judged) {
    const bool refused =
        judged.fate == rules::Fate::forbidden || judged.fate == rules::Fate::left_out;
    if (refused && !is_on_record(judged.setting.key)) {
      records.push_back(live::record_of({judged.setting, "", "", sysctl::ApplyState::refused}));
    }
  }
  return records;
}

std::vector<store::AuditRecord> audit_of(const sysctl::Application& application,
                                         const OpenSandbox& open, const store::PodRecord& pod,
                                         std::string_view reason) {
  const live::Author author = live::Author::of_this_process();
  std::vector<store::AuditRecord> records;
  for (const sysctl::AppliedSetting& applied : application.settings) {
    if (applied.state != sysctl::ApplyState::applied) {
      continue;
    }
    store::AuditRecord record{.pid = author.pid,
                              .uid = author.uid,
                              .login_uid = author.login_uid,
                              .target = fmt::format("{}/{}", pod.namespace_, pod.name),
                              .target_id = live::audit_id_of_pod(pod.uid),
                              .namespace_inode = inode_of(applied.setting.key, open.target),
                              .name = applied.setting.key.name(),
                              .new_value = applied.effective,
                              .action = store::AuditAction::repair,
                              .outcome = store::AuditOutcome::applied,
                              .reason = std::string(reason)};
    if (!applied.previous.empty()) {
      record.old_value = applied.previous;
    }
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<store::SettingRecord> merged(std::span<const store::SettingRecord> first,
                                         std::vector<store::SettingRecord> second) {
  for (const store::SettingRecord& old : first) {
    if (!live::is_in_force(old)) {
      continue;
    }
    const auto now = std::ranges::find(second, old.name, &store::SettingRecord::name);
    if (now == second.end()) {
      second.push_back(old);
    } else if (!live::is_in_force(*now) ||
               (now->state == store::SettingState::unchanged && now->requested == old.requested)) {
      *now = old;
    }
  }
  return second;
}

std::string text_of(const policy::Verdict& verdict) {
  return verdict.hint().empty() ? verdict.message()
                                : fmt::format("{} ({})", verdict.message(), verdict.hint());
}

std::string text_of(std::string_view reason, std::span<const policy::Verdict> verdicts) {
  std::vector<std::string> texts;
  for (const policy::Verdict& verdict : verdicts) {
    texts.push_back(text_of(verdict));
  }
  return fmt::format("{}: {}", reason, join(texts, "; "));
}

}  // namespace podsysctl::agent
