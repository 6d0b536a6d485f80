// SPDX-License-Identifier: Apache-2.0
// What it takes to look at the values of many pods at once, without their whole records.
// Thread-safety: values.
#pragma once

#include <string>
#include <vector>

#include "linux/process.h"
#include "store/records.h"

namespace podsysctl::store {

// A pod that runs and what was asked for it.
struct ManagedPod {
  std::string uid;
  std::string name;
  std::string namespace_;
  linux::ProcessId sandbox_process;
  std::vector<NamespaceRecord> namespaces;
  std::vector<SettingRecord> settings;
};

struct Pin {
  std::string pod_uid;
  std::string path;
};

}  // namespace podsysctl::store
