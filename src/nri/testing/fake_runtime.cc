// SPDX-License-Identifier: Apache-2.0
#include "nri/testing/fake_runtime.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/big_endian.h"
#include "linux/stream_socket.h"
#include "nri/testing/samples.h"

namespace podsysctl::nri {
namespace {

constexpr std::chrono::milliseconds kSoon{5000};

}  // namespace

Request plugin_request(std::string_view method, std::string payload) {
  return {.service = "nri.pkg.api.v1alpha1.Plugin",
          .method = std::string(method),
          .payload = std::move(payload),
          .timeout = std::chrono::seconds(2),
          .metadata = {{"traceparent", "00-1-2-01"}, {"traceparent", "00-1-3-01"}}};
}

FakeRuntime::FakeRuntime() {
  auto pair = linux::make_stream_pair();
  plugin_end_ = std::move(pair->first);
  runtime_end_ = std::move(pair->second);
}

Result<Request> FakeRuntime::registration() {
  while (requests_.empty()) {
    PSYS_TRY(receive());
  }
  const Frame frame = requests_.extract(requests_.begin()).mapped();
  registration_call_ = frame.call;
  return decode_request(frame.data);
}

Result<> FakeRuntime::answer_registration(const Response& response) {
  std::string bytes;
  append_frame(bytes, registration_call_, Frame::Type::response, encode(response));
  return send(StreamId::runtime_service, bytes);
}

Result<Response> FakeRuntime::introduce() {
  PSYS_TRY(registration());
  PSYS_TRY(answer_registration({}));
  return call("Configure", sample_configuration());
}

Result<std::uint32_t> FakeRuntime::ask(const Request& request) {
  const std::uint32_t number = std::exchange(next_call_, next_call_ + 2);
  std::string bytes;
  append_frame(bytes, number, Frame::Type::request, encode(request));
  PSYS_TRY(send(StreamId::plugin_service, bytes));
  return number;
}

Result<std::string> FakeRuntime::raw_answer_to(std::uint32_t call) {
  while (!responses_.contains(call)) {
    PSYS_TRY(receive());
  }
  return responses_.extract(call).mapped().data;
}

Result<Response> FakeRuntime::answer_to(std::uint32_t call) {
  PSYS_TRY_ASSIGN(const std::string bytes, raw_answer_to(call));
  return decode_response(bytes);
}

Result<Response> FakeRuntime::call(std::string_view method, std::string payload) {
  PSYS_TRY_ASSIGN(const std::uint32_t number, ask(plugin_request(method, std::move(payload))));
  return answer_to(number);
}

Result<> FakeRuntime::send(StreamId stream, std::string_view bytes) {
  // In one frame, however large: that is how a runtime sends.
  std::string frame;
  append_u32(frame, std::to_underlying(stream));
  append_u32(frame, static_cast<std::uint32_t>(bytes.size()));
  frame += bytes;
  return send_raw(frame);
}

Result<> FakeRuntime::send_raw(std::string_view bytes) {
  return linux::send_all(runtime_end_.ref(), bytes, kSoon);
}

bool FakeRuntime::plugin_hung_up() {
  std::array<char, 64> rest{};
  const Result<std::size_t> count = linux::receive(runtime_end_.ref(), rest, kSoon);
  return count && *count == 0;
}

Result<> FakeRuntime::receive() {
  std::array<char, 8192> buffer{};
  PSYS_TRY_ASSIGN(const std::size_t count, linux::receive(runtime_end_.ref(), buffer, kSoon));
  if (count == 0) {
    return Error::of(Code::unavailable, "the plugin hung up");
  }
  const std::string_view bytes(buffer.data(), count);
  note_sizes(bytes);
  mux_.feed(bytes, [this](StreamId stream, std::string_view part) {
    FrameReader& reader = readers_[stream];
    reader.feed(part);
    while (std::optional<Frame> frame = reader.next()) {
      auto& kept = frame->type == Frame::Type::request ? requests_ : responses_;
      const std::uint32_t call = frame->call;
      kept.emplace(call, *std::move(frame));
    }
  });
  return {};
}

void FakeRuntime::note_sizes(std::string_view bytes) {
  unsized_ += bytes;
  while (unsized_.size() >= 8) {
    const std::size_t size = u32_at(unsized_, 4);
    if (unsized_.size() < 8 + size) {
      return;
    }
    largest_frame_ = std::max(largest_frame_, size);
    unsized_.erase(0, 8 + size);
  }
}

}  // namespace podsysctl::nri
