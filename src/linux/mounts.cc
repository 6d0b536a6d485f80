// SPDX-License-Identifier: Apache-2.0
#include "linux/mounts.h"

#include <sys/mount.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::linux {
namespace {

// mountinfo writes blank, tab, newline and backslash as \ooo.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      if (const auto byte = parse_number<unsigned>(text.substr(i + 1, 3), 8)) {
        out += static_cast<char>(*byte);
        i += 3;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// In overlay's option string ',' parts options and ':' parts layers; both are escaped with '\'.
std::string escaped_option(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == '\\' || c == ':' || c == ',') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

}  // namespace

Result<> mount_overlay(const Overlay& overlay) {
  std::string options = "lowerdir=";
  for (const std::string& layer : overlay.lower) {
    options += (options.ends_with('=') ? "" : ":") + escaped_option(layer);
  }
  options += fmt::format(",upperdir={},workdir={}", escaped_option(overlay.upper),
                         escaped_option(overlay.work));
  if (::mount("overlay", overlay.target.c_str(), "overlay", 0, options.c_str()) < 0) {
    return Error::from_errno(errno, "mount the image's {} layers at {}", overlay.lower.size(),
                             overlay.target);
  }
  return {};
}

Result<> mount_tmpfs(const std::string& target, const std::string& options) {
  if (::mount("tmpfs", target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) < 0) {
    return Error::from_errno(errno, "mount a tmpfs ({}) at {}", options, target);
  }
  return {};
}

Result<> unmount(const std::string& path) {
  if (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
      errno != ENOENT) {
    return Error::from_errno(errno, "unmount {}", path);
  }
  return {};
}

Result<std::vector<std::string>> mounts_below(const std::string& folder) {
  PSYS_TRY_ASSIGN(const std::string table, read_file("/proc/thread-self/mountinfo"));
  std::vector<std::string> found;
  for (const std::string_view line : split(table, '\n')) {
    const auto fields = split_words(line);
    constexpr std::size_t kMountPoint = 4;
    if (fields.size() <= kMountPoint) {
      continue;
    }
    std::string point = unescaped(fields[kMountPoint]);
    if (point == folder || point.starts_with(folder + "/")) {
      found.push_back(std::move(point));
    }
  }
  std::ranges::reverse(found);  // the table lists a mount before what lies on top of it
  return found;
}

}  // namespace podsysctl::linux
