// SPDX-License-Identifier: Apache-2.0
// What looking at and changing running targets needs of its surroundings, handed down from the
// command or the node service. References outlive the call.
#pragma once

#include <string>

#include "base/clock.h"
#include "live/pid_finder.h"
#include "store/store.h"

namespace podsysctl::sysctl {
class SysctlWriter;
}

namespace podsysctl::live {

struct Surroundings {
  store::Store* store = nullptr;        // nullptr: there is no state yet, which is enough to look
  std::string root;                     // "/var/lib/podsysctl"
  std::string host;                     // this host's name, for events
  std::string component = "podsysctl";  // who tells events
  const Clock& clock;
  PidFinder* docker = nullptr;  // nullptr: this build has none
  PidFinder* cri = nullptr;
  sysctl::SysctlWriter* writer = nullptr;  // nullptr: one is opened when something is written
};

}  // namespace podsysctl::live
