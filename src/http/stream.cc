// SPDX-License-Identifier: Apache-2.0
#include "http/stream.h"

#include <algorithm>

#include "http/tls_stream.h"
#include "linux/file.h"
#include "linux/stream_socket.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;

class SocketStream final : public Stream {
 public:
  explicit SocketStream(linux::Fd socket) : socket_(std::move(socket)) {}

  Result<> write(std::string_view data, milliseconds limit) override {
    return linux::send_all(socket_.ref(), data, limit);
  }
  Result<std::size_t> write_some(std::string_view data) override {
    return linux::send_some(socket_.ref(), data);
  }
  Result<> end_writing() override { return linux::end_sending(socket_.ref()); }
  linux::FdRef fd() const override { return socket_.ref(); }

 private:
  Result<std::size_t> receive(std::span<char> buffer, milliseconds limit) override {
    return linux::receive(socket_.ref(), buffer, limit);
  }

  linux::Fd socket_;
};

Result<linux::Fd> connect_socket(const Endpoint& endpoint, milliseconds limit) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) {
    return linux::connect_unix(endpoint.path, limit);
  }
  const Result<std::string> hosts = linux::read_file("/etc/hosts");
  PSYS_TRY_ASSIGN(const std::string address, address_of(endpoint.host, hosts.value_or("")));
  return linux::connect_tcp(address, endpoint.port, limit);
}

}  // namespace

Result<std::size_t> Stream::read(std::span<char> buffer, milliseconds limit) {
  if (unread_.empty()) {
    return receive(buffer, limit);
  }
  const std::size_t count = std::min(buffer.size(), unread_.size());
  std::copy_n(unread_.begin(), count, buffer.begin());
  unread_.erase(0, count);
  return count;
}

Result<std::unique_ptr<Stream>> connect(const Endpoint& endpoint, milliseconds limit) {
  PSYS_TRY_ASSIGN(linux::Fd socket, connect_socket(endpoint, limit));
  if (endpoint.kind == Endpoint::Kind::tls) {
    return start_tls(std::move(socket), endpoint, limit);
  }
  return std::make_unique<SocketStream>(std::move(socket));
}

}  // namespace podsysctl::http
