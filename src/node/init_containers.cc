// SPDX-License-Identifier: Apache-2.0
#include "node/init_containers.h"

#include <chrono>

#include "base/strings.h"
#include "engine/embedded/crilog.h"
#include "linux/file.h"

namespace podsysctl::node {
namespace {

using store::ContainerRecord;
using store::ContainerState;

constexpr std::chrono::milliseconds kNoLimit{-1};
constexpr std::size_t kLogLines = 3;

// What the container said last: mostly the reason.
std::string last_words(const ContainerRecord& container) {
  const Result<std::string> log = linux::read_file(container.log_path);
  if (!log) {
    return {};
  }
  engine::LogFormatter formatter(engine::Timestamps::no);
  engine::LogFormatter::Output output;
  formatter.feed(engine::log_tail(*log, kLogLines), output);
  const std::string text = output.out + output.err;
  return std::string(trim(text));
}

Result<ContainerRecord> wait_for_end(const EngineNode& node, const store::PodRecord& pod,
                                     ContainerRecord container) {
  const engine::SandboxState sandbox = sandbox_of(pod);
  while (container.state == ContainerState::running) {
    PSYS_TRY(node.engine.wait_for_change({ref_of(node, container, sandbox)}, {}, kNoLimit));
    PSYS_TRY_ASSIGN(container, note_exit(node, container, sandbox, AfterEnd::unknown));
  }
  return container;
}

Result<> run_one(const EngineNode& node, const store::PodRecord& pod, const pod::PodSpec& spec,
                 const PlannedContainer& planned) {
  PSYS_TRY_ASSIGN(const ContainerRecord recorded, record_container(node, pod, planned));
  const auto started = start_recorded(node, pod, spec, planned, recorded);
  if (!started) {
    Error error = started.error().error;
    return std::unexpected(
        std::move(error).within(fmt::format("init container {}", recorded.name)));
  }
  PSYS_TRY_ASSIGN(const ContainerRecord ended, wait_for_end(node, pod, *started));
  const int code = ended.exit_code.value_or(-1);
  if (code == 0) {
    return {};
  }
  const std::string words = last_words(ended);
  return Error::of(Code::unavailable, "init container {} ended with exit code {}{}", ended.name,
                   code, words.empty() ? "" : ": " + words);
}

}  // namespace

Result<> run_init_containers(const EngineNode& node, const store::PodRecord& pod,
                             const pod::PodSpec& spec,
                             const std::vector<PlannedContainer>& planned) {
  for (const PlannedContainer& container : planned) {
    PSYS_TRY(run_one(node, pod, spec, container));
  }
  return {};
}

}  // namespace podsysctl::node
