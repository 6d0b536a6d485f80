// SPDX-License-Identifier: Apache-2.0
// All rules over one document: its workloads, and kubelet configurations among the inputs.
// Thread-safety: one checker per thread; the context is shared.
#pragma once

#include <string>

#include "check/context.h"
#include "check/finding.h"
#include "check/key_facts.h"
#include "yaml/node.h"

namespace podsysctl::check {

class DocumentChecker {
 public:
  explicit DocumentChecker(const Context& context) : context_(context), keys_(context) {}

  // `prefix` goes before every path: "" or "items[3].".
  void check(const yaml::Node& root, const std::string& prefix, Sink& sink);

 private:
  const Context& context_;
  KeyCache keys_;
};

}  // namespace podsysctl::check
