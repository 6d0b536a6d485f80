// SPDX-License-Identifier: Apache-2.0
// Another process in a running container. It gets what the container's own process has, out of the
// bundle's config.json, with the request's changes: one form that every runtime reads alike.
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "engine/embedded/oci_parts.h"
#include "engine/embedded/runtime.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

Result<json::Value> container_process(const std::string& bundle) {
  const std::string path = bundle + "/config.json";
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(path));
  PSYS_TRY_ASSIGN(json::Value tree, json::parse(text, path));
  if (!tree.is_object() || !tree.contains("process") || !tree["process"].is_object()) {
    return Error::of(Code::invalid_argument, "{} has no process", path);
  }
  return std::move(tree["process"]);
}

Result<json::Value> exec_process(const ExecRequest& request) {
  PSYS_TRY_ASSIGN(json::Value process, container_process(request.bundle));
  if (request.command.empty() || request.command.front().empty()) {
    return Error::of(Code::invalid_argument, "no command specified");
  }
  for (const std::string& argument : request.command) {
    PSYS_TRY(oci::check_text(argument, "the argument"));
  }
  process["terminal"] = request.tty;
  process["args"] = request.command;
  for (const std::string& entry : request.env) {
    PSYS_TRY(oci::check_text(entry, "the environment variable"));
    const std::string prefix = entry.substr(0, entry.find('=') + 1);
    json::Value& env = process["env"];
    const auto old = std::ranges::find_if(env, [&](const json::Value& value) {
      return !prefix.empty() && value.get_ref<const std::string&>().starts_with(prefix);
    });
    if (old != env.end()) {
      *old = entry;
    } else {
      env.push_back(entry);
    }
  }
  if (!request.working_dir.empty()) {
    PSYS_TRY(oci::check_working_dir(request.working_dir));
    process["cwd"] = request.working_dir;
  }
  if (request.user) {
    process["user"] = {{"uid", request.user->uid}, {"gid", request.user->gid}};
    process["user"]["additionalGids"] = request.user->groups;
  }
  return process;
}

}  // namespace

Result<ForegroundRun> OciRuntime::exec(const ExecRequest& request) const {
  PSYS_TRY_ASSIGN(const json::Value process, exec_process(request));
  // Several may run in one container at a time, from several processes of ours.
  const std::string name = fmt::format("{}/exec-{}-{}", request.bundle, ::getpid(),
                                       std::chrono::steady_clock::now().time_since_epoch().count());
  ForegroundRun run;
  run.log_file = name + ".log";
  run.process_file = name + ".json";
  PSYS_TRY(linux::write_file(run.process_file, json::dump(process)));
  std::vector<std::string> args = global_arguments(run.log_file);
  args.insert(args.end(), {"exec", "--process", run.process_file});
  if (!request.console_socket.empty()) {
    args.insert(args.end(), {"--console-socket", request.console_socket});
  }
  args.push_back(request.id);
  linux::Command child = command(choice_.path, std::move(args));
  child.stdin_fd = request.stdio.in;
  child.stdout_fd = request.stdio.out;
  child.stderr_fd = request.stdio.err;
  PSYS_TRY_ASSIGN(run.pid, linux::start(child));
  return run;
}

}  // namespace podsysctl::engine
