// SPDX-License-Identifier: Apache-2.0
#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <clocale>
#include <limits>

#include "base/strings.h"
#include "image/archive_stream.h"

namespace podsysctl::image {
namespace {

// libarchive converts the UTF-8 names of pax headers into the thread's character set. With this one
// they stay the bytes they are, whatever the environment says. Nothing else of the thread changes.
class Utf8Names {
 public:
  Utf8Names()
      : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)),
        before_(locale_ == nullptr ? nullptr : ::uselocale(locale_)) {}
  ~Utf8Names() {
    if (locale_ != nullptr) {
      ::uselocale(before_);
      ::freelocale(locale_);
    }
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t locale_;
  locale_t before_;
};

std::string text_or_empty(const char* text) { return text == nullptr ? std::string() : text; }

Result<std::uint32_t> owner(la_int64_t id, const std::string& path) {
  // The last one is chown(2)'s "leave as it is".
  if (id < 0 || id >= std::numeric_limits<std::uint32_t>::max()) {
    return Error::of(Code::invalid_argument, "{} belongs to the impossible owner {}",
                     in_quotes(path), id);
  }
  return static_cast<std::uint32_t>(id);
}

Result<TarEntry::Kind> kind_of(archive_entry* entry, const std::string& path) {
  if (archive_entry_hardlink(entry) != nullptr) {
    return TarEntry::Kind::hard_link;
  }
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return TarEntry::Kind::file;
    case AE_IFDIR:
      return TarEntry::Kind::folder;
    case AE_IFLNK:
      return TarEntry::Kind::symlink;
    case AE_IFCHR:
      return TarEntry::Kind::char_device;
    case AE_IFBLK:
      return TarEntry::Kind::block_device;
    case AE_IFIFO:
      return TarEntry::Kind::fifo;
    default:
      return Error::of(Code::invalid_argument, "{} is of a kind that layers do not hold",
                       in_quotes(path));
  }
}

void read_xattrs(archive_entry* entry, TarEntry& out) {
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  archive_entry_xattr_reset(entry);
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    out.xattrs.emplace_back(text_or_empty(name),
                            std::string(static_cast<const char*>(value), size));
  }
}

Result<TarEntry> converted(archive_entry* entry) {
  TarEntry out;
  out.path = text_or_empty(archive_entry_pathname(entry));
  PSYS_TRY_ASSIGN(out.kind, kind_of(entry, out.path));
  out.target = text_or_empty(out.kind == TarEntry::Kind::hard_link ? archive_entry_hardlink(entry)
                                                                   : archive_entry_symlink(entry));
  out.mode = archive_entry_perm(entry) & 07777U;
  PSYS_TRY_ASSIGN(out.uid, owner(archive_entry_uid(entry), out.path));
  PSYS_TRY_ASSIGN(out.gid, owner(archive_entry_gid(entry), out.path));
  out.mtime = {archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
  const la_int64_t size = archive_entry_size(entry);
  if (size < 0) {
    return Error::of(Code::invalid_argument, "{} has the size {}", in_quotes(out.path), size);
  }
  out.size = static_cast<std::uint64_t>(size);
  if (out.kind == TarEntry::Kind::char_device || out.kind == TarEntry::Kind::block_device) {
    out.device = archive_entry_rdev(entry);
  }
  read_xattrs(entry, out);
  return out;
}

}  // namespace

TarReader::TarReader(ByteSource& source) : handle_(source) {}

Result<std::optional<TarEntry>> TarReader::next() {
  const Utf8Names names;
  if (!open_) {
    if (handle_.get() != nullptr && archive_read_support_format_tar(handle_.get()) != ARCHIVE_OK) {
      return handle_.failure("prepare to read a tar file");
    }
    PSYS_TRY(handle_.open());
    open_ = true;
  }
  archive_entry* entry = nullptr;
  const int status = archive_read_next_header(handle_.get(), &entry);
  if (status == ARCHIVE_EOF) {
    return std::optional<TarEntry>();
  }
  // A warning means a name that is no UTF-8: it is kept as the bytes it is.
  if (status < ARCHIVE_WARN) {
    return handle_.failure("read the tar file");
  }
  PSYS_TRY_ASSIGN(TarEntry converted_entry, converted(entry));
  return std::optional<TarEntry>(std::move(converted_entry));
}

Result<std::optional<TarReader::Block>> TarReader::next_block() {
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = archive_read_data_block(handle_.get(), &data, &size, &offset);
  if (status == ARCHIVE_EOF) {
    return std::optional<Block>();
  }
  if (status < ARCHIVE_WARN || offset < 0) {
    return handle_.failure("read the tar file");
  }
  return std::optional<Block>(Block{std::string_view(static_cast<const char*>(data), size),
                                    static_cast<std::uint64_t>(offset)});
}

Result<std::string_view> EntrySource::next() {
  while (position_ < size_) {
    if (!waiting_) {
      PSYS_TRY_ASSIGN(waiting_, tar_.next_block());
    }
    const std::uint64_t data_at = waiting_ ? waiting_->offset : size_;
    if (position_ < data_at) {
      constexpr std::uint64_t kMostZeros = 64U << 10U;
      zeros_.assign(std::min(data_at - position_, kMostZeros), '\0');
      position_ += zeros_.size();
      return std::string_view(zeros_);
    }
    if (!waiting_) {
      break;
    }
    const std::string_view data = waiting_->data;
    waiting_.reset();
    if (!data.empty()) {
      position_ += data.size();
      return data;
    }
  }
  return std::string_view();
}

}  // namespace podsysctl::image
