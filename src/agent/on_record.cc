// SPDX-License-Identifier: Apache-2.0
#include "agent/on_record.h"

#include "live/managed.h"

namespace podsysctl::agent {

Result<KeysOnRecord> OnRecord::keys_of(const Sandbox& sandbox) {
  const std::scoped_lock lock(mutex_);
  if (!store_) {
    PSYS_TRY_ASSIGN(store::Store store, store::Store::open(root_));
    store_.emplace(std::move(store));
  }
  const Result<store::PodRecord> pod = store_->pod(uid_of(sandbox));
  if (!pod && pod.error().code != Code::not_found) {
    return std::unexpected(pod.error());
  }
  KeysOnRecord keys;
  if (!pod || pod->sandbox_id != sandbox.id) {
    return keys;
  }
  PSYS_TRY_ASSIGN(const std::vector<store::SettingRecord> settings, store_->settings(pod->uid));
  for (const store::SettingRecord& setting : settings) {
    if (setting.origin == live::kSetOrigin) {
      keys.by_hand.push_back(setting.name);
    } else if (live::is_in_force(setting)) {
      keys.in_force.push_back(setting.name);
    }
  }
  return keys;
}

}  // namespace podsysctl::agent
