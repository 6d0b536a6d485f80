// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "api/event_json.h"
#include "api/folder_records.h"
#include "api/metrics_text.h"
#include "base/strings.h"
#include "json/json.h"
#include "store/writable.h"

namespace podsysctl::api {
namespace {

using http::Answer;

constexpr std::chrono::minutes kLongestPause{3};
constexpr std::string_view kLines = "application/x-ndjson";

Answer text_answer(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = std::move(body),
          .feed = {}};
}

Answer answer_of(Result<Answer> made) {
  return made ? *std::move(made) : error_answer(made.error());
}

Result<Answer> list_pods(const Api& api, const http::Target& target) {
  const Ended ended = target.option("ended") == "false" ? Ended::left_out : Ended::shown;
  PSYS_TRY_ASSIGN(const auto pods, FolderRecords(&api.store, api.root).pods(ended));
  return json_answer(list_json(pods));
}

Result<Answer> show_pod(const Api& api, const std::string& reference) {
  PSYS_TRY_ASSIGN(const auto found, FolderRecords(&api.store, api.root).pod(reference));
  return json_answer(inspect_json(found.pod, found.settings, found.containers));
}

std::string lines_of(const std::vector<store::EventRecord>& events) {
  std::string lines;
  for (const store::EventRecord& event : events) {
    lines += event_json(event, EventId::shown);
  }
  return lines;
}

// Events as they are added, one a line.
class EventFeed final : public http::Feed {
 public:
  explicit EventFeed(std::unique_ptr<EventStream> stream) : stream_(std::move(stream)) {}

  [[nodiscard]] linux::FdRef fd() const override { return stream_->fd(); }

  [[nodiscard]] Result<std::string> next() override {
    PSYS_TRY_ASSIGN(const auto events, stream_->next());
    return lines_of(events);
  }

 private:
  std::unique_ptr<EventStream> stream_;
};

Result<EventWish> wish_of(const http::Target& target) {
  EventWish wish{.pod = target.option("pod")};
  const std::string after = target.option("after");
  if (!after.empty()) {
    const auto id = parse_number<std::int64_t>(after);
    if (!id || *id < 0) {
      return Error::of(Code::invalid_argument, "after: {} is no id of an event", in_quotes(after));
    }
    wish.after = *id;
  }
  return wish;
}

Result<Answer> show_events(const Api& api, const http::Target& target) {
  PSYS_TRY_ASSIGN(const EventWish wish, wish_of(target));
  FolderRecords records(&api.store, api.root);
  Answer answer{.status = 200, .content_type = std::string(kLines), .body = "", .feed = {}};
  if (target.option("watch") == "true") {
    PSYS_TRY_ASSIGN(EventStreams streams, records.follow(wish));
    answer.feed = std::make_unique<EventFeed>(std::move(streams.front()));
  } else {
    PSYS_TRY_ASSIGN(const auto events, records.events(wish));
    answer.body = lines_of(events);
  }
  return answer;
}

Result<Answer> show_metrics(const Api& api) {
  PSYS_TRY_ASSIGN(const std::string text, api.metrics(api.store));
  MetricsText state;
  state.single("state_writable", "gauge", "1, or 0 where the state folder cannot be written.",
               store::check_writable(api.root) ? 1 : 0);
  return text_answer(200, text + state.take());
}

Answer show_health(const Api& api) {
  if (api.pulse.age() >= kLongestPause) {
    return text_answer(503, "the service's loop does not come around\n");
  }
  const Result<> writable = store::check_writable(api.root);
  return writable ? text_answer(200, "ok\n") : text_answer(503, writable.error().message + "\n");
}

int status_of(Code code) {
  switch (code) {
    case Code::not_found:
      return 404;
    case Code::conflict:
      return 409;
    case Code::denied_by_policy:
    case Code::permission:
      return 403;
    case Code::invalid_argument:
      return 400;
    case Code::not_namespaced:
    case Code::unsupported:
    case Code::short_write:
    case Code::partial_apply:
      return 422;
    case Code::unavailable:
    case Code::timeout:
      return 503;
    case Code::internal:
      break;
  }
  return 500;
}

}  // namespace

Answer json_answer(std::string body) {
  return {.status = 200, .content_type = "application/json", .body = std::move(body), .feed = {}};
}

Answer error_answer(const Error& error) {
  const json::Value view = {{"error", error.message}, {"code", std::string(to_string(error.code))}};
  Answer answer = json_answer(json::dump(view) + "\n");
  answer.status = status_of(error.code);
  return answer;
}

Answer Api::answer(const http::Request& request, const http::Caller& caller) const {
  const Result<http::Target> target = http::parse_target(request.target);
  if (!target) {
    return error_answer(target.error());
  }
  const auto& path = target->path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && path == std::vector<std::string>{"healthz"}) {
    return show_health(*this);
  }
  if (reads && path == std::vector<std::string>{"metrics"}) {
    return answer_of(show_metrics(*this));
  }
  if (before_look && path.size() >= 2 && path[0] == "v1" && path[1] == "pods") {
    before_look();
  }
  if (reads && path == std::vector<std::string>{"v1", "pods"}) {
    return answer_of(list_pods(*this, *target));
  }
  if (reads && path.size() == 3 && path[0] == "v1" && path[1] == "pods") {
    return answer_of(show_pod(*this, path[2]));
  }
  if (reads && path == std::vector<std::string>{"v1", "events"}) {
    return answer_of(show_events(*this, *target));
  }
  if (more) {
    if (auto answer = more(request, caller, *target)) {
      return *std::move(answer);
    }
  }
  return error_answer(Error{Code::not_found, 0,
                            fmt::format("there is no {} {}: docs/api.md lists what there is",
                                        request.method, in_quotes(request.target))});
}

}  // namespace podsysctl::api
