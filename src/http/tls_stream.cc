// SPDX-License-Identifier: Apache-2.0
#include "http/tls_stream.h"

#include <arpa/inet.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/strings.h"
#include "linux/stream_socket.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* connection) const { SSL_free(connection); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, Free>;
using ConnectionPtr = std::unique_ptr<SSL, Free>;

// What OpenSSL's queue of this thread says last; the queue is empty afterwards.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

// OpenSSL writes with write(2): a peer that is gone would end the process.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &former_);
  }
  ~NoSigpipe() {
    if (!was_pending_) {
      const timespec at_once{};
      sigtimedwait(&pipe_, nullptr, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &former_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t former_{};
  bool was_pending_ = false;
};

class TlsStream final : public Stream {
 public:
  TlsStream(linux::Fd socket, ContextPtr context, ConnectionPtr connection)
      : socket_(std::move(socket)),
        context_(std::move(context)),
        connection_(std::move(connection)) {}

  Result<> handshake(milliseconds limit) {
    const Result<int> done = repeat(limit, [this] { return SSL_connect(connection_.get()); });
    if (done) {
      return {};
    }
    const long verified = SSL_get_verify_result(connection_.get());
    if (verified != X509_V_OK) {
      return Error::of(Code::permission, "its certificate is not trusted: {}",
                       X509_verify_cert_error_string(verified));
    }
    return std::unexpected(done.error());
  }

  Result<> write(std::string_view data, milliseconds limit) override {
    while (!data.empty()) {
      const int wanted = static_cast<int>(std::min<std::size_t>(data.size(), INT_MAX));
      PSYS_TRY_ASSIGN(const int count, repeat(limit, [&] {
                        return SSL_write(connection_.get(), data.data(), wanted);
                      }));
      data.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  Result<std::size_t> write_some(std::string_view data) override {
    const int wanted = static_cast<int>(std::min<std::size_t>(data.size(), INT_MAX));
    const Result<int> count =
        repeat(milliseconds(0), [&] { return SSL_write(connection_.get(), data.data(), wanted); });
    if (!count && count.error().code == Code::timeout) {
      return std::size_t{0};
    }
    PSYS_TRY(count);
    return static_cast<std::size_t>(*count);
  }

  // close_notify goes one way only (RFC 8446, section 6.1).
  Result<> end_writing() override {
    const NoSigpipe guard;
    ERR_clear_error();
    SSL_shutdown(connection_.get());
    return {};
  }

  linux::FdRef fd() const override { return socket_.ref(); }

 private:
  bool has_decoded() const override { return SSL_has_pending(connection_.get()) == 1; }

  Result<std::size_t> receive(std::span<char> buffer, milliseconds limit) override {
    const int wanted = static_cast<int>(std::min<std::size_t>(buffer.size(), INT_MAX));
    PSYS_TRY_ASSIGN(const int count, repeat(limit, [&] {
                      return SSL_read(connection_.get(), buffer.data(), wanted);
                    }));
    return static_cast<std::size_t>(count);
  }

  // Until OpenSSL has done it; 0 where the other side has ended.
  template <class Call>
  Result<int> repeat(milliseconds limit, const Call& call) {
    for (;;) {
      const NoSigpipe guard;
      ERR_clear_error();
      const int result = call();
      if (result > 0) {
        return result;
      }
      const int failure = errno;
      switch (SSL_get_error(connection_.get(), result)) {
        case SSL_ERROR_ZERO_RETURN:
          return 0;
        case SSL_ERROR_WANT_READ:
          PSYS_TRY(wait(linux::Readiness::reading, limit));
          break;
        case SSL_ERROR_WANT_WRITE:
          PSYS_TRY(wait(linux::Readiness::writing, limit));
          break;
        case SSL_ERROR_SYSCALL:
          return Error::from_errno(failure == 0 ? ECONNRESET : failure, "TLS");
        default:
          return Error::of(Code::unavailable, "TLS: {}", openssl_reason());
      }
    }
  }

  Result<> wait(linux::Readiness readiness, milliseconds limit) {
    PSYS_TRY_ASSIGN(const bool ready, linux::wait_until_ready(socket_.ref(), readiness, limit));
    if (!ready) {
      return Error::of(Code::timeout, "TLS: no answer within {} ms", limit.count());
    }
    return {};
  }

  linux::Fd socket_;
  ContextPtr context_;
  ConnectionPtr connection_;
};

Result<> load(bool loaded, std::string_view what, const std::string& path) {
  if (loaded) {
    return {};
  }
  return Error::of(Code::invalid_argument, "the {} {} cannot be used: {}", what, in_quotes(path),
                   openssl_reason());
}

Result<ContextPtr> make_context(const TlsFiles& files) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) {
    return Error::of(Code::internal, "OpenSSL cannot be used: {}", openssl_reason());
  }
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  const bool authorities = files.ca.empty()
                               ? SSL_CTX_set_default_verify_paths(raw) == 1
                               : SSL_CTX_load_verify_locations(raw, files.ca.c_str(), nullptr) == 1;
  PSYS_TRY(load(authorities, "file of authorities", files.ca));
  if (!files.certificate.empty()) {
    PSYS_TRY(load(SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) == 1,
                  "certificate", files.certificate));
    PSYS_TRY(load(SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) == 1, "key",
                  files.key));
  }
  return context;
}

// A certificate is for a name or for an address; only names are sent ahead (RFC 6066, section 3).
Result<> expect_host(SSL* connection, const std::string& host) {
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(connection);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) {
    return {};
  }
  // SSL_set_tlsext_host_name() is a macro with a cast that C++ does not like.
  std::string name = host;
  if (SSL_set1_host(connection, host.c_str()) != 1 ||
      SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) !=
          1) {
    return Error::of(Code::invalid_argument, "{} is no host name", in_quotes(host));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Stream>> start_tls(linux::Fd socket, const Endpoint& endpoint,
                                          milliseconds limit) {
  PSYS_TRY_ASSIGN(ContextPtr context, make_context(endpoint.tls));
  ConnectionPtr connection(SSL_new(context.get()));
  if (connection == nullptr || SSL_set_fd(connection.get(), socket.get()) != 1) {
    return Error::of(Code::internal, "OpenSSL cannot be used: {}", openssl_reason());
  }
  PSYS_TRY(expect_host(connection.get(), endpoint.host));
  auto stream =
      std::make_unique<TlsStream>(std::move(socket), std::move(context), std::move(connection));
  PSYS_TRY(stream->handshake(limit));
  return stream;
}

}  // namespace podsysctl::http
