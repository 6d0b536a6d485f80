// SPDX-License-Identifier: Apache-2.0
// The local API of a service, docs/api.md: what is on record, what happened, metrics and health. It
// reads the same state folder as the commands do. Thread-safety: one thread, with a store of its
// own; the loop's Pulse is shared.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/pulse.h"
#include "base/result.h"
#include "http/server.h"
#include "http/target.h"
#include "store/store.h"

namespace podsysctl::api {

// More resources than are known here: get, set and diff of targets, what one service alone has.
using MoreResources = std::function<std::optional<http::Answer>(
    const http::Request& request, const http::Caller& caller, const http::Target& target)>;
// The text of /metrics.
using ShowMetrics = std::function<Result<std::string>(store::Store& store)>;

struct Api {
  store::Store& store;
  std::string root;  // the state folder
  const Pulse& pulse;
  ShowMetrics metrics;
  MoreResources more;                 // may be empty
  std::function<void()> before_look;  // brings the records of pods up to date; may be empty

  [[nodiscard]] http::Answer answer(const http::Request& request, const http::Caller& caller) const;
};

[[nodiscard]] http::Answer json_answer(std::string body);
// {"error": "…", "code": "not_found"}
[[nodiscard]] http::Answer error_answer(const Error& error);

}  // namespace podsysctl::api
