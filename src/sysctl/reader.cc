// SPDX-License-Identifier: Apache-2.0
#include "sysctl/reader.h"

#include <utility>

#include "linux/proc_sys.h"
#include "linux/proc_sys_look.h"
#include "linux/worker_thread.h"
#include "sysctl/home.h"
#include "sysctl/target.h"

namespace podsysctl::sysctl {
namespace {

class ThreadGlance final : public Glance {
 public:
  explicit ThreadGlance(const linux::ProcSys& proc_sys) : proc_sys_(proc_sys) {}

  Result<> join(const linux::Namespace& ns) override { return ns.enter(); }

  Result<> join(const Target& target) override {
    for (const auto* ns : {&target.net, &target.ipc, &target.uts}) {
      if (*ns) {
        PSYS_TRY((*ns)->enter());
      }
    }
    return {};
  }

  Result<std::string> read(const SysctlKey& key) override {
    PSYS_TRY_ASSIGN(const linux::SysctlFile file,
                    proc_sys_.open_key(key.path(), linux::ProcSysAccess::read));
    return file.read();
  }

  Result<std::vector<SysctlKey>> list() override {
    PSYS_TRY_ASSIGN(const std::vector<std::string> paths,
                    linux::list_sysctls(proc_sys_, [](std::string_view) { return true; }));
    std::vector<SysctlKey> keys;
    keys.reserve(paths.size());
    for (const std::string& path : paths) {
      if (Result<SysctlKey> key = SysctlKey::from_path(path)) {
        keys.push_back(*std::move(key));
      }
    }
    return keys;
  }

 private:
  const linux::ProcSys& proc_sys_;
};

}  // namespace

struct SysctlReader::Parts {
  linux::ProcSys proc_sys;
  Home home;
  linux::WorkerThread worker;
};

SysctlReader::SysctlReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SysctlReader::SysctlReader(SysctlReader&&) noexcept = default;
SysctlReader& SysctlReader::operator=(SysctlReader&&) noexcept = default;
SysctlReader::~SysctlReader() = default;

Result<SysctlReader> SysctlReader::open() {
  PSYS_TRY_ASSIGN(linux::ProcSys proc_sys, linux::ProcSys::open_to_read());
  PSYS_TRY_ASSIGN(Home home, Home::of_this_thread());
  return SysctlReader(std::make_unique<Parts>(std::move(proc_sys), std::move(home)));
}

Result<> SysctlReader::run(const std::function<Result<>(Glance&)>& work) {
  Result<> outcome;
  parts_->worker.call([&] {
    ThreadGlance glance(parts_->proc_sys);
    outcome = work(glance);
    if (Result<> returned = parts_->home.enter(); outcome && !returned) {
      outcome = std::move(returned);
    }
  });
  return outcome;
}

}  // namespace podsysctl::sysctl
