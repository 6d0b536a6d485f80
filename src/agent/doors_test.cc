// SPDX-License-Identifier: Apache-2.0
#include "agent/doors.h"

#include <gmock/gmock.h>

#include "agent/presence.h"
#include "agent/testing.h"
#include "linux/stream_socket.h"

namespace podsysctl::agent {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr milliseconds kLimit{10'000};

// Runs until it is told to stop, or not at all.
class ScriptedDoor final : public Door {
 public:
  ScriptedDoor(std::string kind, std::optional<Result<>> outcome)
      : kind_(std::move(kind)), outcome_(std::move(outcome)) {}

  Result<> run(linux::FdRef stop) override {
    if (outcome_) {
      return *outcome_;
    }
    const auto stopped = linux::wait_until_ready(stop, linux::Readiness::reading, kLimit);
    return stopped && *stopped ? Result<>() : Error::of(Code::timeout, "nobody said stop");
  }
  DoorState state() const override { return {.kind = kind_, .address = "/x"}; }

 private:
  std::string kind_;
  std::optional<Result<>> outcome_;
};

std::unique_ptr<Door> door(std::string kind, std::optional<Result<>> outcome = std::nullopt) {
  return std::make_unique<ScriptedDoor>(std::move(kind), std::move(outcome));
}

std::vector<std::unique_ptr<Door>> pair_of(std::unique_ptr<Door> one, std::unique_ptr<Door> other) {
  std::vector<std::unique_ptr<Door>> list;
  list.push_back(std::move(one));
  list.push_back(std::move(other));
  return list;
}

TEST(Doors, RunsAllUntilTheyAreToldToStop) {
  auto doors = Doors::start(pair_of(door("a"), door("b")));
  ASSERT_TRUE(doors) << doors.error().message;
  const auto states = (*doors)->states();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].kind, "a");
  EXPECT_EQ(states[1].kind, "b");
  const auto ended =
      linux::wait_until_ready((*doors)->ended(), linux::Readiness::reading, milliseconds(0));
  EXPECT_FALSE(*ended);
  const auto stopped = (*doors)->stop();
  EXPECT_TRUE(stopped) << stopped.error().message;
}

TEST(Doors, SaysThatOneHasEndedAndWhy) {
  auto doors = Doors::start(pair_of(door("a"), door("b", Error::of(Code::conflict, "no name"))));
  ASSERT_TRUE(doors);
  const auto ended = linux::wait_until_ready((*doors)->ended(), linux::Readiness::reading, kLimit);
  EXPECT_TRUE(*ended);
  const auto stopped = (*doors)->stop();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::conflict);
  EXPECT_EQ(stopped.error().message, "no name");
}

TEST(Presence, SaysALossOnce) {
  KeepingLog log;
  Presence presence("nri", "/run/nri.sock", log);
  presence.lost("it is not there");
  presence.lost("it is not there");
  EXPECT_EQ(presence.state().last_error, "it is not there");
  presence.came("containerd v2.1.9");
  EXPECT_TRUE(presence.state().connected);
  EXPECT_EQ(presence.state().connections, 1U);
  EXPECT_EQ(presence.state().last_error, "");
  presence.lost("it is not there");
  EXPECT_FALSE(presence.state().connected);
  EXPECT_THAT(log.lines(), ElementsAre("nri: it is not there; trying again",
                                       "nri: connected to containerd v2.1.9",
                                       "nri: it is not there; trying again"));
}

TEST(Presence, TriesUntilAConnectionIsStopped) {
  KeepingLog log;
  Presence presence("nri", "/run/nri.sock", log);
  const auto stop = linux::WakeUp::open();
  int tries = 0;
  const auto done = keep_trying(presence, stop->fd(), [&]() -> Result<Parting> {
    ++tries;
    if (tries == 1) {
      return Error::of(Code::unavailable, "not yet");
    }
    presence.came("containerd v2.1.9");
    return tries == 2 ? Parting::ended : Parting::stopped;
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(log.lines().size(), 4U);
}

TEST(Presence, DoesNotTryAgainOnceItIsToldToStop) {
  KeepingLog log;
  Presence presence("nri", "/run/nri.sock", log);
  const auto stop = linux::WakeUp::open();
  stop->ring();
  int tries = 0;
  const auto done = keep_trying(presence, stop->fd(), [&]() -> Result<Parting> {
    ++tries;
    return Error::of(Code::unavailable, "not there");
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(tries, 1);
}

}  // namespace
}  // namespace podsysctl::agent
