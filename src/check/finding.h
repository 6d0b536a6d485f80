// SPDX-License-Identifier: Apache-2.0
// What the rules find, and the sink that they report to: it looks up the severity, drops what is
// switched off or suppressed by the object itself, and counts. One sink per document batch.
// Thread-safety: one thread per sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "check/rules.h"
#include "yaml/node.h"

namespace podsysctl::check {

struct Finding {
  Rule rule{};
  Severity severity = Severity::error;
  std::uint32_t line = 0;    // 1-based; 0: the whole file
  std::uint32_t column = 0;  // 1-based, in characters
  std::string kind;          // of the object; "" where there is none
  std::string namespace_;
  std::string name;
  std::string path;    // "spec.securityContext.sysctls[0].name"
  std::string sysctl;  // as written; "" where none is meant
  std::string message;
  std::string hint;         // "" or what to do
  std::string excerpt;      // the offending line, cut around the column; filled where wanted
  std::uint32_t caret = 0;  // characters of excerpt before the column
};

struct Summary {
  std::size_t documents = 0;
  std::size_t workloads = 0;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t infos = 0;

  void add(const Summary& other) noexcept;
  void count(Severity severity) noexcept;
};

// The object that findings are about.
struct ObjectName {
  std::string kind;
  std::string namespace_;
  std::string name;
};

// Where and on what.
struct Place {
  yaml::Position at;
  std::string path;
  std::string sysctl;
};

class Sink {
 public:
  explicit Sink(const Severities& severities) : severities_(severities) {}

  // What follows is about this object, whose annotations silence these rules.
  void enter(ObjectName object, std::vector<Rule> suppressed);
  void leave();

  // Whether a finding would be kept: a rule that is costly to try asks first.
  [[nodiscard]] bool wants(Rule rule) const noexcept;

  void add(Rule rule, Place place, std::string message, std::string hint = {});

  std::vector<Finding>& findings() noexcept { return findings_; }
  Summary& summary() noexcept { return summary_; }

 private:
  const Severities& severities_;
  ObjectName object_;
  std::vector<Rule> suppressed_;
  std::vector<Finding> findings_;
  Summary summary_;
};

}  // namespace podsysctl::check
