// SPDX-License-Identifier: Apache-2.0
// What an OCI runtime says about a container: the state that hooks read from their standard input,
// and the bundle's config.json as far as it is about sysctls. Both are foreign input: at most
// 4 MiB. Source: OCI runtime specification 1.2, runtime.md "State", config.md, config-linux.md.
// Errors: invalid_argument, with the member at fault; those of reading files. Thread-safety: pure
// functions and values.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "json/json.h"
#include "linux/namespaces.h"
#include "rules/pod_facts.h"

namespace podsysctl::oci {

inline constexpr json::Limits kLimits{
    .bytes = std::size_t{4} << 20U, .depth = 32, .values = 100'000};

struct State {
  std::string id;
  std::string status;  // creating, created, running, stopped
  pid_t pid = 0;
  std::string bundle;  // absolute
};

struct NamespacePlace {
  linux::NamespaceKind kind = linux::NamespaceKind::net;
  std::string path;  // "": the runtime makes it
};

struct Spec {
  rules::Labels annotations;
  std::vector<NamespacePlace> namespaces;                    // a kind that is not here is shared
  std::vector<std::pair<std::string, std::string>> sysctls;  // linux.sysctl, as it is written

  // nullptr: the container shares that of the runtime.
  [[nodiscard]] const NamespacePlace* find(linux::NamespaceKind kind) const noexcept;
};

[[nodiscard]] Result<State> read_state(std::string_view text);

// `name` begins every error.
[[nodiscard]] Result<Spec> read_spec(std::string_view text, std::string_view name);

// The text of a file that must be a regular one, of at most kLimits.bytes.
[[nodiscard]] Result<std::string> read_config(const std::string& path);

}  // namespace podsysctl::oci
