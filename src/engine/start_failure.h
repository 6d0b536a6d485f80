// SPDX-License-Identifier: Apache-2.0
// Why a container did not start, with the exit code that docker would end with.
#pragma once

#include "base/error.h"

namespace podsysctl::engine {

struct StartFailure {
  Error error;
  // 126: the command is there and cannot be executed; 127: it is not there; 125: everything else.
  int exit_code = 125;
};

}  // namespace podsysctl::engine
