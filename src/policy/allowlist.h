// SPDX-License-Identifier: Apache-2.0
// The kubelet's allowlist on one node: the safe list of the Kubernetes version, then the
// administrator's names and patterns (--allowed-unsafe-sysctls). Exact names win over patterns; a
// pattern is a plain string prefix ("kernel.msg*" matches "kernel.msgnope").
// Errors: invalid_argument for the spelling, not_namespaced for what no pod has of its own. The
// first line of the message is the one with which that version's kubelet refuses to start; "hint:
// …" follows on the second. Thread-safety: immutable after create().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/kubernetes_version.h"
#include "sysctl/scope.h"

namespace podsysctl::policy {

class Allowlist {
 public:
  // Who put an entry on the list.
  enum class Source : std::uint8_t { safe_list, administrator };

  // Which entries a request may use: before 1.11 the `sysctls` annotation was held against the
  // safe list alone.
  enum class Part : std::uint8_t { safe_only, all };

  struct Match {
    std::string pattern;  // as compared: "net.*", "kernel.sem"
    Source source;
    sysctl::Scope scope;  // net or ipc, as that version's kubelet believes
  };

  // `kernel` is empty where the node's kernel version cannot be read or parsed.
  [[nodiscard]] static Result<Allowlist> create(KubernetesVersion version,
                                                std::span<const std::string> patterns,
                                                const std::optional<KernelVersion>& kernel);

  // The entry that allows a name, given in the version's normalised spelling.
  [[nodiscard]] std::optional<Match> find(std::string_view normalised, Part part) const;

  [[nodiscard]] KubernetesVersion version() const noexcept { return version_; }
  [[nodiscard]] const std::optional<KernelVersion>& kernel() const noexcept { return kernel_; }

 private:
  struct Entry {
    Source source;
    sysctl::Scope scope;
  };

  Allowlist(KubernetesVersion version, std::optional<KernelVersion> kernel)
      : version_(version), kernel_(kernel) {}

  [[nodiscard]] Result<> add(std::string_view pattern, Source source);

  KubernetesVersion version_;
  std::optional<KernelVersion> kernel_;
  std::map<std::string, Entry, std::less<>> names_;
  std::map<std::string, Entry, std::less<>> prefixes_;
};

// The value of --allowed-unsafe-sysctls, as the kubelet's flag library cuts it: one line of
// comma-separated values, nothing trimmed, a value may be in double quotes, "" is the empty list.
// A flag that is given several times adds up.
[[nodiscard]] Result<std::vector<std::string>> parse_pattern_list(std::string_view flag_value);

// The kubelet's flag: --experimental-allowed-unsafe-sysctls before 1.11.
[[nodiscard]] std::string_view allowlist_flag(KubernetesVersion version) noexcept;

}  // namespace podsysctl::policy
