// SPDX-License-Identifier: Apache-2.0
#include "cri/testing/fake_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include <nghttp2/nghttp2.h>

#include "cri/grpc_frame.h"
#include "linux/fd.h"
#include "linux/temporary_folder.h"

namespace podsysctl::cri::testing {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::abort();
}

nghttp2_nv header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // NOLINT: C's form
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

struct Call {
  std::string path;
  std::string request;
  Answer answer;
  std::string body;
  std::size_t sent = 0;
};

class Session {
 public:
  Session(linux::Fd socket, const Answerer& answerer)
      : socket_(std::move(socket)), answerer_(answerer) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { nghttp2_session_del(session_); }

  // Until the client hangs up, or `stop` is readable.
  void serve(linux::FdRef stop) {
    while (!hang_up_ && flush()) {
      std::array events{pollfd{socket_.get(), POLLIN, 0}, pollfd{stop.get(), POLLIN, 0}};
      if (::poll(events.data(), events.size(), -1) < 0 || events[1].revents != 0) {
        return;
      }
      std::array<std::uint8_t, 16384> buffer{};
      const ssize_t count = ::read(socket_.get(), buffer.data(), buffer.size());
      if (count <= 0 ||
          nghttp2_session_mem_recv(session_, buffer.data(), static_cast<std::size_t>(count)) < 0) {
        return;
      }
    }
  }

 private:
  bool flush() {
    for (;;) {
      const std::uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size <= 0) {
        return size == 0;
      }
      if (::send(socket_.get(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) {
        return false;
      }
    }
  }

  static Session& self(void* user) { return *static_cast<Session*>(user); }

  static int on_header(nghttp2_session* /*s*/, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t /*flags*/, void* user) {
    constexpr std::size_t kLongestTimeout = 9;
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);  // NOLINT: as above
    if (key == ":path") {
      self(user).calls_[frame->hd.stream_id].path.assign(value, value + value_size);
    } else if (key == "grpc-timeout" && value_size > kLongestTimeout) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    return 0;
  }

  static int on_data(nghttp2_session* /*s*/, std::uint8_t /*flags*/, std::int32_t stream,
                     const std::uint8_t* data, std::size_t size, void* user) {
    self(user).calls_[stream].request.append(data, data + size);
    return 0;
  }

  static int on_frame(nghttp2_session* /*s*/, const nghttp2_frame* frame, void* user) {
    if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      self(user).answer(frame->hd.stream_id);
    }
    return 0;
  }

  void answer(std::int32_t stream) {
    Call& call = calls_[stream];
    call.answer = answerer_(call.path, std::string_view(call.request).substr(5));
    std::this_thread::sleep_for(call.answer.delay);
    if (call.answer.hang_up) {
      hang_up_ = true;
      return;
    }
    call.body = call.answer.raw;
    for (const std::string& message : call.answer.messages) {
      call.body += frame_of(message);
    }
    const std::array headers{header(":status", call.answer.http_status),
                             header("content-type", "application/grpc")};
    const nghttp2_data_provider provider{{.ptr = &call}, read_body};
    nghttp2_submit_response(session_, stream, headers.data(), headers.size(), &provider);
  }

  static ssize_t read_body(nghttp2_session* session, std::int32_t stream, std::uint8_t* buffer,
                           std::size_t size, std::uint32_t* flags, nghttp2_data_source* source,
                           void* /*user*/) {
    Call& call = *static_cast<Call*>(source->ptr);
    const std::size_t count = std::min(size, call.body.size() - call.sent);
    std::copy_n(call.body.data() + call.sent, count, buffer);
    call.sent += count;
    if (call.sent == call.body.size()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!call.answer.no_trailers) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const std::string status = std::to_string(call.answer.grpc_status);
        const std::array trailers{header("grpc-status", status),
                                  header("grpc-message", call.answer.grpc_message)};
        nghttp2_submit_trailer(session, stream, trailers.data(), trailers.size());
      }
    }
    return static_cast<ssize_t>(count);
  }

  linux::Fd socket_;
  const Answerer& answerer_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Call> calls_;
  bool hang_up_ = false;
};

linux::Fd listen_at(const std::string& path) {
  linux::Fd socket = linux::Fd::adopt(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(&address.sun_path[0], path.data(), path.size());
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);  // NOLINT: bind(2)
  if (::bind(socket.get(), generic, sizeof address) < 0 || ::listen(socket.get(), 4) < 0) {
    give_up("listen");
  }
  return socket;
}

linux::Pipe make_stop_pipe() {
  Result<linux::Pipe> pipe = linux::make_pipe();
  if (!pipe) {
    give_up("pipe");
  }
  return *std::move(pipe);
}

}  // namespace

struct FakeServer::Parts {
  explicit Parts(Answerer given)
      : answerer(std::move(given)),
        path(folder / "cri.sock"),
        listener(listen_at(path)),
        stop(make_stop_pipe()),
        thread([this] { serve(); }) {}

  void serve() {
    for (;;) {
      std::array events{pollfd{listener.get(), POLLIN, 0}, pollfd{stop.read_end.get(), POLLIN, 0}};
      if (::poll(events.data(), events.size(), -1) < 0 || events[1].revents != 0) {
        return;
      }
      linux::Fd client =
          linux::Fd::adopt(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      ++connections;
      Session(std::move(client), answerer).serve(stop.read_end.ref());
    }
  }

  Answerer answerer;
  const linux::TemporaryFolder folder = linux::TemporaryFolder::make().value();
  std::string path;
  linux::Fd listener;
  linux::Pipe stop;
  std::atomic<int> connections = 0;
  std::thread thread;
};

FakeServer::FakeServer(Answerer answerer) : parts_(std::make_unique<Parts>(std::move(answerer))) {}

FakeServer::~FakeServer() {
  parts_->stop.write_end.close();
  parts_->thread.join();
}

const std::string& FakeServer::socket_path() const noexcept { return parts_->path; }
int FakeServer::connections() const noexcept { return parts_->connections; }

}  // namespace podsysctl::cri::testing
