// SPDX-License-Identifier: Apache-2.0
// Reads what `docker save` and `skopeo copy … docker-archive:` write: a tar file, compressed or
// not, with manifest.json, a configuration and one tar file per layer. Names in it are only ever
// compared with other names in it. Private to src/image.
// Errors: invalid_argument naming the file, not_found. Thread-safety: one thread per object.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/byte_source.h"
#include "image/documents.h"
#include "image/limits.h"

namespace podsysctl::image {

class DockerArchive {
 public:
  // Another text once the file has changed.
  [[nodiscard]] static Result<std::string> stamp_of(const std::string& path);

  // Reads the table of contents.
  [[nodiscard]] static Result<DockerArchive> open(const std::string& path, const Limits& limits);

  struct Layer {
    std::string diff_id;
    std::uint64_t size = 0;
  };
  struct Selected {
    std::string config_digest;
    Configuration config;
    std::vector<Layer> layers;                  // lowest first
    std::map<std::string, std::string> wanted;  // name in the archive -> diff-id
  };
  // `ref` is one of the image's RepoTags, "" where the archive holds one image.
  [[nodiscard]] Result<Selected> select(const std::string& ref) const;

  // Calls `use` for each layer of `diff_ids`, in the archive's order; an error if one is not there.
  [[nodiscard]] Result<> read_layers(
      const Selected& image, const std::set<std::string>& diff_ids,
      const std::function<Result<>(const std::string& diff_id, ByteSource& blob)>& use) const;

 private:
  DockerArchive(std::string path, const Limits& limits) : path_(std::move(path)), limits_(limits) {}
  [[nodiscard]] Result<> read_contents();
  [[nodiscard]] Result<ArchivedImage> choose(const std::string& ref) const;
  [[nodiscard]] Result<std::string> resolve(const std::string& name) const;
  [[nodiscard]] Result<std::string> read_entry(const std::string& name) const;

  std::string path_;
  Limits limits_;
  std::string manifest_;
  std::map<std::string, std::uint64_t> files_;  // name -> size
  std::map<std::string, std::string> links_;    // name -> target, both from the archive's top
};

}  // namespace podsysctl::image
