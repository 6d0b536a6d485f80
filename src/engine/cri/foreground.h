// SPDX-License-Identifier: Apache-2.0
// A started container in the foreground: what the runtime writes into its log goes to the caller's
// streams, the caller's signals go to the container's process (the third one ends it).
// Errors: those of reading the log and of writing the streams. Thread-safety: one thread; one per
// process, because of the signals.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/embedded/crilog.h"
#include "engine/engine.h"
#include "linux/fd.h"
#include "linux/file_watch.h"
#include "linux/process.h"
#include "linux/signals.h"

namespace podsysctl::engine {

class Foreground {
 public:
  // Before the container starts: signals wait from here on, and no change of the log is missed.
  [[nodiscard]] static Result<Foreground> open(const std::string& log_path, const Streams& streams);

  // Until the process has ended.
  [[nodiscard]] Result<> attend(const linux::ProcessId& process);
  // Passes on what the log has got since the last time.
  [[nodiscard]] Result<> pump();

 private:
  Foreground(linux::SignalEvents signals, linux::FolderWatch logs, std::string log_path,
             const Streams& streams)
      : signals_(std::move(signals)),
        logs_(std::move(logs)),
        log_path_(std::move(log_path)),
        streams_(streams),
        formatter_(Timestamps::no) {}
  [[nodiscard]] Result<> pass_signals(const linux::ProcessId& process);

  linux::SignalEvents signals_;
  linux::FolderWatch logs_;
  std::string log_path_;
  Streams streams_;
  LogFormatter formatter_;
  linux::Fd file_;
  int received_ = 0;
};

}  // namespace podsysctl::engine
