// SPDX-License-Identifier: Apache-2.0
#include <archive.h>

#include <cerrno>
#include <exception>

#include "image/archive_stream.h"

namespace podsysctl::image {

ArchiveHandle::ArchiveHandle(ByteSource& source) : source_(source), archive_(archive_read_new()) {}

ArchiveHandle::~ArchiveHandle() { archive_read_free(archive_); }

// Called by libarchive, which is C: nothing may be thrown through it.
ssize_t ArchiveHandle::read(archive* handle, void* self, const void** buffer) {
  auto& me = *static_cast<ArchiveHandle*>(self);
  try {
    Result<std::string_view> piece = me.source_.next();
    if (piece) {
      *buffer = piece->data();
      return static_cast<ssize_t>(piece->size());
    }
    me.source_error_ = std::move(piece).error();
  } catch (const std::exception& failure) {
    me.source_error_ = Error{Code::internal, 0, failure.what()};
  }
  archive_set_error(handle, EIO, "the source failed");
  return ARCHIVE_FATAL;
}

std::int64_t ArchiveHandle::skip(archive* /*handle*/, void* self, std::int64_t request) {
  auto& me = *static_cast<ArchiveHandle*>(self);
  return request <= 0
             ? 0
             : static_cast<std::int64_t>(me.source_.skip(static_cast<std::uint64_t>(request)));
}

Result<> ArchiveHandle::open() {
  if (archive_ == nullptr) {
    return Error::from_errno(ENOMEM, "start libarchive");
  }
  if (archive_read_open2(archive_, this, nullptr, &ArchiveHandle::read, &ArchiveHandle::skip,
                         nullptr) != ARCHIVE_OK) {
    return failure("no archive that can be read, or a damaged one");
  }
  return {};
}

std::unexpected<Error> ArchiveHandle::failure(std::string_view what) const {
  if (source_error_) {
    return std::unexpected(*source_error_);
  }
  const char* const reason = archive_error_string(archive_);
  return Error::of(Code::invalid_argument, "{}: {}", what,
                   reason == nullptr ? "the data is damaged or ends too early" : reason);
}

}  // namespace podsysctl::image
