// SPDX-License-Identifier: Apache-2.0
// What the probe has seen: the sysctls as shown to this thread's namespaces ("host") and to fresh
// ones. Looking only; the classification is probe_classify.h. Thread-safety: no shared state.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "linux/proc_sys_look.h"
#include "sysctl/key.h"

namespace podsysctl::sysctl {

// Every name; access and value only of keys whose name belongs to a namespace (scope_of), the
// others stay {none, ""}: reading all of vm.* and fs.* is slow, partly has effects, and decides
// nothing.
using View = std::map<SysctlKey, linux::SysctlLook>;

struct Views {
  View host;
  View pod;  // fresh net, ipc and uts namespaces together
  View net;  // one fresh namespace each
  View ipc;
  View uts;
  View user;               // fresh ones that a fresh user namespace owns; values of user.* only
  std::string user_error;  // why `user` is empty: no user namespaces here
};

[[nodiscard]] Result<View> look_around(const linux::ProcSys& proc);
[[nodiscard]] Result<Views> look_from_everywhere(const linux::ProcSys& proc);

}  // namespace podsysctl::sysctl
