// SPDX-License-Identifier: Apache-2.0
// What became of the sockets that were there before a pod's values came: they keep what they took
// over from the old ones (a listener the length of its queue), or are given the new ones where that
// is wanted. Thread-safety: no shared state.
#pragma once

#include <string>

#include "live/sockets.h"
#include "sysctl/apply.h"
#include "sysctl/target.h"

namespace podsysctl::agent {

// "sockets that were open before keep what they took over: the listener 0.0.0.0:80 a queue of 128"
[[nodiscard]] std::string about_open_sockets(const sysctl::Target& target,
                                             const sysctl::Application& application,
                                             live::ExistingSockets how);

}  // namespace podsysctl::agent
