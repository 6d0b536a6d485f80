// SPDX-License-Identifier: Apache-2.0
// CNI network configuration: /etc/cni/net.d/*.conflist, *.conf and *.json, the first by name, as
// libcni takes it. Errors name the file. Thread-safety: values.
// Source: CNI specification, section 1 (network configuration format), 0.3.0 to 1.1.0.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podsysctl::sandbox {

struct CniPlugin {
  std::string type;                    // the program's name
  std::string ipam_type;               // the address plugin that it will start; "" for none
  std::set<std::string> capabilities;  // those declared true
  std::string config;                  // its JSON object, as text
};

struct CniNetwork {
  std::string name;
  std::string version;  // cniVersion, the highest that both sides know
  std::string source;   // the file, or "built-in"
  std::vector<CniPlugin> plugins;

  [[nodiscard]] bool has_capability(const std::string& capability) const;
};

enum class CniFileKind : std::uint8_t { list, single };  // *.conflist; *.conf and *.json

[[nodiscard]] Result<CniNetwork> parse_cni_network(std::string_view text, const std::string& source,
                                                   CniFileKind kind);

// The folder's first file by name; nothing if there is none or no folder. A first file that cannot
// be used is an error, so that a pod never lands in another network than the administrator's.
[[nodiscard]] Result<std::optional<CniNetwork>> find_cni_network(const std::string& folder);

// What the specification allows for a container id and a network name, which become parts of paths
// and rule comments: letters, digits, '_', '.', '-', beginning with a letter or digit.
[[nodiscard]] bool is_cni_name(std::string_view text) noexcept;

}  // namespace podsysctl::sandbox
