// SPDX-License-Identifier: Apache-2.0
// libarchive behind our own types: a decompressor and a tar reader, each pulling from a ByteSource.
// Only tar, gzip, zstd, xz and bzip2 are linked. Private to src/image.
// Errors: invalid_argument with libarchive's reason, or the error of the source underneath.
// Thread-safety: one thread per object.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "image/byte_source.h"

struct archive;
struct archive_entry;

namespace podsysctl::image {

// An open libarchive reader and the source that feeds it.
class ArchiveHandle {
 public:
  explicit ArchiveHandle(ByteSource& source);
  ~ArchiveHandle();
  ArchiveHandle(const ArchiveHandle&) = delete;
  ArchiveHandle& operator=(const ArchiveHandle&) = delete;

  [[nodiscard]] archive* get() const noexcept { return archive_; }
  // Begins reading; formats and filters are set before.
  [[nodiscard]] Result<> open();
  // The error of the source if that was the cause, else libarchive's.
  [[nodiscard]] std::unexpected<Error> failure(std::string_view what) const;

 private:
  static ssize_t read(archive* handle, void* self, const void** buffer);
  static std::int64_t skip(archive* handle, void* self, std::int64_t request);

  ByteSource& source_;
  archive* archive_;
  std::optional<Error> source_error_;
};

// Finds the compression by its magic bytes; a stream without one is passed on. Compression within
// compression is not unpacked: the inner one is then no tar.
class Decompressor final : public ByteSource {
 public:
  explicit Decompressor(ByteSource& source);
  ~Decompressor() override;
  [[nodiscard]] Result<std::string_view> next() override;
  [[nodiscard]] std::uint64_t skip(std::uint64_t bytes) override;

 private:
  class Replay;
  [[nodiscard]] Result<> start();

  std::unique_ptr<Replay> replay_;         // gives the bytes that were looked at once more
  std::unique_ptr<ArchiveHandle> handle_;  // absent for a stream that is passed on
  bool started_ = false;
};

struct TarEntry {
  enum class Kind : std::uint8_t {
    file,
    folder,
    symlink,
    hard_link,
    char_device,
    block_device,
    fifo
  };
  Kind kind = Kind::file;
  std::string path;    // as in the archive
  std::string target;  // of links
  mode_t mode = 0;     // the lower twelve bits
  uid_t uid = 0;
  gid_t gid = 0;
  timespec mtime{};
  std::uint64_t size = 0;  // of files, holes counted
  dev_t device = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;
};

class TarReader {
 public:
  explicit TarReader(ByteSource& source);

  // The next entry; nullopt at the end.
  [[nodiscard]] Result<std::optional<TarEntry>> next();

  struct Block {
    std::string_view data;  // valid until the next call
    std::uint64_t offset = 0;
  };
  // Of the current entry, with offsets that rise; nullopt at its end.
  [[nodiscard]] Result<std::optional<Block>> next_block();

 private:
  ArchiveHandle handle_;
  bool open_ = false;
};

// The current entry's data as a stream of its own; holes come as zeros.
class EntrySource final : public ByteSource {
 public:
  EntrySource(TarReader& tar, std::uint64_t size) : tar_(tar), size_(size) {}
  [[nodiscard]] Result<std::string_view> next() override;

 private:
  TarReader& tar_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  std::optional<TarReader::Block> waiting_;  // behind a hole
  std::string zeros_;
};

}  // namespace podsysctl::image
