// SPDX-License-Identifier: Apache-2.0
// env[].valueFrom: fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pod/object_reader.h"
#include "pod/pod_scope.h"

namespace podsysctl::pod {

// The variable's value; nullopt where it is left unset (an optional key that is not there) or where
// a fault was noted.
[[nodiscard]] std::optional<std::string> read_value_from(const ObjectReader& source,
                                                         const PodScope& scope,
                                                         const Container& container);

// `ConfigMap "x" is not in this file; …`
[[nodiscard]] std::string not_in_file(ConfigKind kind, std::string_view name);

}  // namespace podsysctl::pod
