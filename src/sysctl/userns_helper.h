// SPDX-License-Identifier: Apache-2.0
// A child process that is root in a target's user namespace and reads and writes keys there: a
// process can join a user namespace only while it has a single thread. It ends with the object.
// Thread-safety: one thread at a time.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "linux/fd.h"
#include "linux/namespaces.h"
#include "linux/proc_sys.h"
#include "sysctl/key.h"

namespace podsysctl::sysctl {

struct Target;

class UsernsHelper {
 public:
  // Forks from the calling thread. `user` is the namespace whose root is wanted.
  [[nodiscard]] static Result<UsernsHelper> start(const linux::ProcSys& proc_sys,
                                                  const Target& target,
                                                  const linux::Namespace& user);
  UsernsHelper(UsernsHelper&&) noexcept;
  UsernsHelper& operator=(UsernsHelper&&) = delete;
  UsernsHelper(const UsernsHelper&) = delete;
  UsernsHelper& operator=(const UsernsHelper&) = delete;
  ~UsernsHelper();

  [[nodiscard]] Result<std::string> read(const SysctlKey& key);
  [[nodiscard]] Result<> write(const SysctlKey& key, std::string_view value);

 private:
  UsernsHelper(linux::Fd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  linux::Fd socket_;
  pid_t pid_;
};

}  // namespace podsysctl::sysctl
