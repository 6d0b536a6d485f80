// SPDX-License-Identifier: Apache-2.0
#include "node/kept_spec.h"

#include <nlohmann/json.hpp>

#include "json/cursor.h"
#include "json/json.h"
#include "node/facts.h"
#include "pod/manifest.h"

namespace podsysctl::node {

std::string to_text(const KeptSpec& kept) {
  return json::dump({{"manifest", kept.manifest}, {"podIP", kept.pod_ip}});
}

Result<KeptSpec> read_kept_spec(std::string_view text) {
  constexpr std::string_view kName = "the spec on record";
  PSYS_TRY_ASSIGN(const json::Value value, json::parse(text, kName));
  const json::Cursor kept(value, kName);
  PSYS_TRY_ASSIGN(std::string manifest, kept.string_at("manifest"));
  PSYS_TRY_ASSIGN(std::string pod_ip, kept.string_or("podIP", ""));
  return KeptSpec{std::move(manifest), std::move(pod_ip)};
}

Result<pod::PodSpec> spec_of(const Node& node, const store::PodRecord& pod) {
  PSYS_TRY_ASSIGN(const KeptSpec kept, read_kept_spec(pod.spec));
  PSYS_TRY_ASSIGN(pod::Manifest manifest, pod::read_pod(kept.manifest, pod.source));
  pod::fill_in(manifest.pod, facts_of(node, pod, kept.pod_ip, manifest.pod.network));
  return std::move(manifest.pod);
}

}  // namespace podsysctl::node
