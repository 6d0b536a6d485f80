// SPDX-License-Identifier: Apache-2.0
// Which numeric user, group and supplementary groups a container's process gets. The image's
// /etc/passwd and /etc/group are read beneath its root and are hostile input: regular files only,
// no links that lead out, at most 1 MiB each, lines that are no entries are skipped.
// Errors: invalid_argument (unknown name, number out of range); denied_by_policy for runAsNonRoot,
// in the words of Kubernetes. Thread-safety: no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linux/fd.h"
#include "pod/spec.h"

namespace podsysctl::engine {

struct Identity {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, without gid, in order of appearance
  std::string home;                   // "/" where the image says nothing
  bool by_name = false;               // the user was given as a name
};

// `user` is "", "name", "uid", "name:group", "uid:gid" in any mixture; "" is root. Supplementary
// groups are those that /etc/group lists the user in, unless a group is given.
[[nodiscard]] Result<Identity> resolve_user(linux::FdRef rootfs, std::string_view user);

// The container's user: its own `user`, runAsUser and runAsGroup, else the image's; the pod's
// supplementary groups are added; runAsNonRoot is checked.
[[nodiscard]] Result<Identity> resolve_identity(linux::FdRef rootfs,
                                                const pod::Container& container,
                                                std::string_view image_user);

// runAsNonRoot where the runtime finds the user: decided from what is written alone, as the kubelet
// does.
[[nodiscard]] Result<> check_non_root(const pod::Container& container, std::string_view image_user);

}  // namespace podsysctl::engine
