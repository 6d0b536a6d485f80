// SPDX-License-Identifier: Apache-2.0
#include "cli/agent_install.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/output.h"
#include "install/node_files.h"
#include "install/parts.h"
#include "linux/signals.h"

namespace podsysctl::cli {
namespace {

struct Given {
  std::string root = "/";
  install::Places places;
  bool cni = false;
  bool hook = false;
  bool nri = false;
  bool stay = false;
};

std::string_view word_of(install::Done done) {
  switch (done) {
    case install::Done::written:
      return "written";
    case install::Done::replaced:
      return "replaced by this version";
    case install::Done::unchanged:
      return "there already";
    case install::Done::removed:
      return "removed";
    case install::Done::gone:
      return "gone already";
    case install::Done::left:
      break;
  }
  return "left: it is not what podsysctl put there";
}

void tell(const install::Change& change) {
  print(fmt::format("{}: {}\n", printable(change.path), word_of(change.done)));
}

Result<std::string> own_folder() {
  std::error_code failure;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (failure) {
    return Error::from_errno(failure.value(), "find the path of this program");
  }
  return self.parent_path().string();
}

std::vector<install::Part> parts_of(const Given& given) {
  std::vector<install::Part> parts;
  if (given.cni) {
    parts.push_back(install::Part::cni);
  }
  if (given.hook) {
    parts.push_back(install::Part::hook);
  }
  if (given.nri) {
    parts.push_back(install::Part::nri);
  }
  return parts;
}

Result<> put_all(const Given& given) {
  PSYS_TRY_ASSIGN(const std::string source, own_folder());
  PSYS_TRY_ASSIGN(install::NodeFiles node, install::NodeFiles::open(given.root));
  for (const install::Part part : parts_of(given)) {
    PSYS_TRY_ASSIGN(const std::vector<install::NodeFile> files,
                    install::files_of(part, source, given.places));
    for (const install::NodeFile& file : files) {
      PSYS_TRY_ASSIGN(const install::Change change, node.put(file));
      tell(change);
    }
  }
  return {};
}

Result<> remove_all(const Given& given) {
  PSYS_TRY_ASSIGN(install::NodeFiles node, install::NodeFiles::open(given.root));
  PSYS_TRY_ASSIGN(const std::vector<install::Change> changes, node.remove_all());
  for (const install::Change& change : changes) {
    tell(change);
  }
  return {};
}

Result<> wait_for_the_end(linux::SignalEvents& signals) {
  while (!signals.next()) {
    pollfd entry{signals.fd().get(), POLLIN, 0};
    if (::poll(&entry, 1, -1) < 0 && errno != EINTR) {
      return Error::from_errno(errno, "wait for a signal");
    }
  }
  return {};
}

// The work, then nothing until a signal, where that is wished for.
Result<> work_and_stay(const Given& given, Result<> (*work)(const Given&)) {
  PSYS_TRY_ASSIGN(linux::SignalEvents signals, linux::SignalEvents::block({SIGTERM, SIGINT}));
  PSYS_TRY(work(given));
  if (!given.stay) {
    return {};
  }
  (void)flush_output();  // what was done is to be seen now
  return wait_for_the_end(signals);
}

int finished(const Result<>& done) { return done ? kOk : report(done.error(), kAgentProgram); }

void add_common(Command& command, Given& given) {
  command.option("host-root", "DIR", "Where the node's root is mounted; default: /", given.root)
      .completed_with(Completes::folders);
  command.flag("stay", "Run until SIGTERM afterwards, as a DaemonSet's container has to",
               given.stay);
}

}  // namespace

void add_install(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command = app.command("install", "Put files of ours into a node's folders");
  command.details(
      "A file that somebody else put there is not replaced. What was put where is on record in "
      "/var/lib/podsysctl/installed.json of the node.");
  command.flag("cni", "The chained CNI plugin podsysctl-cni", given->cni);
  command.flag("hook", "The OCI hook podsysctl-hook and its description", given->hook);
  command.flag("nri", "This program, as an NRI plugin that the runtime starts", given->nri);
  add_common(command, *given);
  command.option("cni-dir", "DIR", "The runtime's folder of CNI plugins", given->places.cni);
  command.option("hooks-dir", "DIR", "The runtime's folder of hook descriptions",
                 given->places.hooks);
  command.option("nri-dir", "DIR", "The runtime's folder of NRI plugins", given->places.nri);
  command.option("programs-dir", "DIR", "Folder for the hook itself", given->places.programs);
  command.action([given] {
    if (parts_of(*given).empty()) {
      complain("nothing to install: name --cni, --hook or --nri", kAgentProgram);
      return kUsage;
    }
    return finished(work_and_stay(*given, put_all));
  });
}

void add_uninstall(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& command = app.command("uninstall", "Take away what install put there");
  command.details(
      "Only what is on record, and only as it was put there. Name podsysctl-cni in no network "
      "configuration any more before you do this.");
  add_common(command, *given);
  command.action([given] { return finished(work_and_stay(*given, remove_all)); });
}

}  // namespace podsysctl::cli
