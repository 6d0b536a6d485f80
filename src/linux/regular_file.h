// SPDX-License-Identifier: Apache-2.0
// Regular files that somebody else chose: a device, a pipe or a folder under the expected name is
// refused without being waited for.
// Errors: those of open(2), naming the path; invalid_argument for what is no regular file.
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

struct RegularFile {
  Fd fd;  // for reading
  std::uint64_t size = 0;
  // Device, inode, size, time of change: another text once the content has changed.
  std::string identity;
};

[[nodiscard]] Result<RegularFile> open_regular(const std::string& path);
// See open_beneath(); `name` is for messages.
[[nodiscard]] Result<RegularFile> open_regular_beneath(FdRef folder, std::string_view path,
                                                       std::string_view name);

// One pread(2) into `buffer`: the number of bytes, 0 at the end.
[[nodiscard]] Result<std::size_t> read_some_at(FdRef fd, std::span<char> buffer,
                                               std::uint64_t offset, std::string_view name);

}  // namespace podsysctl::linux
