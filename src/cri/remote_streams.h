// SPDX-License-Identifier: Apache-2.0
// The streams of a command, or of a container, from the runtime's streaming server: the protocol
// v4.channel.k8s.io over SPDY/3.1. All runtimes speak it, and a SPDY stream can be ended in one
// direction alone; that protocol over WebSocket cannot say that input has ended, and the version
// that can (v5) is not spoken by these servers.
// Errors: those of http/client.h; unavailable where the server refuses or hangs up.
// Thread-safety: one thread per object. Source: the streaming library of k8s.io/kubelet 0.22 to
// 0.36 (pkg/cri/streaming), which containerd, CRI-O and cri-dockerd serve with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "cri/stream_set.h"
#include "linux/fd.h"
#include "spdy/session.h"

namespace podsysctl::cri {

// What the server said at the end. Pure.
[[nodiscard]] Result<int> exit_code_of_status(std::string_view status);

class RemoteStreams {
 public:
  // Connects. The server begins once something was sent or begin() was called.
  [[nodiscard]] static Result<RemoteStreams> open(const std::string& url, const StreamSet& wanted);

  // Over a connection that speaks SPDY already.
  [[nodiscard]] static RemoteStreams over(std::unique_ptr<http::Stream> stream,
                                          const StreamSet& wanted) {
    return {spdy::Session(std::move(stream)), wanted};
  }

  [[nodiscard]] Result<> begin() { return session_.flush(); }

  enum class Output : std::uint8_t { out, err };
  using Use = std::function<Result<>(Output output, std::string_view text)>;
  // What has arrived; false once all has, or the server has hung up.
  [[nodiscard]] Result<bool> receive(const Use& use);
  // After that; unavailable where the server did not say it before it hung up. Of a container that
  // was attached to, 0 says only that the streams ended well.
  [[nodiscard]] Result<int> exit_code() const;

  // How much of it was taken: nothing while something is unsent. With no text, sends what is.
  [[nodiscard]] Result<std::size_t> send_input(std::string_view text);
  [[nodiscard]] Result<> end_input();
  [[nodiscard]] Result<> resize(unsigned rows, unsigned columns);
  // Servers close a connection on which nothing is said for hours (containerd: four).
  [[nodiscard]] Result<> keep_alive();
  // Whether nothing more will be shown, though the server has not said how it ended.
  [[nodiscard]] bool is_silent() const { return open_outputs_ == 0; }
  [[nodiscard]] bool has_unsent() const { return session_.has_unsent(); }
  [[nodiscard]] linux::FdRef fd() const { return session_.fd(); }
  [[nodiscard]] bool has_buffered() const { return session_.has_buffered(); }

 private:
  RemoteStreams(spdy::Session session, const StreamSet& wanted);
  [[nodiscard]] std::uint32_t open_stream(std::string_view type);
  [[nodiscard]] Result<> take(const spdy::Frame& frame, const Use& use);

  spdy::Session session_;
  // 0, which no stream has, where it was not asked for.
  std::uint32_t error_ = 0;
  std::uint32_t in_ = 0;
  std::uint32_t out_ = 0;
  std::uint32_t err_ = 0;
  std::uint32_t resize_ = 0;
  std::string status_;
  std::optional<Error> lost_;  // the connection
  int open_outputs_ = 0;
  bool ended_ = false;
};

}  // namespace podsysctl::cri
