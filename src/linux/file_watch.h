// SPDX-License-Identifier: Apache-2.0
// Waiting until something in a folder is written, made or removed (inotify(7)), or the folder
// itself is, instead of asking again and again. A link in the folder counts as the file that it
// leads to, wherever that lies. Writes through a memory map are not seen. Thread-safety: one thread
// per object.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::linux {

class FolderWatch {
 public:
  // From here on no change is missed. not_found if there is no such folder.
  [[nodiscard]] static Result<FolderWatch> open(const std::string& folder);

  // True after one or more changes since the last call, false when time ran out.
  [[nodiscard]] Result<bool> wait(std::chrono::milliseconds limit);

  // How often, of the changes that wait() has told of, this file of the folder was closed by one
  // who wrote to it. Called before the first wait(); a link's file is not meant.
  void count_closings_of(std::string name) { counted_ = std::move(name); }
  [[nodiscard]] std::size_t closings() const noexcept { return closings_; }

  // Readable when there are changes that wait() has not told of.
  [[nodiscard]] FdRef fd() const noexcept { return inotify_.ref(); }

 private:
  void watch_links() const;
  void count(std::string_view events);
  FolderWatch(Fd inotify, std::string folder)
      : inotify_(std::move(inotify)), folder_(std::move(folder)) {}

  Fd inotify_;
  std::string folder_;
  std::string counted_;
  std::size_t closings_ = 0;
};

}  // namespace podsysctl::linux
