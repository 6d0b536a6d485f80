// SPDX-License-Identifier: Apache-2.0
#include "nri/server.h"

#include <optional>
#include <utility>

namespace podsysctl::nri {
namespace {

template <class... Args>
Response refusal(StatusCode code, fmt::format_string<Args...> format, Args&&... args) {
  return {.status = {code, fmt::vformat(format, fmt::make_format_args(args...))}};
}

}  // namespace

void Server::feed(std::string_view bytes, const Sink& out) {
  reader_.feed(bytes);
  while (std::optional<Frame> frame = reader_.next()) {
    // A response to nobody's call, or a type of the future.
    if (frame->type != Frame::Type::request && frame->type != Frame::Type::data) {
      continue;
    }
    const std::uint32_t call = frame->call;
    std::string data = encode(answer(*std::move(frame)));
    if (data.size() > kMaxFrameData) {
      data =
          encode(refusal(StatusCode::resource_exhausted, "a response of {} bytes is longer than {}",
                         data.size(), kMaxFrameData));
    }
    std::string reply;
    append_frame(reply, call, Frame::Type::response, data);
    out(reply);
  }
}

Response Server::answer(Frame frame) {
  if (frame.body == Frame::Body::too_long) {
    return refusal(StatusCode::resource_exhausted, "a message of {} bytes is longer than {}",
                   frame.length, kMaxFrameData);
  }
  if (frame.call % 2 == 0) {
    return refusal(StatusCode::invalid_argument, "call {}: a client's numbers are odd", frame.call);
  }
  if (frame.type == Frame::Type::data) {
    return refusal(StatusCode::invalid_argument, "call {} takes no stream of data", frame.call);
  }
  if (frame.call <= last_call_) {
    return refusal(StatusCode::invalid_argument, "call {} does not follow call {}", frame.call,
                   last_call_);
  }
  last_call_ = frame.call;
  if (frame.flags != 0) {
    return refusal(StatusCode::unimplemented, "streams of requests are not served");
  }
  Result<Request> request = decode_request(frame.data);
  if (!request) {
    return {.status = status_of(request.error())};
  }
  return handler_(*std::move(request));
}

}  // namespace podsysctl::nri
