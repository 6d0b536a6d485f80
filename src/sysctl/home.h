// SPDX-License-Identifier: Apache-2.0
// A worker thread's own namespaces, to which it returns, so that it does not keep those of a pod
// alive that is gone. Thread-safety: values; enter() acts on the calling thread.
#pragma once

#include "base/result.h"
#include "linux/namespaces.h"

namespace podsysctl::sysctl {

struct Home {
  linux::Namespace net;
  linux::Namespace ipc;
  linux::Namespace uts;

  [[nodiscard]] static Result<Home> of_this_thread();
  [[nodiscard]] Result<> enter() const;
};

}  // namespace podsysctl::sysctl
