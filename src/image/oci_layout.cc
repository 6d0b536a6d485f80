// SPDX-License-Identifier: Apache-2.0
#include "image/oci_layout.h"

#include <fcntl.h>

#include "base/strings.h"
#include "image/sha256.h"
#include "linux/file.h"

namespace podsysctl::image {
namespace {

constexpr std::string_view kIndex = "index.json";
constexpr int kDeepestIndex = 4;

std::string blob_path(const Descriptor& descriptor) {
  return "blobs/sha256/" + std::string(hex_of(descriptor.digest));
}

}  // namespace

Result<OciLayout> OciLayout::open(const std::string& folder, const Limits& limits) {
  Result<linux::Fd> opened = linux::open_file(folder, O_RDONLY | O_DIRECTORY);
  if (!opened && opened.error().code == Code::not_found) {
    return Error::of(Code::not_found, "{} does not exist: an OCI image layout is a folder", folder);
  }
  PSYS_TRY_ASSIGN(linux::Fd fd, std::move(opened));
  OciLayout layout(std::move(fd), folder, limits);
  const std::string name = folder + "/" + std::string(kIndex);
  auto file = linux::open_regular_beneath(layout.folder_.ref(), kIndex, name);
  if (!file && file.error().code == Code::not_found) {
    return Error::of(Code::not_found, "{} has no {}: it is no OCI image layout", folder, kIndex);
  }
  if (!file) {
    return std::unexpected(std::move(file).error());
  }
  PSYS_TRY_ASSIGN(layout.index_, linux::read_all(file->fd.ref(), name, limits.document_bytes));
  layout.stamp_ = sha256_of(layout.index_);
  return layout;
}

Result<linux::RegularFile> OciLayout::open_blob(const Descriptor& descriptor) const {
  const std::string path = blob_path(descriptor);
  PSYS_TRY_ASSIGN(linux::RegularFile file,
                  linux::open_regular_beneath(folder_.ref(), path, path_ + "/" + path));
  if (file.size != descriptor.size) {
    return Error::of(Code::invalid_argument, "{}/{} has {} bytes, its descriptor says {}", path_,
                     path, file.size, descriptor.size);
  }
  return file;
}

Result<std::string> OciLayout::read_document(const Descriptor& descriptor) const {
  const std::string name = path_ + "/" + blob_path(descriptor);
  PSYS_TRY_ASSIGN(const linux::RegularFile file, open_blob(descriptor));
  PSYS_TRY_ASSIGN(std::string text, linux::read_all(file.fd.ref(), name, limits_.document_bytes));
  const std::string digest = sha256_of(text);
  if (digest != descriptor.digest) {
    return Error::of(Code::invalid_argument, "{} has the digest {}: the file is damaged", name,
                     digest);
  }
  return text;
}

Result<Descriptor> OciLayout::choose_manifest(std::string_view tag) const {
  std::string name = path_ + "/" + std::string(kIndex);
  PSYS_TRY_ASSIGN(std::vector<Descriptor> manifests, parse_index(index_, name, limits_));
  PSYS_TRY_ASSIGN(Descriptor chosen, choose(manifests, tag, name));
  // An image for several machines is an index below the layout's own.
  for (int depth = 0; is_index(chosen); ++depth) {
    if (depth == kDeepestIndex) {
      return Error::of(Code::invalid_argument, "{}: indexes are nested deeper than {} levels", name,
                       kDeepestIndex);
    }
    name = path_ + "/" + blob_path(chosen);
    PSYS_TRY_ASSIGN(const std::string text, read_document(chosen));
    PSYS_TRY_ASSIGN(manifests, parse_index(text, name, limits_));
    PSYS_TRY_ASSIGN(chosen, choose(manifests, "", name));
  }
  return chosen;
}

Result<OciLayout::Selected> OciLayout::select(std::string_view tag) const {
  PSYS_TRY_ASSIGN(const Descriptor chosen, choose_manifest(tag));
  PSYS_TRY_ASSIGN(const std::string text, read_document(chosen));
  PSYS_TRY_ASSIGN(Manifest manifest,
                  parse_manifest(text, path_ + "/" + blob_path(chosen), limits_));
  PSYS_TRY_ASSIGN(const std::string config, read_document(manifest.config));
  Selected out{.config_digest = manifest.config.digest, .config = {}, .layers = {}};
  PSYS_TRY_ASSIGN(out.config,
                  parse_configuration(config, path_ + "/" + blob_path(manifest.config), limits_));
  if (manifest.layers.size() != out.config.diff_ids.size()) {
    return Error::of(Code::invalid_argument, "{}: the manifest has {} layers, the configuration {}",
                     path_, manifest.layers.size(), out.config.diff_ids.size());
  }
  out.layers = std::move(manifest.layers);
  return out;
}

}  // namespace podsysctl::image
