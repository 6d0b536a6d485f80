// SPDX-License-Identifier: Apache-2.0
// A pod's network: `bridge` is made by CNI plugins (the administrator's /etc/cni/net.d, else a
// built-in network), in three steps so that nothing is lost when the process is killed:
//   prepare_network()  decides everything and changes nothing; its record is stored by the caller
//   attach_network()   runs the plugins; the record it returns replaces the stored one
//   detach_network()   works from either record, from any process, any number of times
// `host` and `none` need none of these. Errors carry the plugin's name and message, and what to do.
// Thread-safety: no shared state; the plugins lock what they share.
// Source: CNI specification 0.3.0 to 1.1.0.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pod/spec.h"

namespace podsysctl::sandbox {

enum class NetworkMode : std::uint8_t { none, host, bridge };

[[nodiscard]] std::string_view to_string(NetworkMode mode) noexcept;
[[nodiscard]] Result<NetworkMode> parse_network_mode(std::string_view text);

struct NetworkPaths {
  std::string config_dir = "/etc/cni/net.d";
  std::vector<std::string> plugin_dirs{"/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"};
  std::string data_dir = "/run/podsysctl/cni";  // leases of the built-in network
};

struct NetworkRequest {
  std::string container_id;  // the sandbox's
  std::string netns_path;    // where the sandbox's net namespace is pinned
  std::string pod_namespace;
  std::string pod_name;
  std::string pod_uid;
  std::map<std::string, std::string> annotations;
  std::vector<pod::Port> ports;  // those without a host port are ignored
};

struct Dns {
  std::vector<std::string> nameservers;
  std::vector<std::string> search;  // the domain first, where a plugin gave one
  std::vector<std::string> options;
  [[nodiscard]] bool empty() const {
    return nameservers.empty() && search.empty() && options.empty();
  }
};

struct PreparedNetwork {
  std::string record;                // opaque text, to be stored before attach_network()
  std::vector<std::string> notices;  // for a person: what will differ from the usual, and why
};

struct NetworkAttachment {
  std::string interface;               // in the sandbox: "eth0"
  std::vector<std::string> addresses;  // with prefix length: "10.131.0.2/16"
  std::string gateway;                 // "" if there is none
  Dns dns;                             // empty unless a plugin gave it
  std::string record;                  // to be stored in place of the prepared one
};

// Chooses the network and, for the built-in one, its address range and plugins. Reads the host's
// configuration, routes and packet filter; writes nothing but the rules of network_filter.h.
// not_found with the package to install when a plugin is missing; unsupported when a host port is
// asked of a network that has no plugin for it.
[[nodiscard]] Result<PreparedNetwork> prepare_network(const NetworkPaths& paths,
                                                      const NetworkRequest& request);

// Preconditions: the net namespace is pinned at the request's netns_path. On failure everything
// that was made is removed again; the prepared record stays valid for detach_network().
[[nodiscard]] Result<NetworkAttachment> attach_network(const std::string& record);

// Whether all that is left of a network when its net namespace has gone is an address to be
// released: the built-in network without host ports. Then detach_network()
// is to be called after the net namespace has gone: the kernel takes its interfaces along in the
// background, while a plugin that deletes one waits for it, 20 ms and more.
[[nodiscard]] Result<bool> goes_with_namespace(const std::string& record);

// Releases addresses, interfaces and packet filter rules. To be called before the net namespace is
// unpinned, unless goes_with_namespace(); where it is gone the plugins release what they can
// without it. Success if there is nothing to release. On an error the rest has been released all
// the same and the call can be repeated.
[[nodiscard]] Result<> detach_network(const std::string& record);

}  // namespace podsysctl::sandbox
