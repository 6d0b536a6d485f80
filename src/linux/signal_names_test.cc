// SPDX-License-Identifier: Apache-2.0
#include "linux/signal_names.h"

#include <signal.h>

#include <utility>

#include <gtest/gtest.h>

namespace podsysctl::linux {
namespace {

TEST(SignalNames, EverySpellingThatImagesUse) {
  const std::pair<const char*, std::optional<int>> cases[] = {{"SIGQUIT", SIGQUIT},
                                                              {"QUIT", SIGQUIT},
                                                              {"sigquit", SIGQUIT},
                                                              {"3", SIGQUIT},
                                                              {"SIGTERM", SIGTERM},
                                                              {"SIGWINCH", SIGWINCH},
                                                              {"SIGRTMIN", SIGRTMIN},
                                                              {"SIGRTMIN+3", SIGRTMIN + 3},
                                                              {"RTMAX-2", SIGRTMAX - 2},
                                                              {"RTMAX", SIGRTMAX},
                                                              {"64", SIGRTMAX},
                                                              {"", std::nullopt},
                                                              {"0", std::nullopt},
                                                              {"-9", std::nullopt},
                                                              {"65", std::nullopt},
                                                              {"999999999999", std::nullopt},
                                                              {"SIG", std::nullopt},
                                                              {"SIGSIGQUIT", std::nullopt},
                                                              {"QUIT ", std::nullopt},
                                                              {"SIGRTMIN-1", std::nullopt},
                                                              {"SIGRTMIN+", std::nullopt},
                                                              {"SIGRTMIN+31", std::nullopt},
                                                              {"SIGRTMAX+1", std::nullopt},
                                                              {"SIGNOTHING", std::nullopt}};
  for (const auto& [text, signal] : cases) {
    EXPECT_EQ(parse_signal(text), signal) << text;
  }
}

}  // namespace
}  // namespace podsysctl::linux
