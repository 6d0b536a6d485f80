// SPDX-License-Identifier: Apache-2.0
// config.json of one container (OCI runtime specification 1.0) that joins a sandbox. Defaults are
// those a user of docker expects: mounts, masked and read-only paths, fourteen capabilities, a
// seccomp allowlist. Pure: what the host can do comes in as HostFacts, so that a given input gives
// the same text everywhere. No sysctls are written here: they belong to the sandbox.
// Errors: invalid_argument for what JSON or the kernel cannot carry (NUL, text that is not UTF-8,
// relative mount paths, no command), unsupported for a seccomp profile that cannot be used.
// Thread-safety: no shared state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/embedded/capabilities.h"
#include "engine/embedded/cgroup.h"
#include "engine/embedded/identity.h"
#include "engine/volumes.h"
#include "pod/spec.h"

namespace podsysctl::engine {

// Of the image's configuration.
struct ImageDefaults {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> env;  // "K=V"
  std::string working_dir;
};

// A namespace of the container: left to be the host's, joined by path, or made by the runtime.
struct NamespaceChoice {
  enum class Kind : std::uint8_t { host, join, fresh };
  Kind kind = Kind::host;
  std::string path;  // of `join`
};

struct DeviceNode {
  std::string path;  // in the container
  char type = 'c';   // 'c' or 'b'
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  mode_t mode = 0600;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

// What this host can do. `devices` are given to privileged containers only.
struct HostFacts {
  CapabilitySet grantable;
  CgroupLayout cgroups;
  std::vector<DeviceNode> devices;
  std::string architecture;  // as uname -m has it
};
enum class WithDevices : std::uint8_t { no, yes };
// Reads /proc, and /dev where a privileged container is to be started.
[[nodiscard]] Result<HostFacts> read_host_facts(WithDevices devices);

struct OciSpecInput {
  pod::Container container;
  ImageDefaults image;
  HostFacts host;
  Identity user;
  std::string rootfs;  // absolute; mounted already, in the sandbox's mount namespace
  NamespaceChoice net;
  NamespaceChoice ipc;
  NamespaceChoice uts;
  NamespaceChoice pid{NamespaceChoice::Kind::fresh, {}};
  std::vector<BindMount> binds;  // volumes
  std::string shm_source;        // the pod's /dev/shm; "": a tmpfs of the container's own
  std::string hosts_file;        // bound to /etc/hosts and so on; "": the image's own
  std::string hostname_file;
  std::string resolv_conf_file;
  std::string hostname;      // $HOSTNAME of the process; the namespace's name is not set here
  std::string cgroups_path;  // cgroup_path_of(id)
};

struct OciSpec {
  std::string json;
  std::vector<std::string> warnings;  // asked for, and cannot be had on this host
};
[[nodiscard]] Result<OciSpec> make_oci_spec(const OciSpecInput& input);

// argv as Kubernetes composes it: `command` replaces the image's entrypoint and drops its command,
// `args` replaces the image's command.
[[nodiscard]] std::vector<std::string> compose_command(const pod::Container& container,
                                                       const ImageDefaults& image);

}  // namespace podsysctl::engine
