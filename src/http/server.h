// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server on a unix socket, for programs of this machine: requests are answered one
// after another on the thread that serves, and it waits for no client: what one does not take at
// once is kept for it. Only the owner of this process and root may connect.
// Errors: those of the socket. Thread-safety: serve() on one thread, which calls the handler.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/message.h"
#include "http/request_parser.h"
#include "linux/fd.h"
#include "linux/listen.h"

namespace podsysctl::http {

// The rest of an answer that goes on until the client has enough.
class Feed {
 public:
  Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  virtual ~Feed() = default;
  // Readable when next() may have something.
  [[nodiscard]] virtual linux::FdRef fd() const = 0;
  // What there is by now; "" for nothing.
  [[nodiscard]] virtual Result<std::string> next() = 0;
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::unique_ptr<Feed> feed;  // instead of `body`
};

// Who asks, as of when the connection was made.
struct Caller {
  linux::Peer peer;
  linux::Fd process;  // a pidfd; invalid where the kernel gives none
};

struct ServerLimits {
  RequestLimits request;
  std::size_t connections = 32;  // one more takes the place of who has kept us waiting longest
  std::size_t feeds = 16;        // of these; less than `connections`
  // For a request to come, and for more of an answer to be taken.
  std::chrono::milliseconds time{10'000};
};

class Server {
 public:
  using Handler = std::function<Answer(const Request&, const Caller&)>;

  // The socket's file is removed at the end.
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen(const std::string& path,
                                                              Handler handler,
                                                              const ServerLimits& limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Until `stop` is readable.
  [[nodiscard]] Result<> serve(linux::FdRef stop);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// "404" -> "Not Found"; "" for codes that nobody here uses.
[[nodiscard]] std::string_view reason_of(int status) noexcept;

}  // namespace podsysctl::http
