// SPDX-License-Identifier: Apache-2.0
#include "nri/client.h"

#include <algorithm>
#include <utility>

namespace podsysctl::nri {

Result<std::string> Client::begin(const Request& request, Moment now, Done done) {
  const std::string data = encode(request);
  if (data.size() > kMaxFrameData) {
    return Error::of(Code::invalid_argument, "{}: a request of {} bytes is longer than {}",
                     request.method, data.size(), kMaxFrameData);
  }
  std::string bytes;
  append_frame(bytes, next_call_, Frame::Type::request, data);
  Waiting waiting{.method = request.method, .done = std::move(done)};
  if (request.timeout) {
    waiting.deadline = now + *request.timeout;
  }
  waiting_.emplace(next_call_, std::move(waiting));
  next_call_ += 2;
  return bytes;
}

Result<> Client::feed(std::string_view bytes) {
  reader_.feed(bytes);
  while (const std::optional<Frame> frame = reader_.next()) {
    PSYS_TRY(take(*frame));
  }
  return {};
}

Result<> Client::take(const Frame& frame) {
  // Streams of data are not asked for, and types that we do not know are the future's.
  if (frame.type != Frame::Type::response) {
    return {};
  }
  const auto found = waiting_.find(frame.call);
  if (found == waiting_.end()) {
    return {};  // its time was up before
  }
  const Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  if (frame.body == Frame::Body::too_long) {
    waiting.done(Error::of(Code::invalid_argument, "{}: a response of {} bytes is longer than {}",
                           waiting.method, frame.length, kMaxFrameData));
    return {};
  }
  Result<Response> response = decode_response(frame.data);
  if (!response) {
    waiting.done(std::unexpected(response.error()));
    return std::unexpected(std::move(response).error());
  }
  if (response->status.code != StatusCode::ok) {
    waiting.done(std::unexpected(error_of(response->status).within(waiting.method)));
  } else {
    waiting.done(std::move(response->payload));
  }
  return {};
}

std::optional<Moment> Client::next_deadline() const {
  std::optional<Moment> next;
  for (const auto& [call, waiting] : waiting_) {
    if (waiting.deadline && (!next || *waiting.deadline < *next)) {
      next = waiting.deadline;
    }
  }
  return next;
}

void Client::expire(Moment now) {
  std::vector<Waiting> late;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.deadline && *at->second.deadline <= now) {
      late.push_back(std::move(at->second));
      at = waiting_.erase(at);
    } else {
      ++at;
    }
  }
  for (const Waiting& waiting : late) {
    waiting.done(Error::of(Code::timeout, "{}: no answer in time", waiting.method));
  }
}

}  // namespace podsysctl::nri
