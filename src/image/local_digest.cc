// SPDX-License-Identifier: Apache-2.0
#include "image/local_digest.h"

#include "image/docker_archive.h"
#include "image/limits.h"
#include "image/oci_layout.h"

namespace podsysctl::image {

Result<std::string> local_digest(const Reference& source) {
  if (source.transport == Transport::oci_layout) {
    PSYS_TRY_ASSIGN(const OciLayout layout, OciLayout::open(source.path, Limits{}));
    PSYS_TRY_ASSIGN(const OciLayout::Selected selected, layout.select(source.selector));
    return selected.config_digest;
  }
  if (source.transport == Transport::docker_archive) {
    PSYS_TRY_ASSIGN(const DockerArchive archive, DockerArchive::open(source.path, Limits{}));
    PSYS_TRY_ASSIGN(const DockerArchive::Selected selected, archive.select(source.selector));
    return selected.config_digest;
  }
  return Error::of(Code::unsupported, "{} is no image on this machine", canonical_name(source));
}

}  // namespace podsysctl::image
