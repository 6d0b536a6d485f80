// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "api/event_json.h"
#include "api/inspect_json.h"
#include "base/strings.h"
#include "json/json.h"
#include "linux/file_watch.h"

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

Result<Answer> list_pods(store::Store& store) {
  PSYS_TRY_ASSIGN(std::vector<store::PodRecord> pods, store.pods());
  std::vector<ListedPod> listed;
  for (store::PodRecord& pod : pods) {
    PSYS_TRY_ASSIGN(const auto containers, store.containers(pod.uid));
    ListedPod entry{std::move(pod), {}};
    for (const store::ContainerRecord& container : containers) {
      if (container.kind == store::ContainerKind::regular) {
        entry.images.push_back(container.image);
      }
    }
    listed.push_back(std::move(entry));
  }
  return json_answer(list_json(listed));
}

Result<Answer> show_pod(store::Store& store, const std::string& reference) {
  PSYS_TRY_ASSIGN(const store::FoundPod found, store.find_pod(reference));
  PSYS_TRY_ASSIGN(const auto settings, store.settings(found.pod.uid));
  PSYS_TRY_ASSIGN(const auto containers, store.containers(found.pod.uid));
  return json_answer(inspect_json(found.pod, settings, containers));
}

// Events as they are added, one a line.
class EventFeed final : public http::Feed {
 public:
  EventFeed(store::Store& store, linux::FolderWatch watch, store::EventFilter filter)
      : store_(store), watch_(std::move(watch)), filter_(std::move(filter)) {}

  [[nodiscard]] linux::FdRef fd() const override { return watch_.fd(); }

  [[nodiscard]] Result<std::string> next() override {
    PSYS_TRY(watch_.wait(std::chrono::milliseconds(0)));
    PSYS_TRY_ASSIGN(const std::int64_t counter, store_.change_counter());
    std::string lines;
    if (std::exchange(counter_, counter) != counter) {
      PSYS_TRY_ASSIGN(const auto events, store_.events(filter_));
      for (const store::EventRecord& event : events) {
        lines += event_json(event, EventId::shown);
        filter_.after_id = event.id;
      }
    }
    return lines;
  }

 private:
  store::Store& store_;
  linux::FolderWatch watch_;
  store::EventFilter filter_;
  std::int64_t counter_ = -1;
};

Result<store::EventFilter> filter_of(store::Store& store, const http::Target& target) {
  store::EventFilter filter;
  const std::string after = target.option("after");
  if (!after.empty()) {
    const auto id = parse_number<std::int64_t>(after);
    if (!id || *id < 0) {
      return Error::of(Code::invalid_argument, "after: {} is no id of an event",
                       podsysctl::quoted(after));
    }
    filter.after_id = *id;
  }
  const std::string pod = target.option("pod");
  if (!pod.empty()) {
    PSYS_TRY_ASSIGN(const store::FoundPod found, store.find_pod(pod));
    filter.about = store::ObjectReference{"Pod", found.pod.namespace_, found.pod.name, ""};
  }
  return filter;
}

Result<Answer> show_events(const Api& api, const http::Target& target) {
  PSYS_TRY_ASSIGN(store::EventFilter filter, filter_of(api.store, target));
  if (target.option("watch") == "true") {
    PSYS_TRY_ASSIGN(linux::FolderWatch watch, linux::FolderWatch::open(api.root));
    return Answer{
        .status = 200,
        .content_type = std::string(kLines),
        .body = "",
        .feed = std::make_unique<EventFeed>(api.store, std::move(watch), std::move(filter))};
  }
  PSYS_TRY_ASSIGN(const auto events, api.store.events(filter));
  Answer answer{.status = 200, .content_type = std::string(kLines), .body = "", .feed = {}};
  for (const store::EventRecord& event : events) {
    answer.body += event_json(event, EventId::shown);
  }
  return answer;
}

Result<Answer> show_metrics(const Api& api) {
  PSYS_TRY_ASSIGN(std::string text, api.metrics(api.store));
  return text_answer(200, std::move(text));
}

Answer show_health(const Pulse& pulse) {
  return pulse.age() < kLongestPause
             ? text_answer(200, "ok\n")
             : text_answer(503, "the service's loop does not come around\n");
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

Answer Api::answer(const http::Request& request) const {
  const Result<http::Target> target = http::parse_target(request.target);
  if (!target) {
    return error_answer(target.error());
  }
  const auto& path = target->path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && path == std::vector<std::string>{"healthz"}) {
    return show_health(pulse);
  }
  if (reads && path == std::vector<std::string>{"metrics"}) {
    return answer_of(show_metrics(*this));
  }
  if (reads && path == std::vector<std::string>{"v1", "pods"}) {
    return answer_of(list_pods(store));
  }
  if (reads && path.size() == 3 && path[0] == "v1" && path[1] == "pods") {
    return answer_of(show_pod(store, path[2]));
  }
  if (reads && path == std::vector<std::string>{"v1", "events"}) {
    return answer_of(show_events(*this, *target));
  }
  if (more) {
    if (auto answer = more(request, *target)) {
      return *std::move(answer);
    }
  }
  return error_answer(Error{Code::not_found, 0,
                            fmt::format("there is no {} {}: docs/api.md lists what there is",
                                        request.method, podsysctl::quoted(request.target))});
}

}  // namespace podsysctl::api
