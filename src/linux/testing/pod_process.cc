// SPDX-License-Identifier: Apache-2.0
#include "linux/testing/pod_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "linux/file.h"
#include "linux/fresh_namespaces.h"
#include "linux/process.h"

namespace podsysctl::linux {
namespace {

[[noreturn]] void sit(const std::vector<NamespaceKind>& kinds,
                      const std::function<Result<>()>& prepare, const Fd& report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  Result<> ready = unshare_namespaces(kinds);
  if (ready) {
    ready = prepare();
  }
  const std::string text = ready ? "ready" : ready.error().message;
  if (!write_all(report.ref(), text, "pipe") || !ready) {
    ::_exit(1);
  }
  ::close(report.get());
  for (;;) {
    ::pause();
  }
}

// A user namespace without a map knows no ids at all; root inside is an unused id of the host.
Result<> map_ids(pid_t pid) {
  PSYS_TRY(write_file(fmt::format("/proc/{}/uid_map", pid), "0 100000 65536"));
  return write_file(fmt::format("/proc/{}/gid_map", pid), "0 100000 65536");
}

}  // namespace

Result<PodProcess> PodProcess::start(std::vector<NamespaceKind> kinds,
                                     const std::function<Result<>()>& prepare) {
  PSYS_TRY_ASSIGN(Pipe pipe, make_pipe());
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Error::from_errno(errno, "fork");
  }
  if (pid == 0) {
    sit(kinds, prepare, pipe.write_end);
  }
  PodProcess process(pid);
  pipe.write_end.close();
  PSYS_TRY_ASSIGN(const std::string text, read_all(pipe.read_end.ref(), "pipe"));
  if (text != "ready") {
    return Error::of(Code::permission, "start a process in new namespaces: {}", text);
  }
  if (std::ranges::find(kinds, NamespaceKind::user) != kinds.end()) {
    PSYS_TRY(map_ids(pid));
  }
  return process;
}

PodProcess::PodProcess(PodProcess&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

PodProcess::~PodProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    static_cast<void>(wait_for_child(pid_));
  }
}

}  // namespace podsysctl::linux
