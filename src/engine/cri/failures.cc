// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/failures.h"

#include "engine/embedded/runtime.h"

namespace podsysctl::engine {

StartFailure explain_start_failure(const Error& error) {
  switch (error.code) {
    case Code::unavailable:
    case Code::timeout:
    case Code::unsupported:
      return {error};
    default:
      break;
  }
  constexpr int kNoneOfTheCommands = 125;
  StartFailure failure = classify_start_failure("the container runtime", error.message);
  return failure.exit_code == kNoneOfTheCommands ? StartFailure{error} : std::move(failure);
}

}  // namespace podsysctl::engine
