// SPDX-License-Identifier: Apache-2.0
#include "pod/volume_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "pod/config_files.h"
#include "pod/names.h"
#include "pod/quantity.h"
#include "yaml/scalar.h"

namespace podsysctl::pod {
namespace {

EmptyDir read_empty_dir(const ObjectReader& source) {
  EmptyDir volume;
  const std::string medium = source.text("medium").value_or("");
  if (medium == "Memory") {
    volume.in_memory = true;
  } else if (!medium.empty()) {
    source.error_in("medium",
                    in_quotes(medium) + " is not supported: leave it out, or write Memory");
  }
  if (const auto limit = source.field("sizeLimit")) {
    const auto quantity = source.problems().keep(*limit, Quantity::parse(limit->node().text));
    if (quantity && quantity->is_negative()) {
      source.problems().error(*limit, "must not be negative");
    } else if (quantity && quantity->value() > 0) {
      volume.size_limit = quantity->value();
    }
  }
  return volume;
}

HostPath read_host_path(const ObjectReader& source) {
  using Type = HostPath::Type;
  constexpr std::array<std::pair<std::string_view, Type>, 8> kTypes{
      {{"", Type::unset},
       {"Directory", Type::directory},
       {"DirectoryOrCreate", Type::directory_or_create},
       {"File", Type::file},
       {"FileOrCreate", Type::file_or_create},
       {"Socket", Type::socket},
       {"CharDevice", Type::char_device},
       {"BlockDevice", Type::block_device}}};
  HostPath volume;
  volume.path =
      source
          .required_text(
              "path",
              [](std::string_view path) -> std::optional<std::string> {
                if (!path.starts_with('/')) {
                  return in_quotes(path) + " must start with '/'";
                }
                return path == "/" ? std::nullopt
                                   : check_relative_path(path.substr(path.find_first_not_of('/')));
              })
          .value_or("");
  const std::string type = source.text("type").value_or("");
  const auto found = std::ranges::find(kTypes, type, &std::pair<std::string_view, Type>::first);
  if (found == kTypes.end()) {
    source.error_in("type", in_quotes(type) +
                                " must be Directory, DirectoryOrCreate, File, FileOrCreate, "
                                "Socket, CharDevice or BlockDevice");
    return volume;
  }
  volume.type = found->second;
  return volume;
}

// The kubelet's own volume with the token of the API server, which `kubectl get -o yaml` shows.
bool is_api_access(std::string_view name, std::string_view kind) {
  return kind == "projected" && name.starts_with("kube-api-access-");
}

// The field that names the volume's kind. A volume without one is an emptyDir, as the API has it.
std::string kind_of(const ObjectReader& volume) {
  std::string kind;
  for (const yaml::Entry& entry : volume.value().node().entries) {
    if (entry.name == "name" || yaml::is_null(*entry.value)) {
      continue;
    }
    if (!kind.empty()) {
      volume.error(fmt::format("is of two kinds, {} and {}; leave one of them out", in_quotes(kind),
                               in_quotes(entry.name)));
      break;
    }
    kind = entry.name;
  }
  return kind.empty() ? "emptyDir" : kind;
}

class VolumeReader {
 public:
  VolumeReader(const PodScope& scope, VolumeSet& set) : scope_(scope), set_(set) {}

  void read(const yaml::Value& item, Problems& problems) {
    const ObjectReader volume(item, "volumes[]", problems);
    const auto name = volume.required_text("name", check_dns_label);
    if (!name) {
      return;
    }
    if (set_.states.contains(*name)) {
      volume.error_in("name", fmt::format("a second volume named {}", in_quotes(*name)));
      return;
    }
    set_.states[*name] = read_source(volume, *name, kind_of(volume));
  }

 private:
  VolumeSet::State read_source(const ObjectReader& volume, const std::string& name,
                               const std::string& kind) {
    Volume result;
    result.name = name;
    if (kind == "emptyDir") {
      const auto source = volume.object(kind, kind);
      result.kind = Volume::Kind::empty_dir;
      result.empty_dir = source ? read_empty_dir(*source) : EmptyDir{};
    } else if (kind == "hostPath") {
      result.kind = Volume::Kind::host_path;
      result.host_path = read_host_path(volume.object(kind, kind).value());
    } else if (kind == "configMap" || kind == "secret") {
      result.kind = Volume::Kind::files;
      result.projected =
          read_config_files(volume.object(kind, kind).value(),
                            kind == "secret" ? ConfigKind::secret : ConfigKind::config_map, scope_);
    } else {
      return without_source(volume, name, kind);
    }
    set_.volumes.push_back(std::move(result));
    return VolumeSet::State::usable;
  }

  VolumeSet::State without_source(const ObjectReader& volume, const std::string& name,
                                  const std::string& kind) {
    if (is_api_access(name, kind)) {
      volume.problems().warn(volume.value(),
                             "left out with its mounts: there is no API server here");
      return VolumeSet::State::dropped;
    }
    set_.kinds[name] = kind;
    volume.problems().warn(volume.value(),
                           fmt::format("volumes of kind {} are not supported", in_quotes(kind)));
    return VolumeSet::State::unsupported;
  }

  const PodScope& scope_;
  VolumeSet& set_;
};

// Absolute, as the kubelet makes it.
std::optional<std::string> check_mount_path(std::string_view path) {
  if (path.find(':') != std::string_view::npos) {
    return in_quotes(path) + " must not contain ':'";
  }
  const std::size_t start = path.find_first_not_of('/');
  if (start == std::string_view::npos) {
    return in_quotes(path) + ": a volume cannot replace the container's root";
  }
  return check_relative_path(path.substr(start));
}

std::string read_sub_path(const ObjectReader& mount, const Environment& environment) {
  const auto plain = mount.text("subPath", check_relative_path);
  const auto expression = mount.field("subPathExpr");
  if (!expression) {
    return plain.value_or("");
  }
  if (plain) {
    mount.error_in("subPathExpr", "not allowed beside subPath");
    return "";
  }
  const auto text = mount.text("subPathExpr");
  auto path = text ? mount.problems().keep(*expression, environment.expanded(*text)) : std::nullopt;
  if (path) {
    const auto fault = path->find("$(") != std::string::npos
                           ? std::optional("a variable in it is not set: " + in_quotes(*path))
                           : check_relative_path(*path);
    if (fault) {
      mount.problems().error(*expression, *fault);
    }
  }
  return path.value_or("");
}

// False where the mount is left out, for a fault or because its volume is.
bool is_mountable(const ObjectReader& mount, const std::string& name, const VolumeSet& volumes) {
  const auto found = volumes.states.find(name);
  if (found == volumes.states.end()) {
    mount.error_in("name", fmt::format("there is no volume {} in spec.volumes", in_quotes(name)));
    return false;
  }
  if (found->second == VolumeSet::State::unsupported) {
    mount.problems().error(
        mount.value(),
        fmt::format("volume {} is of kind {}, which is not supported: only emptyDir, hostPath, "
                    "configMap and secret are",
                    in_quotes(name), in_quotes(volumes.kinds.find(name)->second)),
        Code::unsupported);
    return false;
  }
  return found->second == VolumeSet::State::usable;
}

Propagation read_propagation(const ObjectReader& mount) {
  const std::string given = mount.text("mountPropagation").value_or("None");
  if (given == "HostToContainer") {
    return Propagation::from_host;
  }
  if (given != "None") {
    mount.error_in("mountPropagation", "only None and HostToContainer are supported");
  }
  return Propagation::none;
}

}  // namespace

VolumeSet read_volumes(const ObjectReader& spec, const PodScope& scope) {
  VolumeSet set;
  VolumeReader reader(scope, set);
  for (const yaml::Value& item : spec.list("volumes")) {
    reader.read(item, spec.problems());
  }
  return set;
}

std::vector<VolumeMount> read_mounts(const ObjectReader& container, const VolumeSet& volumes,
                                     const Environment& environment) {
  std::vector<VolumeMount> mounts;
  std::set<std::string> places;
  for (const yaml::Value& item : container.list("volumeMounts")) {
    const ObjectReader mount(item, "volumeMounts[]", container.problems());
    const auto name = mount.required_text("name");
    auto path = mount.required_text("mountPath", check_mount_path);
    std::string sub_path = read_sub_path(mount, environment);
    const Access access = mount.flag_or("readOnly", false) ? Access::read_only : Access::read_write;
    const Propagation propagation = read_propagation(mount);
    if (!name || !path || !is_mountable(mount, *name, volumes)) {
      continue;
    }
    if (!path->starts_with('/')) {
      path->insert(0, 1, '/');
    }
    if (!places.insert(*path).second) {
      mount.error_in("mountPath", fmt::format("a second mount at {}", in_quotes(*path)));
    }
    mounts.push_back({*name, *std::move(path), std::move(sub_path), access, propagation});
  }
  return mounts;
}

}  // namespace podsysctl::pod
