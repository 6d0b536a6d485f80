// SPDX-License-Identifier: Apache-2.0
#include "image/byte_source.h"

#include <algorithm>
#include <utility>

#include "linux/regular_file.h"

namespace podsysctl::image {
namespace {

constexpr std::size_t kPiece = std::size_t{128} << 10U;

}  // namespace

FileSource::FileSource(linux::RegularFile file, std::string name)
    : file_(std::move(file)), name_(std::move(name)), buffer_(kPiece) {}

Result<std::string_view> FileSource::next() {
  PSYS_TRY_ASSIGN(const std::size_t count,
                  linux::read_some_at(file_.fd.ref(), buffer_, position_, name_));
  position_ += count;
  return std::string_view(buffer_.data(), count);
}

// Never past the end, so that a file that was cut short is still found to be.
std::uint64_t FileSource::skip(std::uint64_t bytes) {
  const std::uint64_t left = file_.size - std::min(file_.size, position_);
  const std::uint64_t skipped = std::min(bytes, left);
  position_ += skipped;
  return skipped;
}

Result<std::string_view> MemorySource::next() {
  return std::exchange(data_, data_.substr(data_.size()));
}

Result<std::string_view> DigestingSource::next() {
  PSYS_TRY_ASSIGN(const std::string_view piece, source_.next());
  bytes_ += piece.size();
  if (bytes_ > limit_) {
    return Error::of(Code::invalid_argument, "{} is larger than {} bytes", what_, limit_);
  }
  hash_.update(piece);
  return piece;
}

Result<> DigestingSource::drain() {
  for (;;) {
    PSYS_TRY_ASSIGN(const std::string_view piece, next());
    if (piece.empty()) {
      return {};
    }
  }
}

}  // namespace podsysctl::image
