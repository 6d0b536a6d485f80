// SPDX-License-Identifier: Apache-2.0
#include "cni/attachment.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/fault_point.h"
#include "base/strings.h"
#include "cni/grants.h"
#include "cni/pod_network.h"
#include "linux/file.h"
#include "rules/one_pod.h"

namespace podsysctl::cni {
namespace {

namespace fs = std::filesystem;

std::string path_of(const Environment& environment, const Config& config) {
  return saved_path(config.data_folder, environment.container_id, environment.ifname);
}

// A broken record says nothing that could be put back.
std::optional<Saved> former_record(const std::string& path, Notes& notes) {
  auto record = load(path);
  if (!record) {
    notes.push_back(record.error().message);
    return std::nullopt;
  }
  return *std::move(record);
}

// After a failure everything is as it was before, the record too, or the record stays for DEL.
void undo(PodNetwork& network, const Saved& done, const std::optional<Saved>& former,
          const std::string& path, Notes& notes) {
  Result<> undone = network.take_back(done);
  if (undone) {
    undone = former ? save(path, *former) : forget(path);
  }
  if (!undone) {
    notes.push_back(undone.error().message);
  }
}

Outcome<> change(PodNetwork& network, const Wishes& wishes, const std::string& path,
                 const std::string& network_name, Notes& notes) {
  const std::optional<Saved> former = former_record(path, notes);
  std::optional<Saved> on_record;  // what there was before
  Result<> kept;
  Result<> done = network.put(wishes, [&](Saved before) -> Result<> {
    before.network = network_name;
    kept = save(path, former ? merged(*former, before) : before);
    PSYS_TRY(kept);
    on_record = std::move(before);
    fault_point("cni-recorded");
    return {};
  });
  if (done) {
    fault_point("cni-written");
    return {};
  }
  if (on_record) {
    undo(network, *on_record, former, path, notes);
  }
  return fault(kept ? FaultCode::not_applied : FaultCode::io, std::move(done).error());
}

// Half written, by a process that was killed before it gave the file its name.
bool is_left_half_written(const std::string& path) {
  const std::vector<std::string_view> parts = split(path, '.');
  if (parts.size() < 4 || parts.back() != "new") {
    return false;
  }
  const auto writer = parse_number<pid_t>(parts[parts.size() - 3]);
  return writer && *writer > 0 && ::kill(*writer, 0) < 0 && errno == ESRCH;
}

bool is_stale(const std::string& path, const std::string& network) {
  if (!path.ends_with(".json")) {
    return is_left_half_written(path);
  }
  const auto saved = load(path);
  return saved && *saved && (*saved)->network == network;
}

Outcome<> require_previous(const Config& config) {
  return config.previous == nullptr
             ? fault(FaultCode::config, "must be called as a chained plugin: prevResult is missing")
             : Outcome<>();
}

}  // namespace

Outcome<json::Value> add(const Environment& environment, const Config& config, Notes& notes) {
  if (const Outcome<> chained = require_previous(config); !chained) {
    return std::unexpected(chained.error());
  }
  auto network = PodNetwork::open(environment.netns, environment.ifname);
  if (!network) {
    return std::unexpected(std::move(network).error());
  }
  auto settings = granted(environment, config, notes);
  if (!settings) {
    return std::unexpected(std::move(settings).error());
  }
  const Wishes wishes{*std::move(settings), config.link};
  // Whoever asks has a record, even of nothing: CHECK tells it from one that was lost.
  if (!wishes.settings.empty() || asks_for_anything(config)) {
    const std::string path = path_of(environment, config);
    if (Outcome<> done = change(*network, wishes, path, config.network, notes); !done) {
      return std::unexpected(std::move(done).error());
    }
  }
  return converted(with_link(*config.previous, environment.ifname, config.link), config.version);
}

Outcome<> check(const Environment& environment, const Config& config) {
  if (const Outcome<> chained = require_previous(config); !chained) {
    return chained;
  }
  auto network = PodNetwork::open(environment.netns, environment.ifname);
  if (!network) {
    return std::unexpected(std::move(network).error());
  }
  const std::string path = path_of(environment, config);
  const auto saved = load(path);
  if (!saved) {
    return fault(FaultCode::io, saved.error());
  }
  if (!*saved) {
    return asks_for_anything(config)
               ? fault(FaultCode::differs,
                       fmt::format("{} is missing: nothing is known of this attachment", path))
               : Outcome<>();
  }
  const auto differences = network->differences(**saved);
  if (!differences) {
    return fault(FaultCode::io, differences.error());
  }
  return differences->empty() ? Outcome<>() : fault(FaultCode::differs, join(*differences, "; "));
}

Outcome<> del(const Environment& environment, const Config& config, Notes& notes) {
  const std::string path = path_of(environment, config);
  const std::optional<Saved> saved = former_record(path, notes);
  if (saved && !environment.netns.empty()) {
    // A namespace that is gone, or was never ours, took the values with it.
    if (auto network = PodNetwork::open(environment.netns, environment.ifname)) {
      if (const Result<> undone = network->take_back(*saved); !undone) {
        notes.push_back(undone.error().message);
      }
    }
  }
  fault_point("cni-restored");
  const Result<> gone = forget(path);
  return gone ? Outcome<>() : fault(FaultCode::io, gone.error());
}

Outcome<> collect(const Config& config) {
  std::set<std::string> valid;
  for (const Attachment& each : config.valid) {
    valid.insert(saved_path(config.data_folder, each.container_id, each.ifname));
  }
  std::error_code failure;
  for (fs::directory_iterator entry(config.data_folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string path = config.data_folder + "/" + entry->path().filename().string();
    if (valid.contains(path) || !is_stale(path, config.network)) {
      continue;
    }
    if (const Result<> gone = forget(path); !gone) {
      return fault(FaultCode::io, gone.error());
    }
  }
  return {};
}

Outcome<> status(const Config& config) {
  if (const auto set = rules::read_set_if_there(config.policy_folder); !set) {
    return fault(FaultCode::unavailable, set.error());
  }
  if (Result<> made = linux::make_directories(config.data_folder, 0700); !made) {
    return fault(FaultCode::unavailable, std::move(made).error());
  }
  if (::access(config.data_folder.c_str(), W_OK) < 0) {
    const int reason = errno;
    return fault(FaultCode::unavailable,
                 Error::of_errno(reason, "records cannot be kept in " + config.data_folder));
  }
  return {};
}

}  // namespace podsysctl::cni
