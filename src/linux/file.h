// SPDX-License-Identifier: Apache-2.0
// Whole-file reading and writing with limits, and opening below a directory without leaving it.
// Errors name the path. Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

inline constexpr std::size_t kDefaultReadLimit = std::size_t{16} << 20U;

// open(2) with O_CLOEXEC.
[[nodiscard]] Result<Fd> open_file(const std::string& path, int flags, mode_t mode = 0600);

// The rest of an open file. invalid_argument if it is larger than `limit` bytes.
[[nodiscard]] Result<std::string> read_all(FdRef fd, std::string_view name,
                                           std::size_t limit = kDefaultReadLimit);
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t limit = kDefaultReadLimit);

// All of `data`, going on after short writes (pipes, regular files).
[[nodiscard]] Result<> write_all(FdRef fd, std::string_view data, std::string_view name);

// Creates or truncates. Not atomic.
[[nodiscard]] Result<> write_file(const std::string& path, std::string_view data,
                                  mode_t mode = 0600);

// Readers see the old or the new content: temporary file in the same folder, then rename.
[[nodiscard]] Result<> write_file_atomically(const std::string& path, std::string_view data,
                                             mode_t mode = 0600);

// mkdir -p.
[[nodiscard]] Result<> make_directories(const std::string& path, mode_t mode = 0755);

// rm -rf: does not follow links; a mount inside makes it fail with EBUSY; a missing path is
// success.
[[nodiscard]] Result<> remove_tree(const std::string& path);

// openat2(2) that cannot leave `directory`: no "..", absolute, symbolic or magic link and no mount
// crossing leads out. Where the kernel has no openat2 (before 5.6, or filtered) the path is walked
// component by component with the same refusals.
[[nodiscard]] Result<Fd> open_beneath(FdRef directory, std::string_view path, int flags,
                                      mode_t mode = 0);

}  // namespace podsysctl::linux
