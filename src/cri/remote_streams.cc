// SPDX-License-Identifier: Apache-2.0
#include "cri/remote_streams.h"

#include <array>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "http/client.h"
#include "json/cursor.h"

namespace podsysctl::cri {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kProtocol = "v4.channel.k8s.io";
constexpr std::string_view kWho = "the container runtime's streaming server";
constexpr std::size_t kStatusLimit = std::size_t{64} << 10U;
constexpr int kSwitchingProtocols = 101;
constexpr milliseconds kAnswer{30'000};

struct Url {
  http::Endpoint endpoint;
  std::string target;
};

// "http://127.0.0.1:36515/exec/lFmHwZ1n"
Result<Url> parse_url(const std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::size_t path = scheme == std::string::npos ? scheme : text.find('/', scheme + 3);
  if (path == std::string::npos || !text.starts_with("http")) {
    return Error::of(Code::invalid_argument, "{}: {} is no address of one", kWho, in_quotes(text));
  }
  Url url{.target = text.substr(path)};
  PSYS_TRY_ASSIGN(url.endpoint, with_context(http::parse_endpoint(text.substr(0, path)), kWho));
  return url;
}

Result<std::unique_ptr<http::Stream>> upgrade(const Url& url) {
  http::Client client(url.endpoint);
  const http::Request request{.method = "POST",
                              .target = url.target,
                              .headers = {{"Connection", "Upgrade"},
                                          {"Upgrade", "SPDY/3.1"},
                                          {"X-Stream-Protocol-Version", std::string(kProtocol)}}};
  PSYS_TRY_ASSIGN(http::Response response, with_context(client.open(request, kAnswer), kWho));
  if (response.status() != kSwitchingProtocols) {
    PSYS_TRY_ASSIGN(const std::string body, response.read_all(kStatusLimit, kAnswer));
    return Error::of(Code::unavailable, "{} refuses (status {}): {}", kWho, response.status(),
                     trim(body));
  }
  const std::string_view spoken =
      http::find_header(response.headers(), "X-Stream-Protocol-Version");
  if (spoken != kProtocol) {
    return Error::of(Code::unsupported, "{} speaks {}, not {}", kWho, in_quotes(spoken), kProtocol);
  }
  return response.take_stream();
}

Result<int> exit_code_in(const json::Cursor& root) {
  PSYS_TRY_ASSIGN(const json::Cursor details, root.at("details"));
  PSYS_TRY_ASSIGN(const json::Cursor list, details.at("causes"));
  PSYS_TRY_ASSIGN(const auto causes, list.elements());
  for (const json::Cursor& cause : causes) {
    PSYS_TRY_ASSIGN(const std::string reason, cause.string_or("reason", ""));
    PSYS_TRY_ASSIGN(const std::string text, cause.string_or("message", ""));
    const auto code = parse_number<int>(text);
    if (reason == "ExitCode" && code && *code >= 0 && *code <= 255) {
      return *code;
    }
  }
  return Error::of(Code::internal, "{}: no exit code in {}", kWho, root.where());
}

}  // namespace

// A Status of Kubernetes' API (k8s.io/apimachinery meta/v1).
Result<int> exit_code_of_status(std::string_view status) {
  if (status.empty()) {
    return Error::of(Code::unavailable,
                     "{} hung up without a word on how it ended; what was started may go on", kWho);
  }
  PSYS_TRY_ASSIGN(const json::Value tree, json::parse(status, kWho));
  const json::Cursor root(tree, kWho);
  PSYS_TRY_ASSIGN(const std::string outcome, root.string_or("status", ""));
  if (outcome == "Success") {
    return 0;
  }
  PSYS_TRY_ASSIGN(const std::string reason, root.string_or("reason", ""));
  if (reason == "NonZeroExitCode") {
    return exit_code_in(root);
  }
  PSYS_TRY_ASSIGN(const std::string message, root.string_or("message", ""));
  return std::unexpected(
      Error{Code::internal, 0, message.empty() ? "the runtime gave no reason" : message});
}

RemoteStreams::RemoteStreams(spdy::Session session, const StreamSet& wanted)
    : session_(std::move(session)), error_(open_stream("error")) {
  in_ = wanted.in ? open_stream("stdin") : 0;
  out_ = wanted.out ? open_stream("stdout") : 0;
  err_ = wanted.err && !wanted.terminal ? open_stream("stderr") : 0;
  resize_ = wanted.terminal ? open_stream("resize") : 0;
  open_outputs_ = (out_ != 0 ? 1 : 0) + (err_ != 0 ? 1 : 0);
}

Result<RemoteStreams> RemoteStreams::open(const std::string& url, const StreamSet& wanted) {
  PSYS_TRY_ASSIGN(const Url parsed, parse_url(url));
  PSYS_TRY_ASSIGN(auto stream, upgrade(parsed));
  return over(std::move(stream), wanted);
}

std::uint32_t RemoteStreams::open_stream(std::string_view type) {
  const std::array headers{spdy::Header{"streamtype", type}};
  return session_.open_stream(headers);
}

Result<std::size_t> RemoteStreams::send_input(std::string_view text) {
  PSYS_TRY(session_.flush());
  if (session_.has_unsent()) {
    return 0;
  }
  session_.send(in_, text);
  PSYS_TRY(session_.flush());
  return text.size();
}

Result<> RemoteStreams::end_input() {
  session_.finish(in_);
  return session_.flush();
}

Result<> RemoteStreams::resize(unsigned rows, unsigned columns) {
  session_.send(resize_, fmt::format(R"({{"Width":{},"Height":{}}})", columns, rows));
  return session_.flush();
}

Result<> RemoteStreams::keep_alive() {
  session_.ping();
  return session_.flush();
}

Result<> RemoteStreams::take(const spdy::Frame& frame, const Use& use) {
  if (frame.kind == spdy::Frame::Kind::goodbye) {
    ended_ = true;
  }
  if (frame.stream == error_) {
    status_ += frame.data;
    ended_ = ended_ || frame.last == spdy::Last::yes || frame.kind == spdy::Frame::Kind::reset;
    if (status_.size() > kStatusLimit) {
      return Error::of(Code::denied_by_policy, "{}: the status has more than {} bytes", kWho,
                       kStatusLimit);
    }
    return {};
  }
  if (ended_ || frame.stream == 0 || (frame.stream != out_ && frame.stream != err_)) {
    return {};
  }
  const bool over = frame.last == spdy::Last::yes || frame.kind == spdy::Frame::Kind::reset;
  open_outputs_ -= over ? 1 : 0;
  if (frame.data.empty()) {
    return {};
  }
  return use(frame.stream == out_ ? Output::out : Output::err, frame.data);
}

Result<bool> RemoteStreams::receive(const Use& use) {
  const Result<bool> more =
      session_.receive([&](const spdy::Frame& frame) { return take(frame, use); });
  if (!more && (more.error().code == Code::invalid_argument ||
                more.error().code == Code::denied_by_policy)) {
    return with_context(more, kWho);
  }
  // A server that hangs up while input is under way to it resets the connection. What arrived
  // before has been taken, how it ended perhaps among it.
  if (!more) {
    lost_ = more.error();
  }
  ended_ = ended_ || !more || !*more;
  return !ended_;
}

Result<int> RemoteStreams::exit_code() const {
  if (status_.empty() && lost_) {
    return Error::of(Code::unavailable, "{}: {}; what was started may go on", kWho, lost_->message);
  }
  return exit_code_of_status(status_);
}

}  // namespace podsysctl::cri
