// SPDX-License-Identifier: Apache-2.0
#include "linux/socket_holders.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"

namespace podsysctl::linux {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// The entries whose names are numbers. A folder that went away or is not for us has none.
void each_number(const std::string& folder, const std::function<void(int number, int dirfd)>& use) {
  const Directory directory(::opendir(folder.c_str()));
  if (directory == nullptr) {
    return;
  }
  while (const dirent* const entry = ::readdir(directory.get())) {
    if (const auto number = parse_number<int>(entry->d_name); number && *number >= 0) {
      use(*number, ::dirfd(directory.get()));
    }
  }
}

// "socket:[4711]"
std::uint64_t socket_inode(std::string_view link) {
  constexpr std::string_view kStart = "socket:[";
  if (!link.starts_with(kStart) || !link.ends_with(']')) {
    return 0;
  }
  const std::string_view digits = link.substr(kStart.size(), link.size() - kStart.size() - 1);
  return parse_number<std::uint64_t>(digits).value_or(0);
}

std::string_view why_not(int sys_errno) {
  if (sys_errno == ENOSYS) {
    return " (taking over a descriptor needs Linux 5.6)";
  }
  if (sys_errno != EPERM) {
    return "";
  }
  const std::string yama = read_file("/proc/sys/kernel/yama/ptrace_scope").value_or("");
  if (trim(yama) == "3") {
    return " (kernel.yama.ptrace_scope is 3: nobody may look into another process until the next "
           "boot)";
  }
  return " (it takes CAP_SYS_PTRACE in the user namespace of that process, and no security module "
         "that objects)";
}

}  // namespace

Result<std::vector<pid_t>> processes_in(NamespaceId net) {
  const std::string proc = "/proc";
  std::vector<pid_t> pids;
  each_number(proc, [&](int pid, int dirfd) {
    struct stat status{};
    const std::string link = fmt::format("{}/ns/net", pid);
    if (::fstatat(dirfd, link.c_str(), &status, 0) == 0 &&
        NamespaceId{status.st_dev, status.st_ino} == net) {
      pids.push_back(pid);
    }
  });
  return pids;
}

std::map<std::uint64_t, SocketHolder> socket_holders(std::span<const pid_t> pids) {
  std::map<std::uint64_t, SocketHolder> holders;
  for (const pid_t pid : pids) {
    each_number(fmt::format("/proc/{}/fd", pid), [&](int fd, int dirfd) {
      std::array<char, 64> link{};
      const std::string name = std::to_string(fd);
      const ssize_t length = ::readlinkat(dirfd, name.c_str(), link.data(), link.size());
      if (length <= 0) {
        return;
      }
      const std::string_view text(link.data(), static_cast<std::size_t>(length));
      if (const std::uint64_t inode = socket_inode(text); inode != 0) {
        holders.try_emplace(inode, SocketHolder{pid, fd});
      }
    });
  }
  return holders;
}

Result<Fd> share_socket(const SocketHolder& holder, std::uint64_t inode) {
  PSYS_TRY_ASSIGN(const Fd pidfd, open_pidfd(holder.pid));
  const long raw = ::syscall(SYS_pidfd_getfd, pidfd.get(), holder.fd, 0);
  if (raw < 0) {
    const int sys_errno = errno;
    return Error::from_errno(sys_errno, "take over descriptor {} of process {}{}", holder.fd,
                             holder.pid, why_not(sys_errno));
  }
  Fd socket = Fd::adopt(static_cast<int>(raw));
  struct stat status{};
  if (::fstat(socket.get(), &status) < 0) {
    return Error::from_errno(errno, "stat a socket of process {}", holder.pid);
  }
  // Descriptor and pid may have gone to others since they were listed.
  if (!S_ISSOCK(status.st_mode) || status.st_ino != inode) {
    return Error::of(Code::not_found, "process {} has closed the socket meanwhile", holder.pid);
  }
  return socket;
}

}  // namespace podsysctl::linux
