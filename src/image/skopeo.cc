// SPDX-License-Identifier: Apache-2.0
#include "image/skopeo.h"

#include <fcntl.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/process.h"
#include "linux/spawn.h"

namespace podsysctl::image {
namespace {

// Of the network, the resolver and TLS; what the registry itself answers reads otherwise.
constexpr std::string_view kUnreachable[] = {
    "dial tcp",
    "no such host",
    "i/o timeout",
    "connection refused",
    "network is unreachable",
    "no route to host",
    "TLS handshake",
    "connection reset",
    "context deadline exceeded",
    "server misbehaving",
    "unexpected EOF",
    "Client.Timeout",
    "x509:",
    "proxyconnect",
    "pinging container registry",
    "Temporary failure",
    "toomanyrequests",
    "Too Many Requests",
    "503 Service",
    "502 Bad Gateway",
    "504 Gateway",
};
constexpr std::string_view kPolicyMissing = "policy.json";
constexpr std::size_t kLogLimit = std::size_t{64} << 10U;

// logrus: time="…" level=fatal msg="reason with \" escaped"
std::string reason_in(std::string_view output) {
  const std::size_t fatal = output.rfind("level=fatal");
  const std::size_t begin = output.find("msg=\"", fatal == std::string_view::npos ? 0 : fatal);
  if (fatal == std::string_view::npos || begin == std::string_view::npos) {
    return std::string(trim(output.substr(0, 500)));
  }
  std::string out;
  for (std::size_t i = begin + 5; i < output.size() && output[i] != '"'; ++i) {
    if (output[i] == '\\' && i + 1 < output.size()) {
      ++i;
    }
    out += output[i];
  }
  return out;
}

std::uint64_t bytes_below(const std::string& folder) {
  std::uint64_t out = 0;
  std::error_code failure;
  for (auto entry = std::filesystem::recursive_directory_iterator(folder, failure);
       !failure && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(failure)) {
    std::error_code gone;
    const std::uintmax_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    out += gone ? 0 : size;
  }
  return out;
}

// What skopeo does not find by itself; "" where there is nothing.
Result<std::string> authfile_for(const Wanted& wanted, const std::string& folder) {
  PSYS_TRY_ASSIGN(const auto secret, find_in_documents(wanted.keychain, wanted.reference));
  if (!secret) {
    return wanted.keychain.authfile;
  }
  std::string path = folder + "/auth.json";
  PSYS_TRY(linux::write_file(path, auth_document_of(wanted.reference, *secret), 0600));
  return path;
}

}  // namespace

Error skopeo_error(const Reference& reference, std::string_view output) {
  const std::string name = familiar_name(reference);
  const std::string reason = reason_in(output);
  for (const std::string_view part : kUnreachable) {
    if (reason.find(part) != std::string::npos) {
      return Error{Code::unavailable, 0,
                   fmt::format("image {}: the registry {} is out of reach: {}. Import the image "
                               "from a file (podsysctl image import), or use --pull=never",
                               name, reference.registry, reason)};
    }
  }
  if (reason.find(kPolicyMissing) != std::string::npos) {
    return Error{Code::unavailable, 0,
                 fmt::format("image {}: {}. skopeo wants a policy of signatures: install the "
                             "package golang-github-containers-common (Debian) or "
                             "containers-common, see containers-policy.json(5)",
                             name, reason)};
  }
  return Error{Code::not_found, 0,
               fmt::format("image {}: the registry {} did not give it: {}. Look at the spelling; "
                           "for a private image run `skopeo login {}`; an image that was imported "
                           "here is used with --pull=missing or --pull=never",
                           name, reference.registry, reason, reference.registry)};
}

Result<> fetch_with_skopeo(const Wanted& wanted, const std::string& folder, Progress& progress) {
  const Reference& reference = wanted.reference;
  const std::string step = "fetch " + familiar_name(reference);
  progress.step(step, 0, 0);
  const Result<std::string> program = linux::find_program("skopeo");
  if (!program) {
    return Error::of(Code::unavailable,
                     "image {}: registries are read with skopeo, which is not installed: install "
                     "the package skopeo, or import the image from a file (podsysctl image import)",
                     familiar_name(reference));
  }
  const std::string log = folder + "/skopeo.log";
  PSYS_TRY_ASSIGN(const linux::Fd output, linux::open_file(log, O_WRONLY | O_CREAT | O_APPEND));
  linux::Command command;
  command.program = *program;
  command.args = {"--command-timeout=30m", "copy", "--quiet"};
  PSYS_TRY_ASSIGN(const std::string authfile, authfile_for(wanted, folder));
  if (!authfile.empty()) {
    command.args.push_back("--authfile=" + authfile);
  }
  command.args.push_back("docker://" + canonical_name(reference));
  command.args.push_back("oci:" + folder + "/image:image");
  command.stdout_fd = output.ref();
  command.stderr_fd = output.ref();
  command.death_signal = SIGTERM;
  PSYS_TRY_ASSIGN(const pid_t pid, linux::start(command));
  const Result<linux::ProcessId> id = linux::identify(pid);
  while (id) {
    const Result<bool> gone = linux::wait_until_gone(*id, std::chrono::milliseconds(250));
    if (!gone || *gone) {
      break;
    }
    progress.step(step, bytes_below(folder + "/image"), 0);
  }
  PSYS_TRY_ASSIGN(const int status, linux::wait_for_child(pid));
  if (status != 0) {
    PSYS_TRY_ASSIGN(const std::string text, linux::read_file(log, kLogLimit));
    return std::unexpected(skopeo_error(reference, text));
  }
  return {};
}

}  // namespace podsysctl::image
