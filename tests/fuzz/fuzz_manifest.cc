// SPDX-License-Identifier: Apache-2.0
// Any text: a pod that holds what its readers promise, or an error.
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "pod/manifest.h"
#include "pod/node.h"
#include "pod/runtime_facts.h"
#include "require.h"

namespace {

using namespace podsysctl::pod;

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

void check_container(const Container& container, const std::set<std::string>& volumes) {
  require(!container.name.empty() && !container.image.empty());
  for (const EnvVar& variable : container.env) {
    require(!variable.name.empty() && !has_nul(variable.name) && !has_nul(variable.value));
  }
  for (const std::string& word : container.command) {
    require(!has_nul(word));
  }
  for (const VolumeMount& mount : container.mounts) {
    require(volumes.contains(mount.volume));
    require(mount.mount_path.starts_with('/'));
    require(mount.sub_path.find("../") == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto manifest = read_pod(std::string_view(reinterpret_cast<const char*>(data), size), "f");
  if (!manifest) {
    require(!manifest.error().message.empty());
    return 0;
  }
  PodSpec& pod = manifest->pod;
  require(!pod.name.empty() && !pod.namespace_.empty() && !pod.containers.empty());
  for (const podsysctl::sysctl::Setting& setting : pod.sysctls) {
    require(setting.origin.line > 0 && setting.spelling != setting.key.name());
  }
  (void)match_node_selector(pod.node_selector, {{"kubernetes.io/os", "linux"}});
  fill_in(pod, {.pod_uid = "u", .pod_ip = "10.0.0.1", .host_ip = "10.0.0.2", .node_name = "n"});
  std::set<std::string> volumes;
  for (const Volume& volume : pod.volumes) {
    require(volumes.insert(volume.name).second);
    for (const auto& [path, file] : volume.projected.files) {
      require(!path.starts_with('/') && !has_nul(path) && file.mode <= 0777);
    }
  }
  for (const Container& container : pod.init_containers) {
    check_container(container, volumes);
  }
  for (const Container& container : pod.containers) {
    check_container(container, volumes);
  }
  for (const Notice& notice : manifest->notices) {
    require(notice.line > 0 && !notice.text().empty());
  }
  return 0;
}
