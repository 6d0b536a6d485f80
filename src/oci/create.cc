// SPDX-License-Identifier: Apache-2.0
#include "oci/create.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/scope_exit.h"
#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"
#include "linux/spawn.h"
#include "oci/bundle_edit.h"
#include "oci/effect.h"
#include "oci/given.h"
#include "oci/sharing.h"

namespace podsysctl::oci {
namespace {

using rules::OnForbidden;
using sysctl::Setting;

constexpr std::chrono::seconds kDeletePatience{10};
constexpr std::size_t kLongestPid = 32;

bool all_defaults(const std::vector<Setting>& given) {
  return std::ranges::all_of(
      given, [](const Setting& each) { return is_managers_default(each.key, each.value); });
}

std::vector<Setting> without(std::vector<Setting> given, const std::vector<Setting>& asked) {
  std::erase_if(given, [&](const Setting& each) {
    return std::ranges::find(asked, each.key, &Setting::key) != asked.end();
  });
  return given;
}

std::vector<Setting> both(std::vector<Setting> first, const std::vector<Setting>& second) {
  std::ranges::copy(second, std::back_inserter(first));
  return first;
}

// The runtime's own `create`, with our standard streams and whatever else the caller left open.
Result<int> call_runtime(const CommandLine& line, const std::string& program,
                         const std::string& pid_file) {
  linux::Command command;
  command.program = program;
  command.args = line.words;
  if (line.pid_file.empty()) {
    const std::vector<std::string> flag{"--pid-file", pid_file};
    command.args.insert(command.args.begin() + static_cast<std::ptrdiff_t>(line.verb_at) + 1,
                        flag.begin(), flag.end());
  }
  command.stdin_fd = linux::FdRef(STDIN_FILENO);
  command.stdout_fd = linux::FdRef(STDOUT_FILENO);
  command.stderr_fd = linux::FdRef(STDERR_FILENO);
  command.death_signal = SIGKILL;
  PSYS_TRY_ASSIGN(const pid_t child, linux::start(command));
  return linux::wait_for_child(child);
}

Result<int> create_edited(const CommandLine& line, const std::string& program,
                          const ContainerPlan& plan, const std::string& pid_file, Notes& notes) {
  if (plan.taken_out.empty()) {
    return call_runtime(line, program, pid_file);
  }
  const std::string path = line.spec_path();
  PSYS_TRY_ASSIGN(const std::string text, without_sysctls(plan.config, path, plan.taken_out));
  PSYS_TRY_ASSIGN(BundleEdit edit, BundleEdit::begin(path, text));
  const Result<int> code = call_runtime(line, program, pid_file);
  if (const Result<> restored = edit.end(); !restored) {
    notes.push_back("config.json is not put back as it was: " + restored.error().message);
  }
  return code;
}

Result<pid_t> read_pid(const std::string& path) {
  PSYS_TRY_ASSIGN(const std::string text, linux::read_file(path, kLongestPid));
  const auto pid = parse_number<pid_t>(trim(text));
  if (!pid || *pid <= 0) {
    return Error::of(Code::invalid_argument, "{}: {} is no process id", path, in_quotes(text));
  }
  return *pid;
}

// Where policies are lenient the container starts without what was asked for, but never without
// what its config.json says.
Result<> put_all(const ContainerPlan& plan, pid_t pid, Notes& notes) {
  const auto done = put_into_effect(both(plan.given, plan.asked.settings), pid, plan.host);
  if (done || plan.asked.settings.empty() || plan.asked.on_forbidden == OnForbidden::reject) {
    return done ? Result<>() : std::unexpected(done.error());
  }
  notes.push_back("SysctlNotApplied: " + done.error().message);
  PSYS_TRY(put_into_effect(plan.given, pid, plan.host));
  return {};
}

// So that nobody starts it as it is. What went wrong is said with it.
void delete_container(const CommandLine& line, const std::string& program, Error& failure) {
  linux::Command command;
  command.program = program;
  command.args.assign(line.words.begin(),
                      line.words.begin() + static_cast<std::ptrdiff_t>(line.verb_at));
  for (const char* word : {"delete", "--force"}) {
    command.args.emplace_back(word);
  }
  command.args.push_back(line.id);
  const auto deleted = linux::run(std::move(command), "", kDeletePatience);
  if (!deleted) {
    failure.message += "; and the container is not deleted: " + deleted.error().message;
  } else if (deleted->status != 0) {
    failure.message +=
        fmt::format("; and the container is not deleted: {}", in_quotes(trim(deleted->err)));
  }
}

}  // namespace

Result<std::optional<ContainerPlan>> plan_container(const CommandLine& line,
                                                    const std::string& policy_folder,
                                                    Notes& notes) {
  const std::string path = line.spec_path();
  PSYS_TRY(recover_bundle(path));
  Result<std::string> config = read_config(path);
  if (!config && config.error().code == Code::not_found) {
    return std::nullopt;
  }
  PSYS_TRY(config);
  PSYS_TRY_ASSIGN(const Spec spec, read_spec(*config, path));
  Pod pod = pod_of(line.id, spec);
  PSYS_TRY_ASSIGN(linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(const Sharing sharing, sharing_of(spec, pod.role, host));
  PSYS_TRY_ASSIGN(Grants asked,
                  with_context(granted(pod, spec, sharing, policy_folder, notes), pod.title));
  PSYS_TRY_ASSIGN(std::vector<Setting> given,
                  with_context(given_settings(spec, sharing, sysctl::running_kernel()), pod.title));
  if (asked.settings.empty() && all_defaults(given)) {
    return std::nullopt;
  }
  std::vector<std::string> taken_out = not_for_runtime(given);
  given = without(std::move(given), asked.settings);
  return ContainerPlan{std::move(pod),   *std::move(config),   std::move(given),
                       std::move(asked), std::move(taken_out), std::move(host)};
}

Result<int> create_container(const CommandLine& line, const std::string& program,
                             const ContainerPlan& plan, Notes& notes) {
  const std::string own_file = line.bundle + "/.podsysctl.pid";
  const ScopeExit forget([&] {
    std::error_code ignored;
    std::filesystem::remove(own_file, ignored);
  });
  const std::string& pid_file = line.pid_file.empty() ? own_file : line.pid_file;
  PSYS_TRY_ASSIGN(const int code, create_edited(line, program, plan, pid_file, notes));
  if (code != 0) {
    return code;
  }
  const Result<pid_t> pid = read_pid(pid_file);
  Result<> done = pid ? put_all(plan, *pid, notes) : std::unexpected(pid.error());
  if (done) {
    return 0;
  }
  Error failure = std::move(done).error().within("SysctlNotApplied");
  delete_container(line, program, failure);
  return std::unexpected(std::move(failure));
}

}  // namespace podsysctl::oci
