// SPDX-License-Identifier: Apache-2.0
#include "cri/http2_session.h"

#include <algorithm>
#include <array>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "base/strings.h"
#include "cri/grpc_status.h"

namespace podsysctl::cri {
namespace {

constexpr std::int32_t kWindow = 1 << 20;  // bytes in flight before the other side must wait

struct Deleter {
  void operator()(nghttp2_session* session) const noexcept { nghttp2_session_del(session); }
  void operator()(nghttp2_session_callbacks* callbacks) const noexcept {
    nghttp2_session_callbacks_del(callbacks);
  }
};

std::string_view view_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};  // NOLINT: the library counts in bytes
}

// The library asks for pointers to what it only reads.
nghttp2_nv header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // NOLINT: as above
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

Exchange* exchange_of(nghttp2_session* session, std::int32_t stream) {
  return static_cast<Exchange*>(nghttp2_session_get_stream_user_data(session, stream));
}

int on_header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t /*flags*/, void* /*self*/) {
  Exchange* const exchange = exchange_of(session, frame->hd.stream_id);
  if (exchange == nullptr) {
    return 0;
  }
  const std::string_view key = view_of(name, name_size);
  const std::string_view text = view_of(value, value_size);
  if (key == ":status") {
    exchange->http_status = text;
  } else if (key == "grpc-status") {
    exchange->grpc_status = parse_number<int>(text).value_or(kGrpcUnknown);
  } else if (key == "grpc-message") {
    exchange->grpc_message = decode_grpc_message(text);
  }
  return 0;
}

int on_data(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t stream,
            const std::uint8_t* data, std::size_t size, void* /*self*/) {
  Exchange* const exchange = exchange_of(session, stream);
  if (exchange != nullptr && !exchange->broken) {
    if (Result<> added = exchange->frames.add(view_of(data, size)); !added) {
      exchange->broken = std::move(added).error();
    }
  }
  return 0;
}

int on_close(nghttp2_session* session, std::int32_t stream, std::uint32_t code, void* /*self*/) {
  if (Exchange* const exchange = exchange_of(session, stream)) {
    exchange->ended = true;
    exchange->reset_code = code;
  }
  return 0;
}

ssize_t read_request(nghttp2_session* /*session*/, std::int32_t /*stream*/, std::uint8_t* buffer,
                     std::size_t size, std::uint32_t* flags, nghttp2_data_source* source,
                     void* /*self*/) {
  auto& exchange = *static_cast<Exchange*>(source->ptr);
  const std::size_t count = std::min(size, exchange.to_send.size() - exchange.sent);
  std::copy_n(exchange.to_send.data() + exchange.sent, count, buffer);
  exchange.sent += count;
  if (exchange.sent == exchange.to_send.size()) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  }
  return static_cast<ssize_t>(count);
}

std::unexpected<Error> failed(std::string_view what, std::int64_t code) {
  return Error::of(Code::internal, "{}: {}", what, nghttp2_strerror(static_cast<int>(code)));
}

// grpc-timeout has at most eight digits before its unit; a little more time does no harm.
std::string timeout_text(std::chrono::milliseconds limit) {
  constexpr std::int64_t kMost = 99'999'999;
  return limit.count() <= kMost
             ? fmt::format("{}m", limit.count())
             : fmt::format("{}S",
                           std::min(kMost, std::chrono::ceil<std::chrono::seconds>(limit).count()));
}

class Nghttp2Session final : public Http2Session {
 public:
  Result<> start() {
    nghttp2_session_callbacks* raw_callbacks = nullptr;
    if (const int code = nghttp2_session_callbacks_new(&raw_callbacks); code != 0) {
      return failed("HTTP/2", code);
    }
    const std::unique_ptr<nghttp2_session_callbacks, Deleter> callbacks(raw_callbacks);
    nghttp2_session_callbacks_set_on_header_callback(raw_callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw_callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(raw_callbacks, on_close);
    nghttp2_session* raw_session = nullptr;
    if (const int code = nghttp2_session_client_new(&raw_session, raw_callbacks, nullptr);
        code != 0) {
      return failed("HTTP/2", code);
    }
    session_.reset(raw_session);
    const std::array settings{
        nghttp2_settings_entry{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow}};
    if (const int code = nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(),
                                                 settings.size());
        code != 0) {
      return failed("HTTP/2 settings", code);
    }
    if (const int code =
            nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0, kWindow);
        code != 0) {
      return failed("HTTP/2 window", code);
    }
    return {};
  }

  Result<std::int32_t> begin(const std::string& path,
                             std::optional<std::chrono::milliseconds> limit,
                             Exchange& exchange) override {
    std::vector<nghttp2_nv> headers{header(":method", "POST"),
                                    header(":scheme", "http"),
                                    header(":path", path),
                                    header(":authority", "localhost"),
                                    header("te", "trailers"),
                                    header("content-type", "application/grpc"),
                                    header("user-agent", "podsysctl")};
    const std::string timeout = limit ? timeout_text(*limit) : "";
    if (limit) {
      headers.push_back(header("grpc-timeout", timeout));
    }
    const nghttp2_data_provider body{{.ptr = &exchange}, read_request};
    const std::int32_t stream = nghttp2_submit_request(session_.get(), nullptr, headers.data(),
                                                       headers.size(), &body, &exchange);
    if (stream < 0) {
      return failed("HTTP/2 request", stream);
    }
    return stream;
  }

  void give_up(std::int32_t stream) override {
    // The answers of a given-up exchange may still come; they find nobody.
    (void)nghttp2_session_set_stream_user_data(session_.get(), stream, nullptr);
    (void)nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  }

  Result<std::string> output() override {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size < 0) {
      return failed("HTTP/2", size);
    }
    return std::string(view_of(data, static_cast<std::size_t>(size)));
  }

  Result<> input(std::string_view bytes) override {
    const ssize_t size = nghttp2_session_mem_recv(
        session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()),  // NOLINT: bytes
        bytes.size());
    if (size < 0) {
      return failed("the runtime does not speak HTTP/2 as it should", size);
    }
    return {};
  }

  bool is_usable() const override {
    return nghttp2_session_check_request_allowed(session_.get()) != 0;
  }

 private:
  std::unique_ptr<nghttp2_session, Deleter> session_;
};

}  // namespace

Result<std::unique_ptr<Http2Session>> Http2Session::open() {
  auto session = std::make_unique<Nghttp2Session>();
  PSYS_TRY(session->start());
  return session;
}

}  // namespace podsysctl::cri
