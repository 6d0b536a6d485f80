// SPDX-License-Identifier: Apache-2.0
// What is known about the kernel parameters of one kernel: the probe's answers on this one, joined
// with the catalogue; from the catalogue alone for another kernel, or where the probe may not make
// namespaces. Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sysctl/catalog.h"
#include "sysctl/kernel_version.h"
#include "sysctl/probe.h"

namespace podsysctl::cli {

enum class FactSource : std::uint8_t { probe, data };
[[nodiscard]] std::string_view to_string(FactSource source) noexcept;

struct KernelFacts {
  std::string release;
  sysctl::KernelVersion version;
  FactSource source = FactSource::data;
  std::string why_not_probed;                 // of this kernel; "" where it was, or is another one
  std::optional<sysctl::ProbeReport> report;  // with FactSource::probe
};

// This kernel, by the cached probe in `root` or one with trial writes. Where the passive probe
// fails, the catalogue answers for `uname -r`. Errors: those of the active probe; unsupported for a
// release that is no version.
[[nodiscard]] Result<KernelFacts> this_kernel(const std::string& root, sysctl::ProbeMode mode);

// Another one: "6.12", "5.10.262", "6.1.0-21-amd64". invalid_argument for anything else.
[[nodiscard]] Result<KernelFacts> other_kernel(const std::string& release);

struct KeyFacts {
  sysctl::SysctlKey key;
  const sysctl::Entry* entry = nullptr;  // nullptr: not in the catalogue
  sysctl::Scope scope = sysctl::Scope::node;
  sysctl::Settability settability = sysctl::Settability::absent;
  std::optional<sysctl::Settability> in_user_namespace;  // the probe's alone
  std::optional<std::string> default_value;              // empty where it is not known
  std::string note;                                      // mostly ""
  FactSource source = FactSource::data;
};

// Of any key; absent where this kernel does not have it. An interface's key is answered for by its
// family.
[[nodiscard]] KeyFacts facts_of(const KernelFacts& kernel, const sysctl::SysctlKey& key);

// Every key that the kernel has, by name. From the catalogue alone, patterns stand for families.
[[nodiscard]] std::vector<KeyFacts> all_facts(const KernelFacts& kernel);

}  // namespace podsysctl::cli
