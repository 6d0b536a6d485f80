// SPDX-License-Identifier: Apache-2.0
// The device files of a host, and what machine it is. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace podsysctl::linux {

struct Device {
  std::string path;
  char type = 'c';  // 'c' or 'b'
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  mode_t mode = 0;  // the lower twelve bits
  uid_t uid = 0;
  gid_t gid = 0;
};

// Device files in `folder` and below, sorted by path; links and other file systems (pts, shm,
// mqueue) are left out.
[[nodiscard]] Result<std::vector<Device>> list_devices(const std::string& folder);

// As uname -m has it: "x86_64".
[[nodiscard]] Result<std::string> machine_name();

}  // namespace podsysctl::linux
