// SPDX-License-Identifier: Apache-2.0
// A container runtime for tests: a gRPC server on a unix socket that answers as it is told, also
// wrongly. One connection after another, one call at a time, on a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace podsysctl::cri::testing {

struct Answer {
  std::vector<std::string> messages;  // protobuf's wire format
  int grpc_status = 0;
  std::string grpc_message;  // already percent-encoded
  std::chrono::milliseconds delay{0};
  std::string raw;           // sent as the body instead of `messages` where it is not ""
  bool hang_up = false;      // the connection is closed instead of an answer
  bool no_trailers = false;  // the stream ends without a status
  std::string http_status = "200";
};

// `path`: "/runtime.v1.RuntimeService/Version"; `request`: the message, without its prefix. A call
// whose grpc-timeout has more than the eight digits that gRPC allows is reset, as Go's server does.
using Answerer = std::function<Answer(std::string_view path, std::string_view request)>;

class FakeServer {
 public:
  explicit FakeServer(Answerer answerer);
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  ~FakeServer();

  [[nodiscard]] const std::string& socket_path() const noexcept;
  // How many connections were accepted so far.
  [[nodiscard]] int connections() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::cri::testing
