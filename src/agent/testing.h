// SPDX-License-Identifier: Apache-2.0
// For tests of the agent: a recorder and a log that keep what they are told. Thread-safety: any
// thread.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "agent/recorder.h"
#include "base/log.h"

namespace podsysctl::agent {

class KeepingRecorder final : public Recorder {
 public:
  struct Only {
    std::string runtime;
    std::vector<std::string> sandbox_ids;
  };

  void keep(Report report) override {
    const std::scoped_lock lock(mutex_);
    reports_.push_back(std::move(report));
  }
  void forget(std::string sandbox_id) override {
    const std::scoped_lock lock(mutex_);
    forgotten_.push_back(std::move(sandbox_id));
  }
  void keep_only(const std::string& runtime, std::vector<std::string> sandbox_ids) override {
    const std::scoped_lock lock(mutex_);
    only_ = {runtime, std::move(sandbox_ids)};
  }
  [[nodiscard]] bool settle(std::chrono::milliseconds /*limit*/) override { return true; }

  [[nodiscard]] std::size_t report_count() const {
    const std::scoped_lock lock(mutex_);
    return reports_.size();
  }
  // Stays where it is when others come.
  [[nodiscard]] const Report& report(std::size_t index) const {
    const std::scoped_lock lock(mutex_);
    return reports_.at(index);
  }
  // Of all reports, in their order.
  [[nodiscard]] std::vector<std::string> pod_names() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (const Report& report : reports_) {
      names.push_back(report.pod.name);
    }
    return names;
  }
  [[nodiscard]] std::vector<std::string> forgotten() const {
    const std::scoped_lock lock(mutex_);
    return forgotten_;
  }
  [[nodiscard]] Only only() const {
    const std::scoped_lock lock(mutex_);
    return only_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Report> reports_;
  std::vector<std::string> forgotten_;
  Only only_;
};

class KeepingLog final : public Log {
 public:
  void say(LogLevel /*level*/, std::string_view message) override {
    const std::scoped_lock lock(mutex_);
    lines_.emplace_back(message);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace podsysctl::agent
