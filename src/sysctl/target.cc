// SPDX-License-Identifier: Apache-2.0
#include "sysctl/target.h"

#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "linux/proc_sys.h"
#include "linux/worker_thread.h"
#include "sysctl/home.h"
#include "sysctl/userns_helper.h"

namespace podsysctl::sysctl {
namespace {

using linux::Namespace;
using linux::NamespaceKind;

std::unexpected<Error> host_refusal(NamespaceKind kind) {
  return Error::of(Code::denied_by_policy,
                   "the {} namespace is the host's: its sysctls are never written",
                   to_string(kind));
}

Result<> refuse_host(const Target& target, const linux::HostNamespaces& host) {
  for (const auto* ns : {&target.net, &target.ipc, &target.uts}) {
    if (*ns && host.contains(**ns)) {
      return host_refusal((*ns)->kind());
    }
  }
  return {};
}

// The user namespace whose root the ipc and user keys need; empty where that is the host's.
Result<std::optional<Namespace>> foreign_owner(const Target& target,
                                               const linux::HostNamespaces& host) {
  if (target.user && !host.contains(*target.user)) {
    PSYS_TRY_ASSIGN(Namespace user, target.user->clone());
    return std::optional(std::move(user));
  }
  const std::optional<Namespace>& owned = target.ipc ? target.ipc : target.net;
  if (!owned) {
    return std::optional<Namespace>{};
  }
  PSYS_TRY_ASSIGN(Namespace owner, owned->owner());
  return host.contains(owner) ? std::optional<Namespace>{} : std::optional(std::move(owner));
}

// The tree as a thread sees it that has joined the target's namespaces. A file is opened once per
// visit, since it stays bound to the namespace that it was opened in.
class JoinedTree final : public SysctlTree {
 public:
  JoinedTree(const linux::ProcSys& proc_sys, const Target& target,
             const linux::HostNamespaces& host)
      : proc_sys_(proc_sys), target_(target), host_(host) {}

  Result<std::string> read(const SysctlKey& key) override {
    PSYS_TRY_ASSIGN(const Door door, door_of(key));
    if (door == Door::user_namespace) {
      PSYS_TRY_ASSIGN(UsernsHelper* const helper, get_helper());
      return helper->read(key);
    }
    PSYS_TRY_ASSIGN(const OpenKey* const open, open_key(key));
    return open->file.read();
  }

  Result<> write(const SysctlKey& key, std::string_view value) override {
    PSYS_TRY_ASSIGN(const Door door, door_of(key));
    if (door == Door::user_namespace) {
      PSYS_TRY_ASSIGN(UsernsHelper* const helper, get_helper());
      Result<> written = helper->write(key, value);
      // Before Linux 5.19 the files of ipc keys belong to the host's root, whoever owns the
      // namespace that they act on: this thread has joined it.
      if (written || scope_of(key) != Scope::ipc || written.error().code != Code::permission) {
        return written;
      }
    }
    PSYS_TRY_ASSIGN(const OpenKey* const open, open_key(key));
    if (open->read_only) {
      return std::unexpected(*open->read_only);
    }
    return open->file.write(value);
  }

 private:
  enum class Door : std::uint8_t { thread, user_namespace };

  Result<Door> door_of(const SysctlKey& key) {
    switch (scope_of(key)) {
      case Scope::net:
        return target_.net ? Result<Door>(Door::thread) : host_refusal(NamespaceKind::net);
      case Scope::uts:
        return target_.uts ? Result<Door>(Door::thread) : host_refusal(NamespaceKind::uts);
      case Scope::ipc:
        if (!target_.ipc) {
          return host_refusal(NamespaceKind::ipc);
        }
        return door_to_owned(Door::thread);
      case Scope::user:
        return door_to_owned(host_refusal(NamespaceKind::user));
      case Scope::node:
        break;
    }
    return Error::of(Code::not_namespaced,
                     "{} belongs to the node, not to a pod: no namespace owns it", key.name());
  }

  // The owner is asked for when the first key comes that depends on it.
  Result<Door> door_to_owned(const Result<Door>& of_the_hosts) {
    if (!owner_) {
      PSYS_TRY_ASSIGN(std::optional<Namespace> owner, foreign_owner(target_, host_));
      owner_.emplace(Owner{std::move(owner)});
    }
    return owner_->foreign ? Door::user_namespace : of_the_hosts;
  }

  struct Owner {
    std::optional<Namespace> foreign;
  };

  struct OpenKey {
    linux::SysctlFile file;
    std::optional<Error> read_only;  // why it could not be opened for writing
  };

  Result<const OpenKey*> open_key(const SysctlKey& key) {
    if (const auto known = files_.find(key); known != files_.end()) {
      return &known->second;
    }
    const std::string path = key.path();
    Result<linux::SysctlFile> file = proc_sys_.open_key(path, linux::ProcSysAccess::read_write);
    if (file) {
      return &files_.emplace(key, OpenKey{*std::move(file), {}}).first->second;
    }
    if (file.error().code != Code::permission) {
      return std::unexpected(file.error());
    }
    // A key that no pod may write can still be read, and a plan wants to know its value.
    PSYS_TRY_ASSIGN(linux::SysctlFile readable,
                    proc_sys_.open_key(path, linux::ProcSysAccess::read));
    OpenKey opened{std::move(readable), file.error()};
    return &files_.emplace(key, std::move(opened)).first->second;
  }

  Result<UsernsHelper*> get_helper() {
    if (!helper_) {
      PSYS_TRY_ASSIGN(UsernsHelper started,
                      UsernsHelper::start(proc_sys_, target_, *owner_->foreign));
      helper_.emplace(std::move(started));
    }
    return &*helper_;
  }

  const linux::ProcSys& proc_sys_;
  const Target& target_;
  const linux::HostNamespaces& host_;
  std::optional<Owner> owner_;
  std::optional<UsernsHelper> helper_;
  std::unordered_map<SysctlKey, OpenKey> files_;
};

Result<> enter(const Target& target) {
  for (const auto* ns : {&target.net, &target.ipc, &target.uts}) {
    if (*ns) {
      PSYS_TRY((*ns)->enter());
    }
  }
  return {};
}

// `process`: whatever Namespace::of_process() takes.
template <class Process>
Result<Target> target_of(const Process& process, const linux::HostNamespaces& host) {
  Target target;
  const std::array<std::pair<NamespaceKind, std::optional<Namespace>*>, 4> wanted{
      {{NamespaceKind::net, &target.net},
       {NamespaceKind::ipc, &target.ipc},
       {NamespaceKind::uts, &target.uts},
       {NamespaceKind::user, &target.user}}};
  for (const auto& [kind, slot] : wanted) {
    PSYS_TRY_ASSIGN(Namespace ns, Namespace::of_process(process, kind));
    if (!host.contains(ns)) {
      slot->emplace(std::move(ns));
    }
  }
  return target;
}

}  // namespace

Result<Target> Target::of_process(pid_t pid, const linux::HostNamespaces& host) {
  return target_of(pid, host);
}

Result<Target> Target::of_process(const linux::HeldProcess& process,
                                  const linux::HostNamespaces& host) {
  return target_of(process, host);
}

Result<Target> Target::of_process(const linux::ProcessId& process,
                                  const linux::HostNamespaces& host) {
  PSYS_TRY_ASSIGN(Target target, of_process(process.pid, host));
  if (!linux::is_alive(process)) {
    return Error::of(Code::not_found, "process {} has ended", process.pid);
  }
  return target;
}

struct SysctlWriter::Parts {
  linux::ProcSys proc_sys;
  linux::HostNamespaces host;
  Home home;
  std::unique_ptr<linux::WorkerThread> worker;  // null: the caller's thread does the work

  [[nodiscard]] static Result<SysctlWriter> make(linux::ProcSys proc_sys,
                                                 linux::HostNamespaces host,
                                                 std::unique_ptr<linux::WorkerThread> worker) {
    PSYS_TRY_ASSIGN(Home home, Home::of_this_thread());
    return SysctlWriter(std::make_unique<Parts>(std::move(proc_sys), std::move(host),
                                                std::move(home), std::move(worker)));
  }

  [[nodiscard]] Result<> visit(const Target& target, const std::function<void(SysctlTree&)>& work) {
    PSYS_TRY(refuse_host(target, host));
    JoinedTree tree(proc_sys, target, host);
    Result<> joined = enter(target);
    if (joined) {
      work(tree);
    }
    PSYS_TRY(home.enter());
    return joined;
  }
};

SysctlWriter::SysctlWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SysctlWriter::SysctlWriter(SysctlWriter&&) noexcept = default;
SysctlWriter& SysctlWriter::operator=(SysctlWriter&&) noexcept = default;
SysctlWriter::~SysctlWriter() = default;

Result<SysctlWriter> SysctlWriter::open() {
  PSYS_TRY_ASSIGN(linux::ProcSys proc_sys, linux::ProcSys::open());
  PSYS_TRY_ASSIGN(linux::HostNamespaces host, linux::HostNamespaces::read());
  return Parts::make(std::move(proc_sys), std::move(host), std::make_unique<linux::WorkerThread>());
}

Result<SysctlWriter> SysctlWriter::open_on_this_thread() {
  PSYS_TRY_ASSIGN(linux::ProcSys proc_sys, linux::ProcSys::open());
  PSYS_TRY_ASSIGN(linux::HostNamespaces host, linux::HostNamespaces::read());
  return Parts::make(std::move(proc_sys), std::move(host), nullptr);
}

Result<SysctlWriter> SysctlWriter::open_here(linux::HostNamespaces host) {
  PSYS_TRY_ASSIGN(linux::ProcSys proc_sys, linux::ProcSys::open_in_place());
  return Parts::make(std::move(proc_sys), std::move(host), nullptr);
}

Result<SysctlWriter> SysctlWriter::for_this_thread() const {
  PSYS_TRY_ASSIGN(linux::ProcSys proc_sys, parts_->proc_sys.clone());
  return Parts::make(std::move(proc_sys), parts_->host, nullptr);
}

Result<> SysctlWriter::visit(const Target& target, const std::function<void(SysctlTree&)>& work) {
  if (parts_->worker == nullptr) {
    return parts_->visit(target, work);
  }
  Result<> outcome;
  parts_->worker->call([&] { outcome = parts_->visit(target, work); });
  return outcome;
}

}  // namespace podsysctl::sysctl
