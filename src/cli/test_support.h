// SPDX-License-Identifier: Apache-2.0
// Shorthands of this folder's tests. Not part of the library.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/args_parse.h"
#include "cli/main.h"
#include "cli/output.h"

namespace podsysctl::cli {

struct Printed {
  int code = 0;
  std::string out;
  std::string err;
};

// A command line without the program's name, and what it prints.
inline Printed run_words(const Command& app, const std::vector<std::string>& words) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Printed printed;
  printed.code = dispatch(app, words);
  EXPECT_TRUE(flush_output());
  printed.out = testing::internal::GetCapturedStdout();
  printed.err = testing::internal::GetCapturedStderr();
  return printed;
}

// The same of podsysctl itself.
inline Printed run_words(const std::vector<std::string>& words) {
  return run_words(make_app(), words);
}

}  // namespace podsysctl::cli
