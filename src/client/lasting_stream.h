// SPDX-License-Identifier: Apache-2.0
// A stream of events that goes on elsewhere, once, when its service ends. Thread-safety: one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "api/records.h"

namespace podsysctl::client {

class LastingStream final : public api::EventStream {
 public:
  // Where the events after that id come from.
  using GoOn = std::function<Result<std::unique_ptr<api::EventStream>>(std::int64_t after)>;

  // `after` is what the stream was asked for.
  LastingStream(std::unique_ptr<api::EventStream> stream, std::int64_t after, GoOn go_on)
      : stream_(std::move(stream)), last_(after), go_on_(std::move(go_on)) {}

  [[nodiscard]] linux::FdRef fd() const override { return stream_->fd(); }
  [[nodiscard]] Result<std::vector<store::EventRecord>> next() override;

 private:
  std::unique_ptr<api::EventStream> stream_;
  std::int64_t last_;
  GoOn go_on_;  // empty once it was called
};

}  // namespace podsysctl::client
