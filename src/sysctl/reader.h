// SPDX-License-Identifier: Apache-2.0
// Reading alone, from many namespaces one after another: one thread joins each of them as it goes,
// opens files for reading only, and goes home at the end. What `get` and `diff` look with, where
// the writer of target.h would pay for what only a change needs. Keys of scope user are seen as the
// caller's user namespace has them: their values need the writer.
// Errors: those of joining and reading; a key that the namespace lacks is not_found.
// Thread-safety: run() may be called from any thread; calls are served in turn.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "linux/namespaces.h"
#include "sysctl/key.h"

namespace podsysctl::sysctl {

struct Target;

// What the joined thread sees. Valid during the call that it was given to.
class Glance {
 public:
  Glance() = default;
  Glance(const Glance&) = delete;
  Glance& operator=(const Glance&) = delete;
  virtual ~Glance() = default;

  // Stays joined until another one of its kind is.
  [[nodiscard]] virtual Result<> join(const linux::Namespace& ns) = 0;
  // All that the target has but the user namespace.
  [[nodiscard]] virtual Result<> join(const Target& target) = 0;
  [[nodiscard]] virtual Result<std::string> read(const SysctlKey& key) = 0;
  // Every key below /proc/sys that has a name we know how to write, unordered.
  [[nodiscard]] virtual Result<std::vector<SysctlKey>> list() = 0;
};

class SysctlReader {
 public:
  [[nodiscard]] static Result<SysctlReader> open();

  [[nodiscard]] Result<> run(const std::function<Result<>(Glance&)>& work);

  SysctlReader(SysctlReader&&) noexcept;
  SysctlReader& operator=(SysctlReader&&) noexcept;
  SysctlReader(const SysctlReader&) = delete;
  SysctlReader& operator=(const SysctlReader&) = delete;
  ~SysctlReader();

 private:
  struct Parts;
  explicit SysctlReader(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::sysctl
