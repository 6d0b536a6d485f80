// SPDX-License-Identifier: Apache-2.0
// Streams of bytes that are pulled, one behind the other: file -> digest -> decompressor -> digest
// -> tar reader. Private to src/image.
// Errors: of the source; invalid_argument where the stream is longer than allowed.
// Thread-safety: one thread per stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/sha256.h"
#include "linux/regular_file.h"

namespace podsysctl::image {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // The next piece, valid until the next call; empty at the end and from then on.
  [[nodiscard]] virtual Result<std::string_view> next() = 0;

  // Leaves out up to `bytes` bytes if that is cheaper than reading them: how many were left out.
  [[nodiscard]] virtual std::uint64_t skip(std::uint64_t /*bytes*/) { return 0; }
};

class FileSource final : public ByteSource {
 public:
  FileSource(linux::RegularFile file, std::string name);
  [[nodiscard]] Result<std::string_view> next() override;
  [[nodiscard]] std::uint64_t skip(std::uint64_t bytes) override;

 private:
  linux::RegularFile file_;
  std::string name_;
  std::uint64_t position_ = 0;
  std::vector<char> buffer_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view data) : data_(data) {}
  [[nodiscard]] Result<std::string_view> next() override;

 private:
  std::string_view data_;
};

// Passes on what it reads, counts and digests it.
class DigestingSource final : public ByteSource {
 public:
  // `what` is for the error of a stream longer than `limit` bytes.
  DigestingSource(ByteSource& source, std::uint64_t limit, std::string_view what)
      : source_(source), limit_(limit), what_(what) {}
  [[nodiscard]] Result<std::string_view> next() override;

  // Reads to the end.
  [[nodiscard]] Result<> drain();
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string digest() { return hash_.digest(); }

 private:
  ByteSource& source_;
  std::uint64_t limit_;
  std::string what_;
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
};

}  // namespace podsysctl::image
