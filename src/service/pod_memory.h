// SPDX-License-Identifier: Apache-2.0
// What the service remembers of a pod between two looks at it, beside its record: when things are
// due. All of it can be lost: it is then made up from the record. Times are steady: a clock that is
// set does not move them. Thread-safety: values.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "node/back_off.h"
#include "service/node_policy.h"
#include "store/records.h"

namespace podsysctl::service {

using Steady = std::chrono::steady_clock;
using Moment = std::optional<Steady::time_point>;

struct ContainerMemory {
  node::BackOff back_off;
  Moment started;  // unset: by a service before us
  Moment restart_at;
};

struct PodMemory {
  std::string uid;                                    // of its record; "" where there is none
  std::string hash;                                   // of the manifest it was made from
  std::map<std::string, ContainerMemory> containers;  // by id
  node::BackOff launches;
  Moment launched;
  Moment launch_at;           // a failed launch is tried again then
  Moment stopping_since;      // somebody else is stopping it
  bool stopped_here = false;  // this service is, and has not come to the end of it
  std::string refused;        // what was refused without a record: hash and policy
};

// Whose manifest a pod is made from.
enum class Wanted : std::uint8_t {
  as_in_file,  // run what the file says
  as_it_is,    // the file cannot be used: leave what runs
  gone,        // there is no such file any more
};

struct Task {
  std::string path;
  Wanted wanted = Wanted::as_in_file;
  std::string hash;  // of the file's text
  std::shared_ptr<const NodePolicy> policy;
  PodMemory memory;
};

// What is to be waited for.
struct Watched {
  std::string engine;
  engine::SandboxState sandbox;
  std::vector<store::ContainerRecord> containers;  // those that run
};

struct Outcome {
  PodMemory memory;
  std::optional<Watched> watched;
  Moment due;  // to be looked at again then
};

}  // namespace podsysctl::service
