// SPDX-License-Identifier: Apache-2.0
// Texts of runc 1.1 to 1.3 and crun 1.8 to 1.28 as containerd, CRI-O and Docker pass them on.
#include "engine/refused_setting.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace podsysctl::engine {
namespace {

struct Cause {
  std::string_view words;
  std::string_view also;  // must be there as well
  Code code;
  int sys_errno;
  std::string_view meaning;
};

// The first that is found counts: a host's namespace is also "not allowed".
constexpr std::array kCauses{
    Cause{"host network namespace", "", Code::denied_by_policy, 0,
          "belongs to the network namespace, and the pod uses the host's"},
    Cause{"hosts ipc namespace", "", Code::denied_by_policy, 0,
          "belongs to the ipc namespace, and the pod uses the host's"},
    Cause{"requires a new", "", Code::denied_by_policy, 0,
          "belongs to a namespace that the pod shares with the host"},
    Cause{"not in a separate kernel namespace", "", Code::not_namespaced, 0,
          "belongs to the node, or the runtime does not know it"},
    Cause{"is not namespaced", "", Code::not_namespaced, 0,
          "belongs to the node, or the runtime does not know it"},
    Cause{"not whitelisted", "", Code::denied_by_policy, 0, "is not on the runtime's own list"},
    // A file that is there and does not know the name in it: a congestion control, an interface.
    Cause{"no such file", "write", Code::invalid_argument, EINVAL,
          "was given a value that the kernel refuses"},
    Cause{"no such file", "", Code::not_found, ENOENT,
          "does not exist in the pod's namespaces on this kernel"},
    Cause{"invalid argument", "", Code::invalid_argument, EINVAL,
          "was given a value that the kernel refuses"},
    Cause{"result out of range", "", Code::invalid_argument, ERANGE,
          "was given a value that the kernel refuses"},
    Cause{"permission denied", "", Code::permission, EACCES, "may not be written by the runtime"},
    Cause{"operation not permitted", "", Code::permission, EPERM,
          "may not be written by the runtime"},
    Cause{"read-only file system", "", Code::permission, EROFS,
          "may not be written by the runtime"},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool names(std::string_view text, const sysctl::Setting& setting) {
  const std::string& key = setting.key.name();
  std::string path = key;
  std::ranges::replace(path, '.', '/');
  return text.contains(key) || text.contains(path);
}

}  // namespace

Error explain_refused_setting(Error error, std::span<const sysctl::Setting> handed) {
  const std::string text = lower(error.message);
  const auto setting =
      std::ranges::find_if(handed, [&](const auto& each) { return names(text, each); });
  const auto cause = std::ranges::find_if(kCauses, [&](const Cause& each) {
    return text.contains(each.words) && text.contains(each.also);
  });
  if (setting == handed.end() || cause == kCauses.end()) {
    return error;
  }
  error.code = cause->code;
  error.sys_errno = cause->sys_errno;
  return std::move(error).within(fmt::format("sysctl {} = {} ({}) {}", setting->key.name(),
                                             setting->value, describe(setting->origin),
                                             cause->meaning));
}

}  // namespace podsysctl::engine
