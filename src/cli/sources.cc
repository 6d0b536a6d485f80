// SPDX-License-Identifier: Apache-2.0
#include "cli/sources.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "agent/service.h"
#include "api/folder_records.h"
#include "api/folder_targets.h"
#include "cli/look.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "client/joined_records.h"
#include "client/joined_targets.h"
#include "client/lasting_stream.h"
#include "client/service_records.h"
#include "client/service_targets.h"

namespace podsysctl::cli {
namespace {

using client::Service;

constexpr std::string_view kWithoutNode =
    "the node service does not answer, the state folder is read instead";
constexpr std::string_view kWithoutAgent = "the agent does not answer, its pods are left out";

enum class Absence : std::uint8_t { usual, told };

std::optional<Service> find_service(const std::string& socket, std::string_view without,
                                    Absence absence = Absence::usual) {
  Result<std::optional<Service>> found = Service::find(socket);
  if (!found) {
    complain(fmt::format("{}: {}", without, found.error().message));
    return std::nullopt;
  }
  if (!*found && absence == Absence::told) {
    complain(fmt::format("{}: nobody listens on {}", without, socket));
  }
  return *std::move(found);
}

std::optional<Service> find_node(const SourceFlags& flags) {
  return flags.node_socket.empty() ? find_service(flags.root + "/node.sock", kWithoutNode)
                                   : find_service(flags.node_socket, kWithoutNode, Absence::told);
}

std::optional<Service> find_agent(const SourceFlags& flags) {
  if (!flags.agent_socket.empty()) {
    return find_service(flags.agent_socket, kWithoutAgent, Absence::told);
  }
  return flags.root == kDefaultRoot ? find_service(agent::kStatusSocket, kWithoutAgent)
                                    : std::nullopt;
}

}  // namespace

void add_source_flags(Command& command, SourceFlags& flags) {
  add_root_flag(command, flags.root);
  if (const char* const socket = std::getenv("PODSYSCTL_NODE_SOCKET"); socket != nullptr) {
    flags.node_socket = socket;
  }
  command
      .option("node-socket", "PATH",
              "Node service's (default $PODSYSCTL_NODE_SOCKET or ROOT/node.sock)",
              flags.node_socket)
      .completed_with(Completes::files);
  command
      .option("agent-socket", "PATH",
              "Also pods of this agent (with the default --root: the usual one)",
              flags.agent_socket)
      .completed_with(Completes::files);
}

// What is asked, then what the answers are read through; a folder where no node service is up.
struct RecordSource::Parts {
  SourceFlags flags;
  std::optional<Service> node;
  std::optional<Service> agent;
  std::optional<store::Store> store;
  std::unique_ptr<api::Records> own;
  std::optional<client::ServiceRecords> agents;
  std::optional<client::JoinedRecords> joined;

  [[nodiscard]] Result<> open_folder(Use use) {
    if (use == Use::look) {
      PSYS_TRY_ASSIGN(store, open_to_look(flags.root));
    } else {
      PSYS_TRY_ASSIGN(store::Store made, store::Store::open(flags.root));
      store.emplace(std::move(made));
    }
    own = std::make_unique<api::FolderRecords>(store ? &*store : nullptr, flags.root);
    return {};
  }

  [[nodiscard]] Result<std::unique_ptr<api::EventStream>> go_on(const api::EventWish& wish) {
    complain("the node service has ended, the state folder is followed instead");
    PSYS_TRY(open_folder(Use::follow));
    PSYS_TRY_ASSIGN(api::EventStreams streams, own->follow(wish));
    return std::move(streams.front());
  }
};

RecordSource::RecordSource(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RecordSource::~RecordSource() = default;

Result<std::unique_ptr<RecordSource>> RecordSource::open(const SourceFlags& flags, Use use) {
  auto parts = std::make_unique<Parts>();
  parts->flags = flags;
  parts->node = find_node(flags);
  if (parts->node) {
    parts->own = std::make_unique<client::ServiceRecords>(*parts->node);
  } else {
    PSYS_TRY(parts->open_folder(use));
  }
  parts->agent = find_agent(flags);
  if (parts->agent) {
    parts->agents.emplace(*parts->agent);
    parts->joined.emplace(*parts->own, *parts->agents);
  }
  return std::unique_ptr<RecordSource>(new RecordSource(std::move(parts)));
}

api::Records& RecordSource::records() noexcept {
  return parts_->joined ? static_cast<api::Records&>(*parts_->joined) : *parts_->own;
}

Result<api::EventStreams> RecordSource::follow(const api::EventWish& wish) {
  PSYS_TRY_ASSIGN(api::EventStreams streams, records().follow(wish));
  if (parts_->node) {
    const auto go_on = [parts = parts_.get(), pod = wish.pod](std::int64_t after) {
      return parts->go_on({.pod = pod, .after = after});
    };
    streams.front() =
        std::make_unique<client::LastingStream>(std::move(streams.front()), wish.after, go_on);
  }
  return streams;
}

struct TargetSource::Parts {
  // The folder's, where no node service is up.
  std::unique_ptr<LiveContext> context;
  live::Author author = live::Author::of_this_process();
  std::optional<Service> node;
  std::optional<Service> agent;
  std::vector<std::unique_ptr<api::Records>> records;
  std::vector<std::unique_ptr<api::Targets>> places;
  std::optional<client::JoinedTargets> joined;

  void add_service(Service& service) {
    records.push_back(std::make_unique<client::ServiceRecords>(service));
    places.push_back(std::make_unique<client::ServiceTargets>(service));
  }

  [[nodiscard]] Result<> add_folder(const std::string& root, Purpose purpose) {
    PSYS_TRY_ASSIGN(context, LiveContext::open(root, purpose));
    const live::Surroundings& surroundings = context->surroundings();
    records.push_back(std::make_unique<api::FolderRecords>(surroundings.store, root));
    places.push_back(std::make_unique<api::FolderTargets>(surroundings, author));
    return {};
  }

  void join() {
    std::vector<client::Place> joined_places;
    joined_places.reserve(places.size());
    for (std::size_t at = 0; at < places.size(); ++at) {
      joined_places.push_back({*records[at], *places[at]});
    }
    joined.emplace(std::move(joined_places));
  }
};

TargetSource::TargetSource(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TargetSource::~TargetSource() = default;

Result<std::unique_ptr<TargetSource>> TargetSource::open(const SourceFlags& flags,
                                                         const std::string& target,
                                                         Purpose purpose) {
  auto parts = std::make_unique<Parts>();
  const bool pods = target.find(':') == std::string::npos;
  if (pods) {
    parts->node = find_node(flags);
    parts->agent = find_agent(flags);
  }
  if (parts->node) {
    parts->add_service(*parts->node);
  } else {
    PSYS_TRY(parts->add_folder(flags.root, purpose));
  }
  if (parts->agent) {
    parts->add_service(*parts->agent);
  }
  parts->join();
  return std::unique_ptr<TargetSource>(new TargetSource(std::move(parts)));
}

api::Targets& TargetSource::targets() noexcept { return *parts_->joined; }

}  // namespace podsysctl::cli
