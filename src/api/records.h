// SPDX-License-Identifier: Apache-2.0
// What is on record of pods and what happened to them, as `ps`, `inspect` and `events` show it,
// wherever it comes from: a state folder, or a service that is asked. Records from a service carry
// what the commands print, and nothing else. Errors: not_found and conflict of references; those of
// the place. Thread-safety: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/inspect_json.h"
#include "base/result.h"
#include "linux/fd.h"
#include "store/records.h"

namespace podsysctl::api {

struct InspectedPod {
  store::PodRecord pod;
  std::vector<store::SettingRecord> settings;
  std::vector<store::ContainerRecord> containers;
};

enum class Ended : std::uint8_t { left_out, shown };

struct EventWish {
  std::string pod;         // any reference, or the name of one that is gone; "": all
  std::int64_t after = 0;  // only those with a higher id
};

// Events as they are added, those that are there already first.
class EventStream {
 public:
  EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  virtual ~EventStream() = default;
  // Readable when next() may have something. Ask anyway now and then: not every file system tells.
  [[nodiscard]] virtual linux::FdRef fd() const = 0;
  // What there is by now, without waiting. unavailable: there will be no more.
  [[nodiscard]] virtual Result<std::vector<store::EventRecord>> next() = 0;
};

using EventStreams = std::vector<std::unique_ptr<EventStream>>;

class Records {
 public:
  Records() = default;
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  virtual ~Records() = default;

  // Oldest first.
  [[nodiscard]] virtual Result<std::vector<ListedPod>> pods(Ended ended) = 0;
  [[nodiscard]] virtual Result<InspectedPod> pod(const std::string& reference) = 0;
  // In the order in which they were last seen; none is no error.
  [[nodiscard]] virtual Result<std::vector<store::EventRecord>> events(const EventWish& wish) = 0;
  [[nodiscard]] virtual Result<EventStreams> follow(const EventWish& wish) = 0;
};

}  // namespace podsysctl::api
