// SPDX-License-Identifier: Apache-2.0
// For tests: a server on a unix socket that says what it was told to, byte for byte, and keeps what
// it was asked. Each connection is served by a function of the test. Thread-safety: see requests().
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "http/endpoint.h"
#include "linux/fd.h"
#include "linux/temporary_folder.h"

namespace podsysctl::http {

class FakeServer {
 public:
  // One request as it came: header and body.
  using Answer = std::function<std::string(const std::string& request)>;

  // Answers every request on every connection; "" hangs up, an answer that ends in \xff after it.
  explicit FakeServer(Answer answer);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] Endpoint endpoint() const;
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] int connections() const;

  // A whole response with a length.
  [[nodiscard]] static std::string reply(int status, std::string_view body,
                                         std::string_view headers = "");

 private:
  void serve();
  bool serve_once(linux::FdRef socket, std::string& received);

  Answer answer_;
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  linux::Fd listener_;
  linux::Fd stop_;  // readable once the server is to end
  linux::Fd stop_writer_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  int connections_ = 0;
  std::thread thread_;
};

}  // namespace podsysctl::http
