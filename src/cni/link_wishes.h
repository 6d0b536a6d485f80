// SPDX-License-Identifier: Apache-2.0
// The attributes of the interface that a network's configuration asks for: the tuning plugin's
// fields mac, mtu, promisc, allmulti and txQLen, with its precedence (the field, MAC of CNI_ARGS,
// runtimeConfig.mac, args.cni, the last one given counts) and its ways to say nothing (an empty
// mac, mtu 0, promisc false). Errors: invalid_argument. Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/cursor.h"
#include "linux/net_link.h"

namespace podsysctl::cni {

struct LinkWish {
  linux::LinkAttribute attribute;
  std::string value;  // in its canonical form
};

// As in the configuration: "txQLen".
[[nodiscard]] std::string_view to_string(linux::LinkAttribute attribute) noexcept;
[[nodiscard]] std::optional<linux::LinkAttribute> link_attribute(std::string_view name) noexcept;

// `mac` is that of CNI_ARGS, "" where it has none. The wishes come in the order of writing.
[[nodiscard]] Result<std::vector<LinkWish>> read_link_wishes(const json::Cursor& root,
                                                             std::string_view mac);

}  // namespace podsysctl::cni
