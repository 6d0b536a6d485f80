// SPDX-License-Identifier: Apache-2.0
#include "pod/pod_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "pod/container_reader.h"
#include "pod/names.h"
#include "pod/object_reader.h"
#include "pod/pod_scope.h"
#include "pod/port_reader.h"
#include "pod/security_reader.h"
#include "pod/sysctl_reader.h"
#include "pod/volume_reader.h"

namespace podsysctl::pod {
namespace {

constexpr std::string_view kApparmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

void read_name(const ObjectReader& metadata, const PodReaderOptions& options, PodSpec& pod) {
  const auto name = metadata.text("name", check_dns_subdomain);
  if (!options.name.empty()) {
    pod.name = options.name;
  } else if (name) {
    pod.name = *name;
  } else if (metadata.field("generateName")) {
    metadata.error_in("name",
                      "required: there is no API server here to complete generateName; "
                      "give the pod a name, or use --name");
  } else if (!metadata.field("name")) {
    metadata.error_in("name", "required");
  }
  pod.namespace_ = metadata.text("namespace", check_dns_label).value_or(options.default_namespace);
}

void read_labels(const ObjectReader& metadata, PodSpec& pod) {
  Problems& problems = metadata.problems();
  metadata.each_text("labels",
                     [&](std::string_view key, const yaml::Value& value, std::string text) {
                       const auto bad_key = check_label_key(key);
                       const auto bad_value = check_label_value(text);
                       if (bad_key || bad_value) {
                         problems.error(value, bad_key ? *bad_key : *bad_value);
                       }
                       pod.labels.insert_or_assign(std::string(key), std::move(text));
                     });
}

void read_annotations(const ObjectReader& metadata, PodSpec& pod) {
  Problems& problems = metadata.problems();
  metadata.each_text("annotations", [&](std::string_view key, const yaml::Value& value,
                                        std::string text) {
    if (const auto bad_key = check_label_key(key)) {
      problems.error(value, *bad_key);
    }
    if (key.starts_with(kApparmorAnnotation) && text.starts_with("localhost/")) {
      problems.error(value, "AppArmor profiles of this host are not supported", Code::unsupported);
    }
    pod.annotations.insert_or_assign(std::string(key), std::move(text));
  });
}

void read_metadata(const ObjectReader& object, const PodReaderOptions& options, PodSpec& pod) {
  const auto metadata = object.object("metadata", "metadata");
  if (!metadata) {
    if (options.name.empty()) {
      object.error_in("metadata", "required");
    }
    pod.name = options.name;
    pod.namespace_ = options.default_namespace;
    return;
  }
  read_name(*metadata, options, pod);
  read_labels(*metadata, pod);
  read_annotations(*metadata, pod);
}

RestartPolicy read_restart_policy(const ObjectReader& spec) {
  constexpr std::array<std::pair<std::string_view, RestartPolicy>, 3> kPolicies{
      {{"Always", RestartPolicy::always},
       {"OnFailure", RestartPolicy::on_failure},
       {"Never", RestartPolicy::never}}};
  const std::string text = spec.text("restartPolicy").value_or("Always");
  const auto found =
      std::ranges::find(kPolicies, text, &std::pair<std::string_view, RestartPolicy>::first);
  if (found == kPolicies.end()) {
    spec.error_in("restartPolicy", in_quotes(text) + " must be Always, OnFailure or Never");
    return RestartPolicy::always;
  }
  return found->second;
}

Share read_share(const ObjectReader& spec, std::string_view field) {
  return spec.flag_or(field, false) ? Share::host : Share::private_namespace;
}

void read_host_aliases(const ObjectReader& spec, PodSpec& pod) {
  for (const yaml::Value& item : spec.list("hostAliases")) {
    const ObjectReader alias(item, "spec.hostAliases[]", spec.problems());
    const auto address = alias.required_text("ip", check_ip);
    for (const yaml::Value& name : alias.list("hostnames")) {
      const auto text = spec.problems().keep(name, name.as_string());
      const auto fault = text ? check_dns_subdomain(*text) : std::nullopt;
      if (fault) {
        spec.problems().error(name, *fault);
      } else if (text && address) {
        pod.host_aliases.emplace_back(*address, *text);
      }
    }
  }
}

// A Secret of the type kubernetes.io/dockerconfigjson, or of the older kubernetes.io/dockercfg.
std::optional<std::string> auth_document_in(const ConfigData& secret) {
  if (const auto found = secret.find(".dockerconfigjson"); found != secret.end()) {
    return found->second;
  }
  const auto old = secret.find(".dockercfg");
  return old == secret.end() ? std::nullopt
                             : std::optional(fmt::format(R"({{"auths":{}}})", old->second));
}

void read_pull_secrets(const ObjectReader& spec, const ConfigStore& config, PodSpec& pod) {
  for (const yaml::Value& item : spec.list("imagePullSecrets")) {
    const ObjectReader reference(item, "spec.imagePullSecrets[]", spec.problems());
    const auto name = reference.required_text("name", check_dns_subdomain);
    if (!name) {
      continue;
    }
    const ConfigData* const secret = config.find(ConfigKind::secret, pod.namespace_, *name);
    if (secret == nullptr) {
      spec.problems().warn(
          item, fmt::format("Secret {} is not in this file: credentials come from the registry "
                            "login of this host",
                            in_quotes(*name)));
    } else if (auto document = auth_document_in(*secret)) {
      pod.pull_secrets.push_back(*std::move(document));
    } else {
      spec.problems().error(item, fmt::format("Secret {} has no key .dockerconfigjson (type "
                                              "kubernetes.io/dockerconfigjson)",
                                              in_quotes(*name)));
    }
  }
}

void read_node_selector(const ObjectReader& spec, PodSpec& pod) {
  spec.each_text("nodeSelector",
                 [&](std::string_view key, const yaml::Value& value, std::string text) {
                   const auto bad_key = check_label_key(key);
                   const auto bad_value = check_label_value(text);
                   if (bad_key || bad_value) {
                     spec.problems().error(value, bad_key ? *bad_key : *bad_value);
                   }
                   pod.node_selector.insert_or_assign(std::string(key), std::move(text));
                 });
}

void check_os(const ObjectReader& spec) {
  const auto os = spec.object("os", "spec.os");
  if (!os) {
    return;
  }
  const auto name = os->required_text("name");
  if (name && *name != "linux") {
    os->error_in("name", fmt::format("{}: this is a Linux host", in_quotes(*name)));
  }
}

void read_sharing(const ObjectReader& spec, PodSpec& pod) {
  pod.network = read_share(spec, "hostNetwork");
  pod.ipc = read_share(spec, "hostIPC");
  pod.pid = read_share(spec, "hostPID");
  pod.share_process_namespace = spec.flag_or("shareProcessNamespace", false);
  if (pod.pid == Share::host && pod.share_process_namespace) {
    spec.error_in("shareProcessNamespace", "hostPID and shareProcessNamespace cannot both be true");
  }
}

std::vector<Container> read_containers(const ObjectReader& spec, std::string_view field,
                                       const ContainerScope& scope, std::set<std::string>& names) {
  std::vector<Container> containers;
  for (const yaml::Value& item : spec.list(field)) {
    Container container = read_container(item, scope, spec.problems());
    if (!container.name.empty() && !names.insert(container.name).second) {
      spec.problems().error(item,
                            fmt::format("a second container named {}", in_quotes(container.name)));
    }
    containers.push_back(std::move(container));
  }
  return containers;
}

void read_all_containers(const ObjectReader& spec, const ConfigStore& config, PodSpec& pod) {
  const SecurityContext security = read_pod_security(spec, pod);
  CopyBudget budget;
  PodScope scope{.pod = &pod, .config = &config, .budget = &budget, .service_account = {}};
  scope.service_account = spec.text("serviceAccountName").value_or("default");
  const VolumeSet volumes = read_volumes(spec, scope);
  std::set<std::string> names;
  const ContainerScope init{scope, security, volumes, ContainerRole::init};
  const ContainerScope application{scope, security, volumes, ContainerRole::application};
  pod.init_containers = read_containers(spec, "initContainers", init, names);
  pod.containers = read_containers(spec, "containers", application, names);
  pod.volumes = volumes.volumes;
  if (pod.containers.empty()) {
    spec.error_in("containers", "required: a pod has at least one container");
  }
  check_host_ports(pod, spec);
}

void read_spec(const ObjectReader& spec, const ConfigStore& config, const PodReaderOptions& options,
               PodSpec& pod) {
  pod.restart = read_restart_policy(spec);
  constexpr std::int64_t kLongestGrace = std::numeric_limits<std::int32_t>::max();
  pod.termination_grace = std::chrono::seconds(
      spec.integer("terminationGracePeriodSeconds", 0, kLongestGrace).value_or(30));
  pod.hostname = spec.text("hostname", check_dns_label).value_or("");
  read_sharing(spec, pod);
  read_node_selector(spec, pod);
  read_host_aliases(spec, pod);
  read_pull_secrets(spec, config, pod);
  check_os(spec);
  read_all_containers(spec, config, pod);
  if (const auto security = spec.field("securityContext")) {
    read_sysctl_field(*security, options.version, pod, spec.problems());
  }
}

}  // namespace

PodSpec read_pod_object(const yaml::Value& object, const ConfigStore& config,
                        const PodReaderOptions& options, Problems& problems) {
  PodSpec pod;
  const ObjectReader reader(object, "", problems);
  read_metadata(reader, options, pod);
  const auto spec = reader.object("spec", "spec");
  if (!spec) {
    reader.error_in("spec", "required");
  } else {
    read_spec(*spec, config, options, pod);
  }
  if (const auto metadata = object.find("metadata")) {
    read_sysctl_annotations(*metadata, options.version, pod, problems);
  }
  return pod;
}

}  // namespace podsysctl::pod
