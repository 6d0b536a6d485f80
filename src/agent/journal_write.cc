// SPDX-License-Identifier: Apache-2.0
// What an entry of the journal becomes in the database.
#include <algorithm>
#include <set>
#include <utility>

#include "agent/journal.h"
#include "agent/report.h"

namespace podsysctl::agent {
namespace {

// "containerd" of "containerd v2.1.9"
std::string_view name_of_runtime(std::string_view runtime) {
  return runtime.substr(0, runtime.find(' '));
}

}  // namespace

Result<> Journal::write(const Entry& entry) {
  PSYS_TRY_ASSIGN(store::Transaction transaction, store_.begin());
  PSYS_TRY(std::visit([this](const auto& which) { return write(which); }, entry));
  return transaction.commit();
}

Result<> Journal::write(const Report& report) {
  const Result<store::PodRecord> known = store_.pod(report.pod.uid);
  if (known && known->sandbox_id == report.pod.sandbox_id) {
    PSYS_TRY(put_again(report.pod, *known, report.settings));
  } else {
    PSYS_TRY(put_pod(report.pod));
    PSYS_TRY(store_.put_settings(report.pod.uid, report.settings));
  }
  PSYS_TRY(put_audit(report));
  return put_notices(report);
}

// A second look. Where it found nothing else than the first one, nothing is written.
Result<> Journal::put_again(store::PodRecord pod, const store::PodRecord& known,
                            const std::vector<store::SettingRecord>& settings) {
  PSYS_TRY_ASSIGN(const std::vector<store::SettingRecord> before, store_.settings(pod.uid));
  const std::vector<store::SettingRecord> now = merged(before, settings);
  pod.created = known.created;
  pod.started = known.started;
  if (pod != known) {
    PSYS_TRY(put_pod(pod));
  } else if (now == before) {
    return {};
  }
  return store_.put_settings(pod.uid, now);
}

Result<> Journal::put_audit(const Report& report) {
  if (report.audit.empty()) {
    return {};
  }
  std::vector<store::AuditRecord> records = report.audit;
  for (store::AuditRecord& record : records) {
    record.time = clock_.now();
  }
  PSYS_TRY(store_.begin_audit(records));
  return {};
}

// The pod may be on record with a former sandbox, and its name with a former pod.
Result<> Journal::put_pod(const store::PodRecord& pod) {
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store_.pods());
  for (const store::PodRecord& other : pods) {
    const bool same_name = other.namespace_ == pod.namespace_ && other.name == pod.name;
    if (other.uid == pod.uid || same_name) {
      PSYS_TRY(store_.delete_pod(other.uid));
    }
  }
  return store_.insert_pod(pod);
}

Result<> Journal::put_notices(const Report& report) {
  const Timestamp now = clock_.now();
  for (const Notice& notice : report.notices) {
    const store::EventRecord event{
        .type = notice.type,
        .reason = notice.reason,
        .component = "podsysctl-agent",
        .host = host_,
        .object = {"Pod", report.pod.namespace_, report.pod.name, report.pod.uid},
        .message = notice.message,
        .first_seen = now,
        .last_seen = now};
    PSYS_TRY(store_.add_event(event));
  }
  return {};
}

Result<> Journal::write(const Gone& gone) {
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store_.pods());
  for (const store::PodRecord& pod : pods) {
    if (pod.sandbox_id == gone.sandbox_id) {
      PSYS_TRY(store_.delete_pod(pod.uid));
    }
  }
  return {};
}

Result<> Journal::write(const Only& only) {
  const std::set<std::string> there(only.sandbox_ids.begin(), only.sandbox_ids.end());
  PSYS_TRY_ASSIGN(const std::vector<store::PodRecord> pods, store_.pods());
  for (const store::PodRecord& pod : pods) {
    const bool its_own = name_of_runtime(pod.runtime) == name_of_runtime(only.runtime);
    if (its_own && !there.contains(pod.sandbox_id)) {
      PSYS_TRY(store_.delete_pod(pod.uid));
    }
  }
  return {};
}

}  // namespace podsysctl::agent
