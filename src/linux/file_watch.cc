// SPDX-License-Identifier: Apache-2.0
#include "linux/file_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "linux/poll_timeout.h"

namespace podsysctl::linux {

Result<FolderWatch> FolderWatch::open(const std::string& folder) {
  Fd inotify = Fd::adopt(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify.valid()) {
    return Error::from_errno(errno, "watch {}", folder);
  }
  constexpr std::uint32_t kChanges = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE |
                                     IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF |
                                     IN_ONLYDIR;
  if (::inotify_add_watch(inotify.get(), folder.c_str(), kChanges) < 0) {
    return Error::from_errno(errno, "watch {}", folder);
  }
  FolderWatch watch(std::move(inotify), folder);
  watch.watch_links();
  return watch;
}

// A link may come later and lead elsewhere then: to watch a file twice is one watch.
void FolderWatch::watch_links() const {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder_, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code gone;
    if (entry->is_symlink(gone)) {
      ::inotify_add_watch(inotify_.get(), entry->path().c_str(), IN_MODIFY);
    }
  }
}

Result<bool> FolderWatch::wait(std::chrono::milliseconds limit) {
  pollfd readable{inotify_.get(), POLLIN, 0};
  const int ready = ::poll(&readable, 1, poll_timeout(limit));
  if (ready < 0 && errno != EINTR) {
    return Error::from_errno(errno, "watch {}", folder_);
  }
  if (ready <= 0) {
    return false;
  }
  // What changed does not matter, only that the queue is empty again.
  alignas(inotify_event) std::array<char, 4096> buffer{};
  while (::read(inotify_.get(), buffer.data(), buffer.size()) > 0) {
  }
  watch_links();
  return true;
}

}  // namespace podsysctl::linux
