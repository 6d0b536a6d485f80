// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <array>

#include "base/strings.h"
#include "linux/stream_socket.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPiece = 65536;

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (is_control(c)) {
      return true;
    }
  }
  return false;
}

// The header's text. A line break in a value would begin a header of its own.
Result<std::string> head_of(const Request& request, const Endpoint& endpoint) {
  const bool on_socket = endpoint.kind == Endpoint::Kind::unix_socket;
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                                 on_socket ? "localhost" : endpoint.host);
  bool refused = has_control(request.method) || has_control(request.target) ||
                 request.target.find(' ') != std::string::npos;
  for (const auto& [name, value] : request.headers) {
    refused = refused || has_control(name) || has_control(value);
    head += fmt::format("{}: {}\r\n", name, value);
  }
  if (refused) {
    return Error::of(Code::invalid_argument, "control characters do not belong into a request");
  }
  if (request.source) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    head += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return head + "\r\n";
}

Result<> write_chunks(Stream& stream, const BodySource& source, milliseconds limit) {
  std::array<char, kPiece> buffer{};
  for (;;) {
    PSYS_TRY_ASSIGN(const std::size_t count, source(buffer));
    if (count == 0) {
      return stream.write("0\r\n\r\n", limit);
    }
    PSYS_TRY(stream.write(fmt::format("{:x}\r\n", count), limit));
    PSYS_TRY(stream.write({buffer.data(), count}, limit));
    PSYS_TRY(stream.write("\r\n", limit));
  }
}

Result<> write_request(Stream& stream, const Request& request, const Endpoint& endpoint,
                       milliseconds limit) {
  PSYS_TRY_ASSIGN(const std::string head, head_of(request, endpoint));
  if (request.source) {
    PSYS_TRY(stream.write(head, limit));
    return write_chunks(stream, request.source, limit);
  }
  return stream.write(head + request.body, limit);
}

}  // namespace

Result<bool> Response::receive(milliseconds limit) {
  if (ended_) {
    return false;
  }
  std::array<char, kPiece> buffer{};
  Result<std::size_t> count = stream_->read(buffer, limit);
  if (!count) {
    return std::unexpected(std::move(count).error().within(name_));
  }
  data_.append(buffer.data(), *count);
  ended_ = *count == 0;
  return !ended_;
}

Result<> Response::read_header(ResponseParser::Body body, milliseconds limit) {
  parser_ = ResponseParser(body);
  std::string no_body;
  while (!parser_.has_header()) {
    PSYS_TRY_ASSIGN(const std::size_t used, with_context(parser_.feed(data_, no_body), name_));
    data_.erase(0, used);
    constexpr int kSwitchingProtocols = 101;
    if (parser_.has_header() && parser_.status() < 200 && parser_.status() != kSwitchingProtocols) {
      parser_ = ResponseParser(body);  // 100, 103: the answer is still to come
    } else if (!parser_.has_header()) {
      PSYS_TRY_ASSIGN(const bool more, receive(limit));
      if (!more) {
        return with_context(parser_.end(), name_);
      }
    }
  }
  return {};
}

Result<std::string> Response::read(milliseconds limit) {
  std::string body;
  while (body.empty() && !parser_.is_done()) {
    if (!data_.empty()) {
      PSYS_TRY_ASSIGN(const std::size_t used, with_context(parser_.feed(data_, body), name_));
      data_.erase(0, used);
      if (used != 0 || !body.empty()) {
        continue;
      }
    }
    PSYS_TRY_ASSIGN(const bool more, receive(limit));
    if (!more) {
      PSYS_TRY(with_context(parser_.end(), name_));
    }
  }
  return body;
}

Result<std::string> Response::read_all(std::size_t most, milliseconds limit) {
  std::string whole;
  for (;;) {
    PSYS_TRY_ASSIGN(const std::string piece, read(limit));
    if (piece.empty()) {
      return whole;
    }
    whole += piece;
    if (whole.size() > most) {
      return Error::of(Code::invalid_argument, "{}: the answer is larger than {} bytes", name_,
                       most);
    }
  }
}

std::unique_ptr<Stream> Response::take_stream() {
  stream_->unread(data_);
  data_.clear();
  return std::move(stream_);
}

bool Response::is_reusable() const {
  return parser_.is_done() && parser_.keeps_connection() && data_.empty() && !ended_;
}

Client::Client(Endpoint endpoint, ClientLimits limits)
    : endpoint_(std::move(endpoint)), limits_(limits) {}

std::string Client::name_of(const Request& request) const {
  return fmt::format("{}: {} {}", endpoint_.text, request.method,
                     request.target.substr(0, request.target.find('?')));
}

Result<std::unique_ptr<Stream>> Client::connect_anew() const {
  return with_context(connect(endpoint_, limits_.connect), endpoint_.text);
}

// A server that has hung up meanwhile left an end of file to read.
std::unique_ptr<Stream> Client::take_idle() {
  if (idle_ != nullptr) {
    const auto readable =
        linux::wait_until_ready(idle_->fd(), linux::Readiness::reading, milliseconds(0));
    if (idle_->has_buffered() || !readable || *readable) {
      idle_.reset();
    }
  }
  return std::move(idle_);
}

// A request whose body was cut short by the server may still have an answer that says why.
Result<Response> Client::send(const Request& request, std::unique_ptr<Stream> stream,
                              milliseconds limit) {
  Response response(std::move(stream), name_of(request));
  const Result<> written = write_request(*response.stream_, request, endpoint_, limits_.answer);
  if (!written && !request.source) {
    return with_context(Result<Response>(std::unexpected(written.error())), response.name_);
  }
  const auto body =
      request.method == "HEAD" ? ResponseParser::Body::none : ResponseParser::Body::as_announced;
  const Result<> read = response.read_header(body, limit);
  if (!read) {
    return written
               ? Result<Response>(std::unexpected(read.error()))
               : with_context(Result<Response>(std::unexpected(written.error())), response.name_);
  }
  return response;
}

Result<Response> Client::open(const Request& request, milliseconds limit) {
  PSYS_TRY_ASSIGN(std::unique_ptr<Stream> stream, connect_anew());
  return send(request, std::move(stream), limit);
}

Result<Reply> Client::call(const Request& request) { return call(request, limits_.answer); }

Result<Reply> Client::call(const Request& request, milliseconds limit) {
  std::unique_ptr<Stream> stream = take_idle();
  // What only looks may be asked twice: the server may hang up just now.
  const bool may_repeat =
      stream != nullptr && (request.method == "GET" || request.method == "HEAD");
  if (stream == nullptr) {
    PSYS_TRY_ASSIGN(stream, connect_anew());
  }
  Result<Response> response = send(request, std::move(stream), limit);
  if (!response && may_repeat && response.error().code != Code::timeout) {
    PSYS_TRY_ASSIGN(stream, connect_anew());
    response = send(request, std::move(stream), limit);
  }
  if (!response) {
    return std::unexpected(std::move(response).error());
  }
  Reply reply{.status = response->status(), .headers = response->headers()};
  PSYS_TRY_ASSIGN(reply.body, response->read_all(limits_.body_bytes, limit));
  if (response->is_reusable()) {
    idle_ = std::move(response->stream_);
  }
  return reply;
}

}  // namespace podsysctl::http
