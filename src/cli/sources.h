// SPDX-License-Identifier: Apache-2.0
// Where the commands that look at pods and targets have their answers from: the node service of the
// state folder (or on the socket that is named) where one is up, else the folder itself; and the
// agent where one is up. A service that does not answer is told of on standard error and done
// without. Thread-safety: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/records.h"
#include "api/targets.h"
#include "base/result.h"
#include "cli/args.h"
#include "cli/live_context.h"

namespace podsysctl::cli {

struct SourceFlags {
  std::string root;
  std::string node_socket;   // "": <root>/node.sock
  std::string agent_socket;  // "": the usual one, if the state folder is the usual one too
};
// --root, --node-socket and --agent-socket. Sets the defaults.
void add_source_flags(Command& command, SourceFlags& flags);

class RecordSource {
 public:
  // To follow, there must be a state: one is made.
  enum class Use : std::uint8_t { look, follow };
  [[nodiscard]] static Result<std::unique_ptr<RecordSource>> open(const SourceFlags& flags,
                                                                  Use use = Use::look);
  ~RecordSource();
  RecordSource(const RecordSource&) = delete;
  RecordSource& operator=(const RecordSource&) = delete;

  // Valid as long as this object, as are those of the others.
  [[nodiscard]] api::Records& records() noexcept;
  // As records().follow(), going on with the state folder when the node service ends.
  [[nodiscard]] Result<api::EventStreams> follow(const api::EventWish& wish);

 private:
  struct Parts;
  explicit RecordSource(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

class TargetSource {
 public:
  // For this target, or every pod: "". What is no pod's name (pid:N, netns:PATH and the like) is
  // this process's own business: its processes, paths and environment are meant.
  [[nodiscard]] static Result<std::unique_ptr<TargetSource>> open(const SourceFlags& flags,
                                                                  const std::string& target,
                                                                  Purpose purpose);
  ~TargetSource();
  TargetSource(const TargetSource&) = delete;
  TargetSource& operator=(const TargetSource&) = delete;

  [[nodiscard]] api::Targets& targets() noexcept;

 private:
  struct Parts;
  explicit TargetSource(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace podsysctl::cli
