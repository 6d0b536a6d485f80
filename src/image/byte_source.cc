// SPDX-License-Identifier: Apache-2.0
#include "image/byte_source.h"

#include <utility>

#include "linux/regular_file.h"

namespace podsysctl::image {
namespace {

constexpr std::size_t kPiece = std::size_t{128} << 10U;

}  // namespace

FileSource::FileSource(linux::Fd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)), buffer_(kPiece) {}

Result<std::string_view> FileSource::next() {
  PSYS_TRY_ASSIGN(const std::size_t count, linux::read_some(fd_.ref(), buffer_, name_));
  return std::string_view(buffer_.data(), count);
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
