// SPDX-License-Identifier: Apache-2.0
// Protocol, one message per request and answer on a SOCK_SEQPACKET pair:
//   request  'r' or 'w', length of the path (2 bytes, host order), path, value
//   answer   'o' and the value read, or 'e', errno (4 bytes, host order) and the message
// Path and value stay apart by length: nothing is split at a separator.
#include "sysctl/userns_helper.h"

#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "linux/process.h"
#include "sysctl/target.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::size_t kMaxMessage = 70000;  // above the largest value that SysctlFile reads

std::string encode_request(char kind, const SysctlKey& key, std::string_view value) {
  const std::string path = key.path();
  const auto length = static_cast<std::uint16_t>(path.size());
  std::string message(1 + sizeof length, kind);
  std::memcpy(message.data() + 1, &length, sizeof length);
  return message.append(path).append(value);
}

std::string encode_error(const Error& error) {
  const std::int32_t number = error.sys_errno;
  std::string message(1 + sizeof number, 'e');
  std::memcpy(message.data() + 1, &number, sizeof number);
  return message.append(error.message);
}

Result<std::string> decode_answer(std::string_view message) {
  if (message.starts_with('o')) {
    return std::string(message.substr(1));
  }
  std::int32_t number = 0;
  if (!message.starts_with('e') || message.size() < 1 + sizeof number) {
    return Error::of(Code::internal, "the process in the user namespace ended without an answer");
  }
  std::memcpy(&number, message.data() + 1, sizeof number);
  return std::unexpected(
      Error{code_of_errno(number), number, std::string(message.substr(1 + sizeof number))});
}

Result<std::string> receive(linux::FdRef socket) {
  std::string buffer(kMaxMessage, '\0');
  ssize_t count = 0;
  do {
    count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    return Error::from_errno(errno, "talk to the process in the user namespace");
  }
  buffer.resize(static_cast<std::size_t>(count));
  return buffer;
}

Result<> deliver(linux::FdRef socket, std::string_view message) {
  if (::send(socket.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0) {
    return Error::from_errno(errno, "talk to the process in the user namespace");
  }
  return {};
}

Result<std::string> exchange(linux::FdRef socket, std::string_view request) {
  PSYS_TRY(deliver(socket, request));
  PSYS_TRY_ASSIGN(const std::string answer, receive(socket));
  return decode_answer(answer);
}

Result<> become_root_there(const Target& target, const linux::Namespace& user) {
  PSYS_TRY(user.enter());
  for (const auto* ns : {&target.net, &target.ipc, &target.uts}) {
    if (*ns) {
      PSYS_TRY((*ns)->enter());
    }
  }
  // Supplementary groups cannot be dropped where setgroups is denied; they give no right here.
  ::setgroups(0, nullptr);
  if (::setresgid(0, 0, 0) < 0 || ::setresuid(0, 0, 0) < 0) {
    return Error::from_errno(errno, "become root of the user namespace");
  }
  return {};
}

std::string answer_to(const linux::ProcSys& proc_sys, std::string_view request) {
  std::uint16_t length = 0;
  constexpr std::size_t kHeader = 1 + sizeof length;
  if (request.size() < kHeader) {
    return encode_error(Error{Code::internal, EPROTO, "short request"});
  }
  std::memcpy(&length, request.data() + 1, sizeof length);
  const std::string_view path = request.substr(kHeader, length);
  const bool reading = request.starts_with('r');
  const auto file = proc_sys.open_key(
      path, reading ? linux::ProcSysAccess::read : linux::ProcSysAccess::read_write);
  if (!file) {
    return encode_error(file.error());
  }
  if (reading) {
    const Result<std::string> value = file->read();
    return value ? "o" + *value : encode_error(value.error());
  }
  const Result<> written = file->write(request.substr(kHeader + length));
  return written ? "o" : encode_error(written.error());
}

[[noreturn]] void serve(linux::FdRef socket, const linux::ProcSys& proc_sys, const Target& target,
                        const linux::Namespace& user) {
  const Result<> ready = become_root_there(target, user);
  Result<> sent = deliver(socket, ready ? "o" : encode_error(ready.error()));
  while (ready && sent) {
    const Result<std::string> request = receive(socket);
    if (!request || request->empty()) {
      break;  // the other end is closed
    }
    sent = deliver(socket, answer_to(proc_sys, *request));
  }
  ::_exit(0);
}

}  // namespace

Result<UsernsHelper> UsernsHelper::start(const linux::ProcSys& proc_sys, const Target& target,
                                         const linux::Namespace& user) {
  PSYS_TRY_ASSIGN(linux::SocketPair sockets, linux::make_socket_pair());
  const pid_t child = ::fork();
  if (child < 0) {
    return Error::from_errno(errno, "start a process for the user namespace");
  }
  if (child == 0) {
    sockets.first.close();
    serve(sockets.second.ref(), proc_sys, target, user);
  }
  sockets.second.close();
  UsernsHelper helper(std::move(sockets.first), child);
  PSYS_TRY_ASSIGN(const std::string ready, receive(helper.socket_.ref()));
  PSYS_TRY(decode_answer(ready));
  return helper;
}

UsernsHelper::UsernsHelper(UsernsHelper&& other) noexcept
    : socket_(std::move(other.socket_)), pid_(std::exchange(other.pid_, -1)) {}

UsernsHelper::~UsernsHelper() {
  socket_.close();
  if (pid_ > 0) {
    [[maybe_unused]] const Result<int> status = linux::wait_for_child(pid_);
  }
}

Result<std::string> UsernsHelper::read(const SysctlKey& key) {
  return exchange(socket_.ref(), encode_request('r', key, {}));
}

Result<> UsernsHelper::write(const SysctlKey& key, std::string_view value) {
  PSYS_TRY(exchange(socket_.ref(), encode_request('w', key, value)));
  return {};
}

}  // namespace podsysctl::sysctl
