// SPDX-License-Identifier: Apache-2.0
// Waiting until something in a folder is written, made or removed (inotify(7)), or the folder
// itself is, instead of asking again and again. A link in the folder counts as the file that it
// leads to, wherever that lies. Writes through a memory map are not seen. Thread-safety: one thread
// per object.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

class FolderWatch {
 public:
  // From here on no change is missed. not_found if there is no such folder.
  [[nodiscard]] static Result<FolderWatch> open(const std::string& folder);

  // True after one or more changes since the last call, false when time ran out.
  [[nodiscard]] Result<bool> wait(std::chrono::milliseconds limit);

  // Readable when there are changes that wait() has not told of.
  [[nodiscard]] FdRef fd() const noexcept { return inotify_.ref(); }

 private:
  void watch_links() const;
  FolderWatch(Fd inotify, std::string folder)
      : inotify_(std::move(inotify)), folder_(std::move(folder)) {}

  Fd inotify_;
  std::string folder_;
};

}  // namespace podsysctl::linux
