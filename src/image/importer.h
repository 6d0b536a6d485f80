// SPDX-License-Identifier: Apache-2.0
// From a source to a record and its layers. The layers are held from before they are looked for
// until the record that counts on them is written. Private to src/image.
// Errors: see image/store.h. Thread-safety: no shared state but the store's folder.
#pragma once

#include <string>

#include "base/result.h"
#include "image/docker_archive.h"
#include "image/layer_store.h"
#include "image/limits.h"
#include "image/oci_layout.h"
#include "image/progress.h"
#include "image/records.h"

namespace podsysctl::image {

class Importer {
 public:
  Importer(const Records& records, const LayerStore& layers, const Limits& limits)
      : records_(records), layers_(layers), limits_(limits) {}

  // `seed` has the names and the stamp; the rest is filled in and the record written.
  [[nodiscard]] Result<Record> from_layout(const OciLayout& layout, const std::string& tag,
                                           Record seed, Progress& progress) const;
  [[nodiscard]] Result<Record> from_archive(const DockerArchive& archive, const std::string& ref,
                                            Record seed, Progress& progress) const;
  // `folder` is absolute.
  [[nodiscard]] Result<Record> from_folder(const std::string& folder, Record seed) const;

 private:
  const Records& records_;
  const LayerStore& layers_;
  const Limits limits_;
};

}  // namespace podsysctl::image
