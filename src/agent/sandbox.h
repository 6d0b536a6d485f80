// SPDX-License-Identifier: Apache-2.0
// A pod sandbox as a door of the agent is told of it: whatever runtime made it, and whichever way
// the news came. Thread-safety: values.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "linux/namespaces.h"
#include "rules/pod_facts.h"

namespace podsysctl::agent {

// A namespace that the runtime keeps at a path.
struct NamespacePlace {
  linux::NamespaceKind kind = linux::NamespaceKind::net;
  std::string path;
};

// Who told of a sandbox.
struct Source {
  std::string door;     // its address: "/run/nri/nri.sock"
  std::string runtime;  // "containerd v2.1.9"
};

struct Sandbox {
  std::string id;  // the runtime's, the same at all doors
  std::string uid;
  std::string name;
  std::string namespace_;
  rules::Labels labels;
  rules::Labels annotations;
  Source source;
  std::string handler;  // the runtime class's: "runc", "kata"; "" where there is none
  pid_t pid = 0;        // a process in the sandbox's namespaces; 0: there is none
  std::string group;    // what the process's control group has in its path; "": not told
  std::vector<NamespacePlace> places;
};

// What its pod is known by on record; sandboxes without a pod are known by themselves.
[[nodiscard]] const std::string& uid_of(const Sandbox& sandbox) noexcept;
// "pod shop/web"
[[nodiscard]] std::string title_of(const Sandbox& sandbox);

}  // namespace podsysctl::agent
