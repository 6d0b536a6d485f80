// SPDX-License-Identifier: Apache-2.0
// config.json's "process": what runs, as whom, with which environment.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"
#include "engine/embedded/oci_parts.h"

namespace podsysctl::engine::oci {
namespace {

constexpr std::string_view kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

class Environment {
 public:
  // A later value takes the earlier one's place.
  void set(std::string_view name, std::string_view value) {
    std::string entry = fmt::format("{}={}", name, value);
    const auto found = std::ranges::find_if(entries_, [&](const std::string& old) {
      return old.size() > name.size() && old.starts_with(name) && old[name.size()] == '=';
    });
    if (found == entries_.end()) {
      entries_.push_back(std::move(entry));
    } else {
      *found = std::move(entry);
    }
  }
  [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }

 private:
  std::vector<std::string> entries_;
};

Result<std::vector<std::string>> environment(const OciSpecInput& input) {
  Environment env;
  env.set("PATH", kPath);
  if (!input.hostname.empty()) {
    env.set("HOSTNAME", input.hostname);
  }
  if (input.container.tty) {
    env.set("TERM", "xterm");
  }
  env.set("HOME", input.user.home);
  for (const std::string& entry : input.image.env) {
    const std::size_t equals = entry.find('=');
    if (equals != 0 && equals != std::string::npos) {
      env.set(std::string_view(entry).substr(0, equals),
              std::string_view(entry).substr(equals + 1));
    }
  }
  for (const pod::EnvVar& variable : input.container.env) {
    if (variable.name.empty() || variable.name.find('=') != std::string::npos) {
      return Error::of(Code::invalid_argument,
                       "the environment variable {} has an empty name or '=' in it",
                       in_quotes(variable.name));
    }
    env.set(variable.name, variable.value);
  }
  for (const std::string& entry : env.entries()) {
    PSYS_TRY(check_text(entry, "the environment variable"));
  }
  return env.entries();
}

// A working folder such as /proc/self/fd/7 is how images tried to step out of their root
// (CVE-2024-21626).
bool is_process_folder(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(path, '/')) {
    if (part == "..") {
      if (!parts.empty()) {
        parts.pop_back();
      }
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  return parts.size() >= 2 && parts[0] == "proc" &&
         (parts[1] == "self" || parts[1] == "thread-self" || parse_number<int>(parts[1]));
}

Result<std::string> working_dir(const OciSpecInput& input) {
  std::string folder = input.container.working_dir;
  if (folder.empty()) {
    folder = input.image.working_dir.starts_with('/') ? input.image.working_dir
                                                      : "/" + input.image.working_dir;
  }
  PSYS_TRY(check_working_dir(folder));
  return folder;
}

}  // namespace

Result<> check_text(std::string_view text, std::string_view what) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t length = utf8_length(rest);
    if (length == 0 || rest.front() == '\0') {
      return Error::of(Code::invalid_argument, "{} {} {}", what, in_quotes(text),
                       length == 0 ? "is not valid UTF-8, which is all that a container's "
                                     "configuration can carry"
                                   : "has a NUL in it");
    }
    rest.remove_prefix(length);
  }
  return {};
}

Result<> check_working_dir(const std::string& folder) {
  if (!folder.starts_with('/')) {
    return Error::of(Code::invalid_argument, "the working folder {} is not an absolute path",
                     in_quotes(folder));
  }
  if (is_process_folder(folder)) {
    return Error::of(Code::invalid_argument,
                     "the working folder {} lies in a process's own folder of /proc, from where a "
                     "container could reach the host's files",
                     in_quotes(folder));
  }
  return check_text(folder, "the working folder");
}

Result<json::Value> process_part(const OciSpecInput& input, CapabilitySet capabilities) {
  const std::vector<std::string> command = compose_command(input.container, input.image);
  if (command.empty() || command.front().empty()) {
    return Error::of(Code::invalid_argument,
                     "no command specified: neither the image nor the container {} names one",
                     in_quotes(input.container.name));
  }
  for (const std::string& argument : command) {
    PSYS_TRY(check_text(argument, "the argument"));
  }
  json::Value process;
  process["terminal"] = input.container.tty;
  process["user"] = {{"uid", input.user.uid}, {"gid", input.user.gid}};
  if (!input.user.groups.empty()) {
    process["user"]["additionalGids"] = input.user.groups;
  }
  process["args"] = command;
  PSYS_TRY_ASSIGN(process["env"], environment(input));
  PSYS_TRY_ASSIGN(process["cwd"], working_dir(input));
  // Not inheritable, so that a user who is not root has none after exec.
  for (const char* const set : {"bounding", "effective", "permitted"}) {
    process["capabilities"][set] = capabilities.names();
  }
  process["noNewPrivileges"] =
      !input.container.security.allow_privilege_escalation && !input.container.security.privileged;
  return process;
}

}  // namespace podsysctl::engine::oci
