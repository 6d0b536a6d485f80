// SPDX-License-Identifier: Apache-2.0
// The same pod by nothing but the runtime's calls: sandbox with sysctls, container, its end, and
// all of it removed. Usage: podsysctl-cri-calls SOCKET IMAGE LOG_FOLDER [KEY=VALUE...] --
// COMMAND... Exit: the container's code, 125 where a call failed.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "cri/client.h"
#include "linux/process.h"

namespace podsysctl {
namespace {

constexpr int kFailed = 125;

struct Wanted {
  std::string image;
  std::string log_folder;
  cri::StringMap sysctls;
  std::vector<std::string> command;
};

// "pid":N of the verbose status; the program that is measured against reads it as JSON.
pid_t pid_of(const cri::ContainerStatus& status) {
  const auto info = status.info.find("info");
  const std::size_t at =
      info == status.info.end() ? std::string::npos : info->second.find("\"pid\":");
  return at == std::string::npos ? 0 : std::atoi(info->second.c_str() + at + 6);
}

Result<int> wait_for_end(cri::Client& client, const std::string& id) {
  PSYS_TRY_ASSIGN(cri::ContainerStatus status, client.container_status(id, cri::Detail::verbose));
  if (const auto process = linux::identify(pid_of(status)); process) {
    PSYS_TRY(linux::wait_until_gone(*process, std::chrono::seconds(30)));
  }
  while (status.state != cri::ContainerState::exited) {
    PSYS_TRY_ASSIGN(status, client.container_status(id, cri::Detail::brief));
  }
  return status.exit_code;
}

Result<int> run_pod(cri::Client& client, const Wanted& wanted) {
  const cri::SandboxConfig sandbox{.name = "bare",
                                   .uid = std::to_string(::getpid()),
                                   .namespace_ = "default",
                                   .hostname = "bare",
                                   .log_directory = wanted.log_folder,
                                   .sysctls = wanted.sysctls};
  PSYS_TRY_ASSIGN(const auto image, client.image_status(wanted.image, cri::Detail::brief));
  if (!image) {
    return Error::of(Code::not_found, "there is no image {}", wanted.image);
  }
  PSYS_TRY_ASSIGN(const std::string sandbox_id, client.run_sandbox(sandbox, ""));
  cri::ContainerConfig container{.name = "main", .image = image->id, .command = wanted.command};
  container.log_path = "main.log";
  PSYS_TRY_ASSIGN(const std::string id, client.create_container(sandbox_id, container, sandbox));
  PSYS_TRY(client.start_container(id));
  PSYS_TRY_ASSIGN(const int code, wait_for_end(client, id));
  PSYS_TRY(client.remove_container(id));
  PSYS_TRY(client.stop_sandbox(sandbox_id));
  PSYS_TRY(client.remove_sandbox(sandbox_id));
  return code;
}

int main_of(const std::vector<std::string>& words) {
  if (words.size() < 4) {
    fmt::print(stderr, "usage: SOCKET IMAGE LOG_FOLDER [KEY=VALUE...] -- COMMAND...\n");
    return 2;
  }
  Wanted wanted{.image = words[1], .log_folder = words[2]};
  std::size_t at = 3;
  for (; at < words.size() && words[at] != "--"; ++at) {
    const std::size_t equals = words[at].find('=');
    wanted.sysctls[words[at].substr(0, equals)] = words[at].substr(equals + 1);
  }
  wanted.command.assign(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  cri::Client client(words[0]);
  const Result<int> code = run_pod(client, wanted);
  if (!code) {
    fmt::print(stderr, "{}\n", code.error().message);
  }
  return code ? *code : kFailed;
}

}  // namespace
}  // namespace podsysctl

int main(int count, char** words) { return podsysctl::main_of({words + 1, words + count}); }
