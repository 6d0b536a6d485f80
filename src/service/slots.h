// SPDX-License-Identifier: Apache-2.0
// The pods that the service looks after, one slot a manifest file: what the file says, what is
// known of its pod, whether somebody is at it. take_folder() is where files become wishes: a pod's
// name belongs to the file that had it first, and a file that cannot be used leaves its pod as it
// is. Thread-safety: one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "linux/fd.h"
#include "service/manifest_folder.h"
#include "service/pod_memory.h"
#include "service/workers.h"

namespace podsysctl::service {

struct Slot {
  Wanted wanted = Wanted::gone;  // until a file says else
  std::string hash;
  std::string namespace_;
  std::string name;
  std::string problem;  // "" or why the file cannot be used
  bool has_init_containers = false;

  PodMemory memory;
  std::optional<Watched> watched;
  linux::Fd pause;  // pidfd of the sandbox's process, where there is one to wait for
  Moment due;
  bool busy = false;   // a worker is at it
  bool dirty = false;  // to be looked at again after that, or as soon as one may

  // Nothing is to be concluded from what its pod does now.
  [[nodiscard]] bool is_in_hand() const noexcept { return busy || dirty; }

  // What the look may wait for: init containers, or containers that have time to end.
  [[nodiscard]] JobKind job_kind() const noexcept;
};

using Slots = std::map<std::string, Slot>;  // by path

// What a new look at the folder changed.
struct FolderChanges {
  std::vector<std::string> to_sync;   // paths
  std::vector<std::string> problems;  // paths whose problem is new
};

[[nodiscard]] FolderChanges take_folder(Slots& slots, const std::vector<ManifestFile>& files);

void take_outcome(Slot& slot, Outcome outcome);

// Whether another slot still holds a pod of this one's name that is going.
[[nodiscard]] bool waits_for_name(const Slots& slots, const std::string& path);

}  // namespace podsysctl::service
