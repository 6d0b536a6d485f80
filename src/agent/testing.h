// SPDX-License-Identifier: Apache-2.0
// For tests of the agent: a recorder and a log that keep what they are told. Thread-safety: any
// thread; look at the members once the others are quiet.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "agent/recorder.h"
#include "base/log.h"

namespace podsysctl::agent {

class KeepingRecorder final : public Recorder {
 public:
  void keep(Report report) override {
    const std::scoped_lock lock(mutex_);
    reports.push_back(std::move(report));
  }
  void forget(std::string sandbox_id) override {
    const std::scoped_lock lock(mutex_);
    forgotten.push_back(std::move(sandbox_id));
  }
  void keep_only(const std::string& runtime, std::vector<std::string> sandbox_ids) override {
    const std::scoped_lock lock(mutex_);
    only_of = runtime;
    only = std::move(sandbox_ids);
  }

  [[nodiscard]] bool settle(std::chrono::milliseconds /*limit*/) override { return true; }

  std::vector<Report> reports;
  std::vector<std::string> forgotten;
  std::string only_of;
  std::vector<std::string> only;

 private:
  std::mutex mutex_;
};

class KeepingLog final : public Log {
 public:
  void say(LogLevel /*level*/, std::string_view message) override {
    const std::scoped_lock lock(mutex_);
    lines.emplace_back(message);
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

}  // namespace podsysctl::agent
