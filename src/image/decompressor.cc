// SPDX-License-Identifier: Apache-2.0
#include <archive.h>
#include <archive_entry.h>

#include "image/archive_stream.h"

namespace podsysctl::image {
namespace {

using namespace std::string_view_literals;

struct Compression {
  std::string_view magic;
  int (*support)(archive*);
};
constexpr Compression kCompressions[] = {
    {"\x1f\x8b"sv, archive_read_support_filter_gzip},
    {"\x28\xb5\x2f\xfd"sv, archive_read_support_filter_zstd},
    {"\xfd\x37\x7a\x58\x5a\0"sv, archive_read_support_filter_xz},
    {"BZh"sv, archive_read_support_filter_bzip2},
};
constexpr std::size_t kLongestMagic = 6;

}  // namespace

// Its first next() repeats what was read to find the magic bytes.
class Decompressor::Replay final : public ByteSource {
 public:
  explicit Replay(ByteSource& source) : source_(source) {}

  Result<std::string_view> look() {
    while (head_.size() < kLongestMagic) {
      PSYS_TRY_ASSIGN(const std::string_view piece, source_.next());
      if (piece.empty()) {
        break;
      }
      head_ += piece;
    }
    return std::string_view(head_);
  }

  Result<std::string_view> next() override {
    if (!replayed_) {
      replayed_ = true;
      if (!head_.empty()) {
        return std::string_view(head_);
      }
    }
    return source_.next();
  }

  std::uint64_t skip(std::uint64_t bytes) override { return replayed_ ? source_.skip(bytes) : 0; }

 private:
  ByteSource& source_;
  std::string head_;
  bool replayed_ = false;
};

Decompressor::Decompressor(ByteSource& source) : replay_(std::make_unique<Replay>(source)) {}
Decompressor::~Decompressor() = default;

Result<> Decompressor::start() {
  started_ = true;
  PSYS_TRY_ASSIGN(const std::string_view head, replay_->look());
  for (const Compression& compression : kCompressions) {
    if (!head.starts_with(compression.magic)) {
      continue;
    }
    handle_ = std::make_unique<ArchiveHandle>(*replay_);
    archive* const raw = handle_->get();
    if (compression.support(raw) < ARCHIVE_WARN ||
        archive_read_support_format_raw(raw) != ARCHIVE_OK) {
      return handle_->failure("prepare to decompress");
    }
    PSYS_TRY(handle_->open());
    // The filters are asked again about what they gave: a bomb would nest them.
    constexpr int kOneFilterAndTheSource = 2;
    if (archive_filter_count(raw) > kOneFilterAndTheSource) {
      return Error::of(Code::invalid_argument, "it is compressed more than once");
    }
    archive_entry* ignored = nullptr;
    if (archive_read_next_header(raw, &ignored) < ARCHIVE_WARN) {
      return handle_->failure("decompress");
    }
    break;
  }
  return {};
}

// Of a compressed stream nothing can be left out.
std::uint64_t Decompressor::skip(std::uint64_t bytes) {
  return started_ && !handle_ ? replay_->skip(bytes) : 0;
}

Result<std::string_view> Decompressor::next() {
  if (!started_) {
    PSYS_TRY(start());
  }
  if (!handle_) {
    return replay_->next();
  }
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (;;) {
    const int status = archive_read_data_block(handle_->get(), &data, &size, &offset);
    if (status == ARCHIVE_EOF) {
      return std::string_view();
    }
    if (status < ARCHIVE_WARN) {
      return handle_->failure("decompress");
    }
    if (size > 0) {
      return std::string_view(static_cast<const char*>(data), size);
    }
  }
}

}  // namespace podsysctl::image
