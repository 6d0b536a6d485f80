// SPDX-License-Identifier: Apache-2.0
// What the runtime asks for: the command and its variables, and the network's configuration on
// standard input. CNI specification 1.1.0, sections 2 and 3; supported are 0.3.0 to 1.1.0. The
// configuration of the tuning plugin is taken as it is. Faults: see fault.h. Thread-safety: pure
// functions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cni/fault.h"
#include "cni/link_wishes.h"
#include "json/json.h"

namespace podsysctl::cni {

enum class Command : std::uint8_t { add, del, check, gc, status, version };

struct Environment {
  Command command = Command::version;
  std::string container_id;
  std::string netns;  // "" where not given
  std::string ifname;
  std::string pod_namespace;  // of CNI_ARGS, which ADD and CHECK need
  std::string pod_name;
  std::string mac;  // of CNI_ARGS, too; "" where not given
};

// An attachment that GC keeps.
struct Attachment {
  std::string container_id;
  std::string ifname;
};

struct Config {
  std::string version;  // of the specification
  std::string network;
  std::vector<std::pair<std::string, std::string>> sysctls;  // args.cni.sysctl over sysctl
  std::map<std::string, std::string> annotations;
  std::vector<LinkWish> link;
  std::string data_folder;
  std::string policy_folder;
  std::shared_ptr<const json::Value> previous;  // null where not given
  std::vector<Attachment> valid;
};

using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// nullopt where CNI_COMMAND is not set: somebody started the program by hand.
[[nodiscard]] Outcome<std::optional<Environment>> read_environment(const Lookup& variable);

// For DEL no more than it needs: what ADD refused is no reason to keep what there is.
[[nodiscard]] Outcome<Config> read_config(std::string_view text, const Environment& environment);

// ["0.3.0", …], oldest first.
[[nodiscard]] const std::vector<std::string>& supported_versions();

// "1.0.0" is not older than "0.4.0".
[[nodiscard]] bool at_least(std::string_view version, std::string_view other);

// The previous plugin's result in the configuration's version: what that one does not know is left
// out, and ips[].version is added or left out.
[[nodiscard]] json::Value converted(json::Value result, std::string_view version);

// The result with what was set of the pod's interface `ifname`: its address and MTU.
[[nodiscard]] json::Value with_link(json::Value result, std::string_view ifname,
                                    const std::vector<LinkWish>& link);

}  // namespace podsysctl::cni
