// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "store/columns.h"
#include "store/enum_texts.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
Result<> Store::put_settings(const std::string& pod_uid, std::span<const SettingRecord> settings) {
  return atomically(*database_, [&]() -> Result<> {
    PSYS_TRY(database_->run("DELETE FROM settings WHERE pod_uid = ?1", {pod_uid}));
    std::int64_t position = 0;
    for (const SettingRecord& setting : settings) {
      PSYS_TRY(database_->run(
          "INSERT INTO settings (pod_uid, position, name, requested, previous, effective, origin,"
          " state, drifted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
          {pod_uid, position++, setting.name, setting.requested, to_value(setting.previous),
           to_value(setting.effective), setting.origin, to_string(setting.state),
           to_value(setting.drifted)}));
    }
    return {};
  });
}

Result<std::vector<SettingRecord>> Store::settings(const std::string& pod_uid) {
  std::vector<SettingRecord> records;
  PSYS_TRY(database_->each(
      "SELECT name, requested, previous, effective, origin, state, drifted FROM settings"
      " WHERE pod_uid = ?1 ORDER BY position",
      {pod_uid}, [&records](const Row& row) -> Result<> {
        SettingRecord setting{row.text(0), row.text(1), optional_text_at(row, 2),
                              optional_text_at(row, 3), row.text(4)};
        PSYS_TRY_ASSIGN(setting.state, value_of(kSettingStates, row.text(5)));
        setting.drifted = optional_text_at(row, 6);
        records.push_back(std::move(setting));
        return {};
      }));
  return records;
}

Result<> Store::set_drifted(const std::string& pod_uid, const std::string& name,
                            const std::optional<std::string>& found) {
  return database_->run("UPDATE settings SET drifted = ?3 WHERE pod_uid = ?1 AND name = ?2",
                        {pod_uid, name, to_value(found)});
}

}  // namespace podsysctl::store
