// SPDX-License-Identifier: Apache-2.0
#include "agent/core.h"

#include "sysctl/kernel_version.h"

namespace podsysctl::agent {
namespace {

// Where it cannot be read, reviews go on without.
KeysOnRecord keys_of(OnRecord& on_record, const Sandbox& sandbox, Log& log) {
  Result<KeysOnRecord> keys = on_record.keys_of(sandbox);
  if (!keys) {
    log.say(LogLevel::error, fmt::format("what is on record: {}", keys.error().message));
    return {};
  }
  return *std::move(keys);
}

}  // namespace

Surroundings Core::surroundings(const Options& options, const policy::Allowlist& allowlist,
                                const rules::LiveSet& policies, const Clock& clock, Log& log) {
  return {.policies = [&policies] { return policies.current().set; },
          .node = {.safe_list = allowlist, .kernel = sysctl::running_kernel(), .defaults = {}},
          .defaults = options.defaults,
          .host = host_,
          .clock = clock,
          .recorder = *journal_,
          .on_drift = options.on_drift,
          .on_record = [this,
                        &log](const Sandbox& sandbox) { return keys_of(on_record_, sandbox, log); },
          .host_root = options.host_root,
          .sockets = options.sockets};
}

Result<std::unique_ptr<Core>> Core::open(const Options& options, const policy::Allowlist& allowlist,
                                         const rules::LiveSet& policies, const Clock& clock,
                                         Log& log) {
  PSYS_TRY_ASSIGN(linux::HostNamespaces host, linux::HostNamespaces::read());
  PSYS_TRY_ASSIGN(std::unique_ptr<Journal> journal,
                  Journal::open(options.root, options.host, clock, log));
  std::unique_ptr<Core> core(new Core(std::move(host), std::move(journal), options.root));
  PSYS_TRY_ASSIGN(core->keeper_,
                  PodKeeper::open(core->surroundings(options, allowlist, policies, clock, log)));
  const CareOptions care{
      .root = options.root, .host = options.host, .drift_interval = options.drift_interval};
  PSYS_TRY_ASSIGN(core->caretaker_,
                  Caretaker::start(care, *core->keeper_, *core->journal_, clock, log));
  return core;
}

}  // namespace podsysctl::agent
