// SPDX-License-Identifier: Apache-2.0
#include "check/runner.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include "check/units.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kWindow = 16;  // batches that may wait for an earlier one, per thread
constexpr std::size_t kBatch = 32;   // small files that a thread takes at once: each is soon done

// By line and column; what stands in one place stays in the order of the rules.
std::vector<Finding> in_order(std::vector<Finding> findings) {
  std::vector<std::size_t> order(findings.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(findings[i].line, findings[i].column, i);
  });
  std::vector<Finding> sorted;
  sorted.reserve(findings.size());
  for (const std::size_t i : order) {
    sorted.push_back(std::move(findings[i]));
  }
  return sorted;
}

class Worker {
 public:
  Worker(const std::vector<InputFile>& files, const Context& context, Excerpts excerpts)
      : files_(files), context_(context), checker_(context), excerpts_(excerpts) {}

  UnitResult run(Unit unit) {
    UnitResult result{.file = unit.file};
    if (!unit.failure && unit.text == nullptr) {
      read(unit);
    }
    if (unit.failure) {
      result.failure = std::move(unit.failure);
      return result;
    }
    for (const Part& part : unit.parts) {
      Sink sink(context_.severities);
      check_part(part, checker_, sink);
      finish(*unit.text, part, sink, result);
    }
    return result;
  }

 private:
  void read(Unit& unit) {
    auto text = read_input(files_[unit.file]);
    if (!text) {
      unit.failure = std::move(text).error();
      return;
    }
    unit.text = std::make_shared<const std::string>(*std::move(text));
    unit.parts = {{.text = *unit.text}};
  }

  void finish(const std::string& text, const Part& part, Sink& sink, UnitResult& result) const {
    std::vector<Finding> findings = in_order(std::move(sink.findings()));
    const bool within =
        part.text.data() >= text.data() && part.text.data() <= text.data() + text.size();
    if (excerpts_ == Excerpts::yes && within) {
      fill_excerpts(text, part, findings);
    }
    result.summary.add(sink.summary());
    std::ranges::move(findings, std::back_inserter(result.findings));
  }

  const std::vector<InputFile>& files_;
  const Context& context_;
  DocumentChecker checker_;
  Excerpts excerpts_;
};

class Collector {
 public:
  Collector(const std::vector<InputFile>& files, const Emit& emit) : files_(files), emit_(emit) {}

  void take(UnitResult result) {
    outcome_.summary.add(result.summary);
    if (result.failure) {
      outcome_.failures.push_back(*std::move(result.failure));
    }
    emit_(files_[result.file].path, result.findings);
  }
  Outcome outcome() && { return std::move(outcome_); }

 private:
  const std::vector<InputFile>& files_;
  const Emit& emit_;
  Outcome outcome_;
};

// Threads take units and hand in results; the caller's thread takes these in order.
class Pool {
 public:
  Pool(const std::vector<InputFile>& files, const Context& context, const RunOptions& options)
      : files_(files), context_(context), options_(options), source_(files) {}

  void run(Collector& collector) {
    std::vector<std::jthread> threads;
    threads.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i) {
      threads.emplace_back([this] { work(); });
    }
    for (auto results = next_results(); !results.empty(); results = next_results()) {
      for (UnitResult& result : results) {
        collector.take(std::move(result));
      }
    }
  }

 private:
  void work() {
    Worker worker(files_, context_, options_.excerpts);
    for (;;) {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return ended_ || begun_ < emitted_ + kWindow * options_.threads; });
      std::vector<Unit> batch = next_batch();
      if (batch.empty()) {
        room_.notify_all();
        ready_.notify_all();
        return;
      }
      const std::size_t number = begun_++;
      lock.unlock();
      std::vector<UnitResult> results;
      results.reserve(batch.size());
      for (Unit& unit : batch) {
        results.push_back(worker.run(std::move(unit)));
      }
      lock.lock();
      results_.emplace(number, std::move(results));
      if (number == emitted_) {
        ready_.notify_all();
      }
    }
  }

  // Small files together, a part of a large one alone. Empty at the end. The lock is held.
  std::vector<Unit> next_batch() {
    std::vector<Unit> batch;
    while (!ended_ && batch.size() < kBatch) {
      auto unit = source_.next();
      if (!unit) {
        ended_ = true;
        break;
      }
      batch.push_back(*std::move(unit));
      if (batch.back().text != nullptr) {
        break;
      }
    }
    return batch;
  }

  // In order; empty at the end.
  std::vector<UnitResult> next_results() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock,
                [this] { return results_.contains(emitted_) || (ended_ && emitted_ == begun_); });
    auto node = results_.extract(emitted_);
    if (node.empty()) {
      return {};
    }
    ++emitted_;
    room_.notify_all();
    return std::move(node.mapped());
  }

  const std::vector<InputFile>& files_;
  const Context& context_;
  const RunOptions& options_;

  std::mutex mutex_;  // guards what follows
  UnitSource source_;
  std::map<std::size_t, std::vector<UnitResult>> results_;
  std::size_t begun_ = 0;
  std::size_t emitted_ = 0;
  bool ended_ = false;
  std::condition_variable room_;   // the window has moved
  std::condition_variable ready_;  // a result is there, or no more will be
};

}  // namespace

Outcome check_files(const std::vector<InputFile>& files, const Context& context,
                    const RunOptions& options, const Emit& emit) {
  Collector collector(files, emit);
  if (options.threads > 1) {
    Pool(files, context, options).run(collector);
    return std::move(collector).outcome();
  }
  UnitSource source(files);
  Worker worker(files, context, options.excerpts);
  while (auto unit = source.next()) {
    collector.take(worker.run(*std::move(unit)));
  }
  return std::move(collector).outcome();
}

std::vector<Finding> check_text(std::string_view text, const Context& context, Summary& summary) {
  DocumentChecker checker(context);
  Sink sink(context.severities);
  check_part({.text = text}, checker, sink);
  summary.add(sink.summary());
  return std::move(sink.findings());
}

}  // namespace podsysctl::check
