// SPDX-License-Identifier: Apache-2.0
#include "linux/file_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
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
  // Until the queue is empty: that something has changed is all that most want to know.
  alignas(inotify_event) std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0;) {
    count({buffer.data(), static_cast<std::size_t>(size)});
  }
  watch_links();
  return true;
}

void FolderWatch::count(std::string_view events) {
  while (!counted_.empty() && events.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::memcpy(&event, events.data(), sizeof event);
    // The name is padded with zeros.
    const std::string_view name = events.substr(sizeof event, event.len);
    if ((event.mask & IN_CLOSE_WRITE) != 0 && name.substr(0, name.find('\0')) == counted_) {
      ++closings_;
    }
    events.remove_prefix(sizeof event + event.len);
  }
}

}  // namespace podsysctl::linux
