// SPDX-License-Identifier: Apache-2.0
// What the agent has to put on record, and who takes it. Whoever takes it does not let the caller
// wait: a runtime waits behind it. Thread-safety: implementations may be called from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "linux/process.h"
#include "store/audit_records.h"
#include "store/records.h"

namespace podsysctl::agent {

struct Notice {
  store::EventType type = store::EventType::normal;
  std::string reason;
  std::string message;
};

// What became of one sandbox.
struct Report {
  store::PodRecord pod;
  std::vector<store::SettingRecord> settings;
  std::vector<Notice> notices;
  std::vector<store::AuditRecord> audit;  // of values written while the pod ran
  // The pod's; to be identified by who puts it on record, since that takes a while.
  std::optional<linux::HeldProcess> process;
};

class Recorder {
 public:
  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  virtual ~Recorder() = default;

  virtual void keep(Report report) = 0;
  // The sandbox is gone.
  virtual void forget(std::string sandbox_id) = 0;
  // There are these sandboxes and no others of this runtime, whatever its version was.
  virtual void keep_only(const std::string& runtime, std::vector<std::string> sandbox_ids) = 0;
  // Waits until all that was handed over before is on record; false when time ran out.
  [[nodiscard]] virtual bool settle(std::chrono::milliseconds limit) = 0;
};

}  // namespace podsysctl::agent
