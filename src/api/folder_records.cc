// SPDX-License-Identifier: Apache-2.0
#include "api/folder_records.h"

#include <chrono>
#include <utility>

#include "base/strings.h"
#include "linux/file_watch.h"

namespace podsysctl::api {
namespace {

using store::EventRecord;
using store::Store;

// A recorded pod by any reference. Events outlive their pod, so a name that leads to none is looked
// for among the events, as NAME or NAMESPACE/NAME.
Result<std::optional<store::ObjectReference>> wanted_object(Store& store, const std::string& name) {
  if (name.empty()) {
    return std::optional<store::ObjectReference>();
  }
  const auto found = store.find_pod(name);
  if (found) {
    return std::optional(store::ObjectReference{"Pod", found->pod.namespace_, found->pod.name, ""});
  }
  if (found.error().code != Code::not_found) {
    return std::unexpected(found.error());
  }
  const std::size_t slash = name.find('/');
  const bool qualified = slash != std::string::npos;
  return std::optional(store::ObjectReference{"Pod", qualified ? name.substr(0, slash) : "default",
                                              qualified ? name.substr(slash + 1) : name, ""});
}

class FolderStream final : public EventStream {
 public:
  FolderStream(Store& store, linux::FolderWatch watch, store::EventFilter filter)
      : store_(store), watch_(std::move(watch)), filter_(std::move(filter)) {}

  [[nodiscard]] linux::FdRef fd() const override { return watch_.fd(); }

  [[nodiscard]] Result<std::vector<EventRecord>> next() override {
    PSYS_TRY(watch_.wait(std::chrono::milliseconds(0)));
    PSYS_TRY_ASSIGN(const std::int64_t counter, store_.change_counter());
    std::vector<EventRecord> events;
    if (std::exchange(counter_, counter) != counter) {
      PSYS_TRY_ASSIGN(events, store_.events(filter_));
      filter_.after_id = events.empty() ? filter_.after_id : events.back().id;
    }
    return events;
  }

 private:
  Store& store_;
  linux::FolderWatch watch_;
  store::EventFilter filter_;
  std::int64_t counter_ = -1;
};

}  // namespace

Result<std::vector<ListedPod>> FolderRecords::pods(Ended ended) {
  std::vector<ListedPod> listed;
  if (store_ == nullptr) {
    return listed;
  }
  PSYS_TRY_ASSIGN(auto pods, store_->pods());
  for (store::PodRecord& pod : pods) {
    if (pod.stage == store::Stage::stopped && ended == Ended::left_out) {
      continue;
    }
    PSYS_TRY_ASSIGN(const auto containers, store_->containers(pod.uid));
    ListedPod entry{std::move(pod), {}};
    for (const store::ContainerRecord& container : containers) {
      if (container.kind == store::ContainerKind::regular) {
        entry.images.push_back(container.image);
      }
    }
    listed.push_back(std::move(entry));
  }
  return listed;
}

Result<InspectedPod> FolderRecords::pod(const std::string& reference) {
  if (store_ == nullptr) {
    return Error::of(Code::not_found, "no pod or container {}: there is no state in {}",
                     in_quotes(reference), root_);
  }
  PSYS_TRY_ASSIGN(store::FoundPod found, store_->find_pod(reference));
  InspectedPod inspected{.pod = std::move(found.pod), .settings = {}, .containers = {}};
  PSYS_TRY_ASSIGN(inspected.settings, store_->settings(inspected.pod.uid));
  PSYS_TRY_ASSIGN(inspected.containers, store_->containers(inspected.pod.uid));
  return inspected;
}

Result<std::vector<EventRecord>> FolderRecords::events(const EventWish& wish) {
  if (store_ == nullptr) {
    return std::vector<EventRecord>();
  }
  PSYS_TRY_ASSIGN(auto about, wanted_object(*store_, wish.pod));
  return store_->events({.after_id = wish.after, .about = std::move(about)});
}

Result<EventStreams> FolderRecords::follow(const EventWish& wish) {
  if (store_ == nullptr) {
    return Error::of(Code::not_found, "there is no state in {}", root_);
  }
  PSYS_TRY_ASSIGN(linux::FolderWatch watch, linux::FolderWatch::open(root_));
  PSYS_TRY_ASSIGN(auto about, wanted_object(*store_, wish.pod));
  store::EventFilter filter{.after_id = wish.after, .about = std::move(about)};
  EventStreams streams;
  streams.push_back(std::make_unique<FolderStream>(*store_, std::move(watch), std::move(filter)));
  return streams;
}

}  // namespace podsysctl::api
