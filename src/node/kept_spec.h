// SPDX-License-Identifier: Apache-2.0
// What a pod's record keeps of its manifest, so that its containers can be started again when the
// file has changed, is broken or gone: the text itself, and the address that the pod got.
// Errors: invalid_argument for what no version of ours wrote. Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "node/node.h"
#include "pod/spec.h"
#include "store/records.h"

namespace podsysctl::node {

struct KeptSpec {
  std::string manifest;
  std::string pod_ip;
};

// PodRecord::spec, and back.
[[nodiscard]] std::string to_text(const KeptSpec& kept);
[[nodiscard]] Result<KeptSpec> read_kept_spec(std::string_view text);

// The pod as it was launched, its containers' environment filled in.
[[nodiscard]] Result<pod::PodSpec> spec_of(const Node& node, const store::PodRecord& pod);

}  // namespace podsysctl::node
