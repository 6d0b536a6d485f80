// SPDX-License-Identifier: Apache-2.0
// The folder that pins lie below ("/run/podsysctl") is a shared mount point of its own, as
// ip-netns(8) makes /run/netns: every sandbox's mount namespace then sees pins come and go.
// Otherwise a sandbox would keep copies of the pins of its time, and with them the namespaces of
// pods long removed. Thread-safety: processes keep out of each other's way through a lock file
// beside the folder.
#pragma once

#include <string>

#include "base/result.h"

namespace podsysctl::sandbox {

// Makes the folder and the mount where they are missing; quick where they are there.
[[nodiscard]] Result<> prepare_run_folder(const std::string& folder);

}  // namespace podsysctl::sandbox
