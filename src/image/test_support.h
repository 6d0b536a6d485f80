// SPDX-License-Identifier: Apache-2.0
// Makes tar files (written here, so that they can say anything) and image layouts for tests,
// hostile ones too. Failures abort the test program.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podsysctl::image::testing {

struct TestEntry {
  std::string path;
  mode_t type = S_IFREG;
  std::string content;    // of files
  std::string target;     // of symbolic links
  std::string hard_link;  // with this the entry is one
  mode_t mode = 0644;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::int64_t mtime = 1'000'000'000;
  dev_t device = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;
};

[[nodiscard]] TestEntry file(std::string path, std::string content = "");
[[nodiscard]] TestEntry folder(std::string path, mode_t mode = 0755);
[[nodiscard]] TestEntry symlink_to(std::string path, std::string target);
[[nodiscard]] TestEntry hard_link_to(std::string path, std::string existing);
[[nodiscard]] TestEntry device(std::string path, mode_t type, unsigned major, unsigned minor);

// `filter` is "", "gzip", "zstd", "xz" or "bzip2".
[[nodiscard]] std::string make_tar(const std::vector<TestEntry>& entries,
                                   const std::string& filter = "");
[[nodiscard]] std::string compressed(const std::string& data, const std::string& filter);

// A folder that is removed with the object.
// An OCI image layout that is built piece by piece; index.json is written anew with each image.
class TestLayout {
 public:
  explicit TestLayout(std::string folder);

  // Stores the text and returns {"mediaType":…,"digest":…,"size":…}.
  [[nodiscard]] std::string add_blob(std::string_view media_type, const std::string& text) const;

  struct Layer {
    std::string plain;   // the tar
    std::string stored;  // what lies in the blob
  };
  // `extra` is appended inside the descriptor in the index: R"(,"platform":{…})".
  void add_image(const std::vector<Layer>& layers, std::string_view config = R"("Cmd":["/bin/sh"])",
                 std::string_view extra = "",
                 std::string_view platform = R"("architecture":"amd64","os":"linux")");
  void write_index(std::string_view manifests) const;
  // Where a blob of this content lies.
  [[nodiscard]] std::string blob_path(const std::string& text) const;

 private:
  std::string folder_;
  std::string manifests_;
};

// A layer stored as the tar that it is.
[[nodiscard]] TestLayout::Layer plain_layer(const std::vector<TestEntry>& entries);

void write_text(const std::string& path, std::string_view text);
[[nodiscard]] std::string read_text(const std::string& path);
// The paths below a folder, sorted.
[[nodiscard]] std::vector<std::string> tree_of(const std::string& folder);

}  // namespace podsysctl::image::testing
