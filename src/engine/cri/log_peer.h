// SPDX-License-Identifier: Apache-2.0
// A container without a terminal in the foreground: what it says comes from the log that the
// runtime writes, from the first byte on, which an attached stream could not promise (a runtime
// attaches to what runs already). What it reads goes through the runtime's streams.
// Errors: those of reading the log. Thread-safety: one thread per object.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cri/remote_streams.h"
#include "engine/attached.h"
#include "engine/embedded/crilog.h"
#include "linux/fd.h"
#include "linux/file_watch.h"
#include "linux/process.h"

namespace podsysctl::engine {

class LogPeer final : public Peer {
 public:
  // Before the container starts: no change of the log is missed from here on.
  [[nodiscard]] static Result<LogPeer> open(const std::string& log_path);
  LogPeer(LogPeer&& other) noexcept;

  // From now on receive() is true until the process has ended.
  void follow(const linux::ProcessId& process, std::optional<cri::RemoteStreams> input);
  // From now on receive() leaves the log alone.
  void mute() { muted_ = true; }
  // Shows what the log has got since the last time.
  [[nodiscard]] Result<> pump(const Show& show);
  // Until the runtime has closed the log, or for this long: it writes the last lines when it has
  // noted the end already.
  [[nodiscard]] Result<> wait_until_whole(std::chrono::milliseconds limit);

  Result<bool> receive(const Show& show) override;
  Result<std::size_t> send(std::string_view text) override;
  Result<> end_input() override;
  std::vector<linux::FdRef> fds() const override;
  linux::FdRef input_fd() const override { return input_ ? input_->fd() : linux::FdRef(); }
  bool has_unsent() const override { return input_ && input_->has_unsent(); }
  std::chrono::milliseconds patience() const override;

 private:
  LogPeer(linux::FolderWatch logs, std::string log_path)
      : logs_(std::move(logs)), log_path_(std::move(log_path)), formatter_(Timestamps::no) {}

  linux::FolderWatch logs_;
  std::string log_path_;
  LogFormatter formatter_;
  linux::Fd file_;
  bool muted_ = false;
  linux::ProcessId process_;
  linux::Fd pidfd_;  // invalid where the kernel has none
  std::optional<cri::RemoteStreams> input_;
};

}  // namespace podsysctl::engine
