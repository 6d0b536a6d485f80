// SPDX-License-Identifier: Apache-2.0
// resources of a container: cpu and memory, limits and requests.
#pragma once

#include "pod/object_reader.h"
#include "pod/spec.h"

namespace podsysctl::pod {

// A request that is not given is the limit, as the API defaults it.
[[nodiscard]] Resources read_resources(const ObjectReader& container);

}  // namespace podsysctl::pod
