// SPDX-License-Identifier: Apache-2.0
// Places where tests kill the process, to prove that nothing is lost there: with
// PODSYSCTL_FAULT_POINT=name in its environment a process ends itself by SIGKILL when it gets to
// that place. Without the variable a fault point does nothing.
#pragma once

#include <string_view>

namespace podsysctl {

void fault_point(std::string_view name);

}  // namespace podsysctl
