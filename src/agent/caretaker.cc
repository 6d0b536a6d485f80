// SPDX-License-Identifier: Apache-2.0
#include "agent/caretaker.h"

#include <optional>
#include <utility>
#include <vector>

#include "linux/small_memory.h"

namespace podsysctl::agent {
namespace {

using Steady = std::chrono::steady_clock;

// What was written into pods is compared with what is on record of it.
constexpr std::chrono::seconds kSettleLimit{5};

void add(const std::vector<std::string>& keys, std::map<std::string, std::uint64_t>& counts) {
  for (const std::string& key : keys) {
    ++counts[key];
  }
}

}  // namespace

Result<std::unique_ptr<Caretaker>> Caretaker::start(CareOptions options, PodKeeper& keeper,
                                                    Recorder& recorder, const Clock& clock,
                                                    Log& log) {
  PSYS_TRY_ASSIGN(store::Store store, store::Store::open(options.root));
  PSYS_TRY_ASSIGN(live::DriftWatch watch, live::DriftWatch::open());
  return std::unique_ptr<Caretaker>(new Caretaker(std::move(options), keeper, recorder,
                                                  std::move(store), std::move(watch), clock, log));
}

Caretaker::Caretaker(CareOptions options, PodKeeper& keeper, Recorder& recorder, store::Store store,
                     live::DriftWatch watch, const Clock& clock, Log& log)
    : options_(std::move(options)),
      keeper_(keeper),
      recorder_(recorder),
      store_(std::move(store)),
      watch_(std::move(watch)),
      clock_(clock),
      log_(log) {
  thread_ = std::thread([this] { serve(); });
}

Caretaker::~Caretaker() {
  keeper_.reviews().close();
  thread_.join();
}

void Caretaker::serve() {
  std::optional<Time> look = next_look();
  while (!keeper_.reviews().is_closed()) {
    // Reviews first: what they put right has not drifted.
    if (const std::optional<Review> due = keeper_.reviews().take_until(look)) {
      keeper_.review(*due);
    } else if (look && Steady::now() >= *look) {
      look_for_drift();
      linux::give_back_memory();
      look = next_look();
    }
  }
}

// A tenth earlier or later: agents that were started together do not look together for ever.
std::optional<Caretaker::Time> Caretaker::next_look() {
  if (options_.drift_interval.count() <= 0) {
    return std::nullopt;
  }
  std::uniform_real_distribution<double> about(0.9, 1.1);
  return Steady::now() +
         std::chrono::duration_cast<Steady::duration>(about(random_) * options_.drift_interval);
}

void Caretaker::look_for_drift() {
  const live::Surroundings surroundings{.store = &store_,
                                        .root = options_.root,
                                        .host = options_.host,
                                        .component = "podsysctl-agent",
                                        .clock = clock_,
                                        .writer = &keeper_.writer()};
  const live::DriftOrders orders{
      .what_to_do = [this](const std::string& pod_uid,
                           const std::string& key) { return keeper_.on_drift(pod_uid, key); },
      .reason = "the agent repairs drift",
      .first_pause = options_.drift_interval};
  if (!recorder_.settle(kSettleLimit)) {
    note_fault("records wait for the disk: drift is looked for once they are written");
    return;
  }
  const Time begin = Steady::now();
  const Result<live::DriftRound> round = watch_.look(surroundings, orders, begin);
  if (!round) {
    note_fault(round.error().message);
    return;
  }
  note(*round, std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin));
}

void Caretaker::note(const live::DriftRound& round, std::chrono::microseconds took) {
  {
    const std::scoped_lock lock(mutex_);
    add(round.drifted, counts_.drifted);
    add(round.repaired, counts_.repaired);
    add(round.contested, counts_.contested);
    ++counts_.rounds;
    counts_.last_checked = round.checked;
    counts_.last_took = took;
    if (round.faults.empty()) {
      counts_.last_fault.clear();
    }
  }
  for (const std::string& fault : round.faults) {
    note_fault(fault);
  }
  if (!round.drifted.empty() || !round.repaired.empty()) {
    log_.say(LogLevel::warning, fmt::format("drift: {} of {} settings changed by something else, "
                                            "{} repaired, {} of them not for the first time",
                                            round.drifted.size(), round.checked,
                                            round.repaired.size(), round.contested.size()));
  }
}

// Said once, however many rounds meet it.
void Caretaker::note_fault(const std::string& fault) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(counts_.last_fault, fault) == fault) {
      return;
    }
  }
  log_.say(LogLevel::error, fmt::format("drift: {}", fault));
}

DriftCounts Caretaker::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace podsysctl::agent
