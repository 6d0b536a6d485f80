// SPDX-License-Identifier: Apache-2.0
// The active half of the probe: writes another legal value in a fresh namespace, looks whether the
// host changed, and puts it back. Only ever written from inside the fresh namespace, so on a sound
// kernel the host cannot change; where it does, the key is leaky.
// Thread-safety: a TrialGround belongs to one caller.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/proc_sys.h"
#include "sysctl/key.h"
#include "sysctl/probe.h"

namespace podsysctl::sysctl {

// Where trials happen: the host, only read, and a fresh set of namespaces. Tests use a model of a
// leaky kernel.
class TrialGround {
 public:
  TrialGround() = default;
  TrialGround(const TrialGround&) = delete;
  TrialGround& operator=(const TrialGround&) = delete;
  virtual ~TrialGround() = default;

  [[nodiscard]] virtual Result<std::string> read_host(const SysctlKey& key) = 0;
  [[nodiscard]] virtual Result<std::string> read_inside(const SysctlKey& key) = 0;
  [[nodiscard]] virtual Result<> write_inside(const SysctlKey& key, std::string_view value) = 0;
};

// Values worth trying that differ from `current`, likeliest first. `choices` is what the kernel
// lists as available for the key, "" for most.
[[nodiscard]] std::vector<std::string> other_values(std::string_view current,
                                                    std::string_view choices);

// The key that lists what may be written to `key` (tcp_available_congestion_control), or "".
[[nodiscard]] std::string_view choices_key(std::string_view key) noexcept;

// Tries every pod-writable key of net, ipc and uts scope; turns leaky ones into `leaky`, with what
// was seen in the note, and notes keys for which no other value was taken.
void try_keys(TrialGround& ground, std::vector<ProbedKey>& keys);

// try_keys in fresh namespaces of the running kernel.
[[nodiscard]] Result<> run_trials(const linux::ProcSys& proc, std::vector<ProbedKey>& keys);

}  // namespace podsysctl::sysctl
