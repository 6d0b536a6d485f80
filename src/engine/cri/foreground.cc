// SPDX-License-Identifier: Apache-2.0
#include "engine/cri/foreground.h"

#include <fcntl.h>
#include <signal.h>

#include <filesystem>

#include "linux/file.h"
#include "linux/wait.h"

namespace podsysctl::engine {
namespace {

using std::chrono::milliseconds;

constexpr int kSignalsUntilKill = 3;
constexpr milliseconds kNoLimit{-1};
constexpr std::size_t kLogLimit = std::size_t{1} << 30U;

// A reader that is gone (podsysctl run … | head) is no reason to end the container.
void pass_on(linux::FdRef to, const std::string& text) {
  if (!text.empty()) {
    [[maybe_unused]] const Result<> passed = linux::write_all(to, text, "output");
  }
}

}  // namespace

Result<Foreground> Foreground::open(const std::string& log_path, const Streams& streams) {
  PSYS_TRY_ASSIGN(auto signals, linux::SignalEvents::block({SIGINT, SIGTERM, SIGHUP, SIGQUIT}));
  const std::string folder = std::filesystem::path(log_path).parent_path();
  PSYS_TRY_ASSIGN(auto logs, linux::FolderWatch::open(folder));
  return Foreground(std::move(signals), std::move(logs), log_path, streams);
}

Result<> Foreground::attend(const linux::ProcessId& process) {
  while (linux::is_alive(process)) {
    PSYS_TRY(linux::wait_for_any({process}, {signals_.fd(), logs_.fd()}, kNoLimit));
    PSYS_TRY(logs_.wait(milliseconds(0)));
    PSYS_TRY(pump());
    PSYS_TRY(pass_signals(process));
  }
  return pump();
}

Result<> Foreground::pump() {
  if (!file_.valid()) {
    Result<linux::Fd> file = linux::open_file(log_path_, O_RDONLY);
    if (!file) {
      return file.error().code == Code::not_found ? Result<>{} : std::unexpected(file.error());
    }
    file_ = *std::move(file);
  }
  PSYS_TRY_ASSIGN(const std::string text, linux::read_all(file_.ref(), log_path_, kLogLimit));
  LogFormatter::Output output;
  formatter_.feed(text, output);
  pass_on(streams_.out, output.out);
  pass_on(streams_.err, output.err);
  return {};
}

Result<> Foreground::pass_signals(const linux::ProcessId& process) {
  while (const auto signal = signals_.next()) {
    const int number = ++received_ >= kSignalsUntilKill ? SIGKILL : signal->number;
    PSYS_TRY(linux::send_signal(process, number));
  }
  return {};
}

}  // namespace podsysctl::engine
