// SPDX-License-Identifier: Apache-2.0
// All rules over one document: its workloads, and kubelet configurations among the inputs.
// Thread-safety: one checker per thread; the context is shared.
#pragma once

#include "check/context.h"
#include "check/finding.h"
#include "check/key_facts.h"
#include "yaml/value.h"

namespace podsysctl::check {

class DocumentChecker {
 public:
  explicit DocumentChecker(const Context& context) : context_(context), keys_(context) {}

  // Paths begin with the root's: "" of a document, "items[3]" of a part of one.
  void check(const yaml::Value& root, Sink& sink);

 private:
  const Context& context_;
  KeyCache keys_;
};

}  // namespace podsysctl::check
