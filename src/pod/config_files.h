// SPDX-License-Identifier: Apache-2.0
// The files of a configMap or secret volume: all keys, or those of `items`, each with its mode.
#pragma once

#include "pod/object_reader.h"
#include "pod/pod_scope.h"
#include "pod/spec.h"

namespace podsysctl::pod {

[[nodiscard]] ProjectedFiles read_config_files(const ObjectReader& source, ConfigKind kind,
                                               const PodScope& scope);

}  // namespace podsysctl::pod
