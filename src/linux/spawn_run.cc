// SPDX-License-Identifier: Apache-2.0
// run(): a child with all three standard streams on pipes, served by poll() until it has ended.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "linux/poll_timeout.h"
#include "linux/process.h"
#include "linux/spawn.h"

namespace podsysctl::linux {
namespace {

using Clock = std::chrono::steady_clock;

struct Streams {
  Fd in;
  Fd out;
  Fd err;
};

void feed(Fd& in, std::string_view& rest) {
  const ssize_t count = ::write(in.get(), rest.data(), rest.size());
  if (count > 0) {
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  // A child that closed its input early (EPIPE) gets no more; its exit status tells the story.
  if (rest.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    in.close();
  }
}

void drain(Fd& from, std::string& to, std::size_t limit) {
  std::array<char, 16384> buffer{};
  const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) {
    return;
  }
  if (count <= 0) {
    from.close();
    return;
  }
  const std::size_t room = limit - std::min(limit, to.size());
  to.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
}

// False when time ran out.
Result<bool> serve(Streams& streams, std::string_view input, Finished& finished,
                   Clock::time_point deadline, std::size_t limit) {
  while (streams.in.valid() || streams.out.valid() || streams.err.valid()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return false;
    }
    std::array<pollfd, 3> fds{{{streams.in.get(), POLLOUT, 0},
                               {streams.out.get(), POLLIN, 0},
                               {streams.err.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), poll_timeout(left)) < 0 && errno != EINTR) {
      return Error::from_errno(errno, "poll");
    }
    if (fds[0].revents != 0) {
      feed(streams.in, input);
    }
    if (fds[1].revents != 0) {
      drain(streams.out, finished.out, limit);
    }
    if (fds[2].revents != 0) {
      drain(streams.err, finished.err, limit);
    }
  }
  return true;
}

}  // namespace

Result<Finished> run(Command command, std::string_view input, std::chrono::milliseconds limit,
                     std::size_t output_limit) {
  PSYS_TRY_ASSIGN(Pipe in, make_pipe());
  PSYS_TRY_ASSIGN(Pipe out, make_pipe());
  PSYS_TRY_ASSIGN(Pipe err, make_pipe());
  command.stdin_fd = in.read_end.ref();
  command.stdout_fd = out.write_end.ref();
  command.stderr_fd = err.write_end.ref();
  PSYS_TRY_ASSIGN(const pid_t child, start(command));
  in.read_end.close();
  out.write_end.close();
  err.write_end.close();
  if (::fcntl(in.write_end.get(), F_SETFL, O_NONBLOCK) < 0) {
    return Error::from_errno(errno, "prepare the input of {}", command.program);
  }
  Streams streams{std::move(in.write_end), std::move(out.read_end), std::move(err.read_end)};
  if (input.empty()) {
    streams.in.close();
  }
  Finished finished;
  const auto deadline = Clock::now() + limit;
  const Result<bool> served = serve(streams, input, finished, deadline, output_limit);
  if (!served || !*served) {
    ::kill(child, SIGKILL);
    PSYS_TRY(wait_for_child(child));
    if (!served) {
      return std::unexpected(served.error());
    }
    return Error::of(Code::timeout, "{} did not end within {} ms and was killed", command.program,
                     limit.count());
  }
  PSYS_TRY_ASSIGN(finished.status, wait_for_child(child));
  return finished;
}

}  // namespace podsysctl::linux
