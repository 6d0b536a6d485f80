// SPDX-License-Identifier: Apache-2.0
#include "sysctl/probe.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "linux/proc_sys.h"
#include "sysctl/probe_classify.h"
#include "sysctl/probe_leaks.h"
#include "sysctl/probe_trial.h"
#include "sysctl/probe_views.h"

namespace podsysctl::sysctl {
namespace {

Result<std::string> read_own(const linux::ProcSys& proc, std::string_view path) {
  PSYS_TRY_ASSIGN(const linux::SysctlFile file, proc.open_key(path, linux::ProcSysAccess::read));
  return file.read();
}

}  // namespace

Result<ProbeReport> probe(ProbeMode mode) {
  PSYS_TRY_ASSIGN(const linux::ProcSys proc, linux::ProcSys::open());
  ProbeReport report;
  PSYS_TRY_ASSIGN(report.kernel_release, read_own(proc, "kernel/osrelease"));
  PSYS_TRY_ASSIGN(const std::string build, read_own(proc, "kernel/version"));
  const auto kernel = kernel_version(report.kernel_release, build);
  if (!kernel) {
    return Error::of(Code::unsupported, "the kernel's release {} is no version number",
                     report.kernel_release);
  }
  Result<Views> views = look_from_everywhere(proc);
  if (!views) {
    return with_context(Result<ProbeReport>(std::unexpected(std::move(views).error())),
                        "probing the kernel's sysctls (it needs root)");
  }
  report.keys = classify(*views, *kernel);
  if (mode == ProbeMode::active) {
    PSYS_TRY(run_trials(proc, report.keys));
  }
  return report;
}

const ProbedKey* find(const ProbeReport& report, const SysctlKey& key) {
  const auto found = std::ranges::lower_bound(report.keys, key, {}, &ProbedKey::key);
  return found == report.keys.end() || found->key != key ? nullptr : &*found;
}

std::vector<SysctlKey> family_of(const SysctlKey& key) {
  std::vector<SysctlKey> family;
  // net.ipv4.conf.IFACE.NAME. `lo` is there in every fresh namespace; neigh.default is the host's.
  std::vector<std::string> parts = key.components();
  if (parts.size() != 5 || parts[0] != "net" || (parts[2] != "conf" && parts[2] != "neigh")) {
    return family;
  }
  for (const std::string_view sample : {"lo", "default"}) {
    parts[3] = sample;
    if (Result<SysctlKey> member = SysctlKey::from_path(join(parts, "/"))) {
      family.push_back(*std::move(member));
    }
  }
  return family;
}

const ProbedKey* find_or_family(const ProbeReport& report, const SysctlKey& key) {
  if (const ProbedKey* const exact = find(report, key)) {
    return exact;
  }
  for (const SysctlKey& member : family_of(key)) {
    if (const ProbedKey* const found = find(report, member)) {
      return found;
    }
  }
  return nullptr;
}

}  // namespace podsysctl::sysctl
