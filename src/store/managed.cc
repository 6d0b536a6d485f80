// SPDX-License-Identifier: Apache-2.0
// A thousand pods are looked at as often as somebody asks for drift: one statement a table, joined
// here by the order of the uids, instead of three for each pod.
#include <utility>

#include "store/columns.h"
#include "store/enum_texts.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
namespace {

Result<std::vector<ManagedPod>> started_pods(Database& database) {
  std::vector<ManagedPod> pods;
  PSYS_TRY(database.each(
      "SELECT uid, name, namespace, sandbox_pid, sandbox_start FROM pods WHERE stage = ?1"
      " ORDER BY uid",
      {to_string(Stage::started)}, [&pods](const Row& row) {
        pods.push_back({row.text(0), row.text(1), row.text(2), process_at(row, 3), {}, {}});
        return Result<>();
      }));
  return pods;
}

// Gives each row of an answer that is ordered by uid, its first column, to its pod.
class ByPod {
 public:
  explicit ByPod(std::vector<ManagedPod>& pods) : pods_(pods) {}

  ManagedPod* find(const std::string& uid) {
    while (at_ < pods_.size() && pods_[at_].uid < uid) {
      ++at_;
    }
    return at_ < pods_.size() && pods_[at_].uid == uid ? &pods_[at_] : nullptr;
  }

 private:
  std::vector<ManagedPod>& pods_;
  std::size_t at_ = 0;
};

Result<> add_settings(Database& database, std::vector<ManagedPod>& pods) {
  ByPod by_pod(pods);
  return database.each(
      "SELECT pod_uid, name, requested, previous, effective, origin, state, drifted FROM settings"
      " ORDER BY pod_uid, position",
      {}, [&by_pod](const Row& row) -> Result<> {
        ManagedPod* const pod = by_pod.find(row.text(0));
        if (pod == nullptr) {
          return {};
        }
        SettingRecord setting{.name = row.text(1),
                              .requested = row.text(2),
                              .previous = optional_text_at(row, 3),
                              .effective = optional_text_at(row, 4),
                              .origin = row.text(5),
                              .drifted = optional_text_at(row, 7)};
        PSYS_TRY_ASSIGN(setting.state, value_of(kSettingStates, row.text(6)));
        pod->settings.push_back(std::move(setting));
        return {};
      });
}

Result<> add_namespaces(Database& database, std::vector<ManagedPod>& pods) {
  ByPod by_pod(pods);
  return database.each("SELECT pod_uid, kind, path FROM namespaces ORDER BY pod_uid, position", {},
                       [&by_pod](const Row& row) -> Result<> {
                         if (ManagedPod* const pod = by_pod.find(row.text(0))) {
                           pod->namespaces.push_back({row.text(1), row.text(2)});
                         }
                         return {};
                       });
}

}  // namespace

Result<std::vector<ManagedPod>> Store::managed_pods() {
  std::vector<ManagedPod> pods;
  const auto work = [&]() -> Result<> {
    PSYS_TRY_ASSIGN(pods, started_pods(*database_));
    PSYS_TRY(add_settings(*database_, pods));
    return add_namespaces(*database_, pods);
  };
  PSYS_TRY(in_snapshot(*database_, work));
  std::erase_if(pods, [](const ManagedPod& pod) { return pod.settings.empty(); });
  return pods;
}

Result<std::vector<Pin>> Store::pins(std::string_view kind) {
  std::vector<Pin> pins;
  PSYS_TRY(database_->each("SELECT pod_uid, path FROM namespaces WHERE kind = ?1", {kind},
                           [&pins](const Row& row) {
                             pins.push_back({row.text(0), row.text(1)});
                             return Result<>();
                           }));
  return pins;
}

}  // namespace podsysctl::store
