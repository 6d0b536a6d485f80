// SPDX-License-Identifier: Apache-2.0
// Reads an OCI image layout (image-layout.md of the OCI image specification). Every document is
// verified against the digest that names it before it is read. Private to src/image.
// Errors: invalid_argument naming the file, not_found. Thread-safety: one thread per object.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "image/documents.h"
#include "image/limits.h"
#include "linux/fd.h"
#include "linux/regular_file.h"

namespace podsysctl::image {

class OciLayout {
 public:
  [[nodiscard]] static Result<OciLayout> open(const std::string& folder, const Limits& limits);

  // Changes whenever the layout offers something else: the digest of index.json.
  [[nodiscard]] const std::string& stamp() const noexcept { return stamp_; }

  struct Selected {
    std::string config_digest;
    Configuration config;
    std::vector<Descriptor> layers;  // as many as config.diff_ids, lowest first
  };
  // `tag` "" where the layout holds one image for this machine.
  [[nodiscard]] Result<Selected> select(std::string_view tag) const;

  // A blob of the size stated; its digest is the reader's to verify.
  [[nodiscard]] Result<linux::RegularFile> open_blob(const Descriptor& descriptor) const;

 private:
  OciLayout(linux::Fd folder, std::string path, const Limits& limits)
      : folder_(std::move(folder)), path_(std::move(path)), limits_(limits) {}
  [[nodiscard]] Result<std::string> read_document(const Descriptor& descriptor) const;
  [[nodiscard]] Result<Descriptor> choose_manifest(std::string_view tag) const;

  linux::Fd folder_;
  std::string path_;
  Limits limits_;
  std::string index_;
  std::string stamp_;
};

}  // namespace podsysctl::image
