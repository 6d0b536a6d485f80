// SPDX-License-Identifier: Apache-2.0
#include "client/service_records.h"

#include <utility>

#include "client/decode.h"
#include "linux/stream_socket.h"

namespace podsysctl::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPiece{2'000};  // of a line whose beginning is here
constexpr std::size_t kLongestLine = std::size_t{1} << 20U;

std::string events_target(const api::EventWish& wish, std::string_view more) {
  std::string target = fmt::format("/v1/events?after={}{}", wish.after, more);
  if (!wish.pod.empty()) {
    target += "&pod=" + http::percent_encoded(wish.pod);
  }
  return target;
}

class ServiceStream final : public api::EventStream {
 public:
  ServiceStream(http::Response response, std::string name)
      : response_(std::move(response)), name_(std::move(name)) {}

  [[nodiscard]] linux::FdRef fd() const override { return response_.fd(); }

  [[nodiscard]] Result<std::vector<store::EventRecord>> next() override {
    const Result<> received = receive();
    const std::size_t whole = text_.rfind('\n') + 1;  // 0 where there is no whole line
    if (!received && whole == 0) {
      return std::unexpected(received.error());
    }
    PSYS_TRY_ASSIGN(auto events, parse_events(std::string_view(text_).substr(0, whole)));
    text_.erase(0, whole);
    return events;
  }

 private:
  // Takes what is there; an error also where the stream has ended, with what came before taken.
  [[nodiscard]] Result<> receive() {
    while (text_.size() < kLongestLine) {
      PSYS_TRY_ASSIGN(
          const bool readable,
          linux::wait_until_ready(response_.fd(), linux::Readiness::reading, milliseconds(0)));
      if (!readable && !response_.has_buffered()) {
        return {};
      }
      PSYS_TRY_ASSIGN(const std::string piece, response_.read(kPiece));
      if (piece.empty()) {
        return Error::of(Code::unavailable, "{} has ended", name_);
      }
      text_ += piece;
    }
    return Error::of(Code::invalid_argument, "{}: a line is longer than {} bytes", name_,
                     kLongestLine);
  }

  http::Response response_;
  std::string name_;
  std::string text_;
};

}  // namespace

Result<std::vector<api::ListedPod>> ServiceRecords::pods(api::Ended ended) {
  PSYS_TRY_ASSIGN(const std::string text,
                  service_.get(ended == api::Ended::shown ? "/v1/pods" : "/v1/pods?ended=false"));
  return with_context(parse_pods(text), service_.socket());
}

Result<api::InspectedPod> ServiceRecords::pod(const std::string& reference) {
  PSYS_TRY_ASSIGN(const std::string text,
                  service_.get("/v1/pods/" + http::percent_encoded(reference)));
  return with_context(parse_pod(text), service_.socket());
}

Result<std::vector<store::EventRecord>> ServiceRecords::events(const api::EventWish& wish) {
  PSYS_TRY_ASSIGN(const std::string text, service_.get(events_target(wish, "")));
  return with_context(parse_events(text), service_.socket());
}

Result<api::EventStreams> ServiceRecords::follow(const api::EventWish& wish) {
  PSYS_TRY_ASSIGN(http::Response response, service_.open(events_target(wish, "&watch=true")));
  api::EventStreams streams;
  streams.push_back(std::make_unique<ServiceStream>(
      std::move(response), fmt::format("the service at {}", service_.socket())));
  return streams;
}

}  // namespace podsysctl::client
