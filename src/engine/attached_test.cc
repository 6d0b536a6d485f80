// SPDX-License-Identifier: Apache-2.0
// What goes through an attached session, with peers that the test plays.
#include "engine/attached.h"

#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "engine/cri/log_peer.h"
#include "engine/docker/docker_peer.h"
#include "linux/file.h"
#include "linux/process.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"
#include "spdy/testing.h"

namespace podsysctl::engine {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

// Says its output once it has got the end of its input.
class Echo final : public Peer {
 public:
  explicit Echo(std::size_t most) : most_(most) {}
  Result<bool> receive(const Show& show) override {
    if (!ended_) {
      return true;
    }
    show(Output::out, got_);
    show(Output::err, "said\n");
    return false;
  }
  Result<std::size_t> send(std::string_view text) override {
    const std::string_view taken = text.substr(0, most_);
    got_ += taken;
    return taken.size();
  }
  Result<> end_input() override {
    ended_ = true;
    return {};
  }
  std::vector<linux::FdRef> fds() const override { return {}; }
  linux::FdRef input_fd() const override { return {}; }
  std::chrono::milliseconds patience() const override { return std::chrono::milliseconds(1); }

 private:
  std::size_t most_;
  std::string got_;
  bool ended_ = false;
};

struct Caller {
  linux::Pipe in = linux::make_pipe().value();
  linux::Pipe out = linux::make_pipe().value();
  linux::Pipe err = linux::make_pipe().value();

  Result<> serve(Peer& peer, std::vector<int>* signals = nullptr) {
    PSYS_TRY_ASSIGN(AttachedSession session, AttachedSession::begin({}, Terminal::none));
    if (signals != nullptr) {
      ::raise(SIGTERM);
    }
    Result<> served =
        session.serve({.peer = peer,
                       .streams = {in.read_end.ref(), out.write_end.ref(), err.write_end.ref()},
                       .terminal = {},
                       .on_signal = [&](int signal) -> Result<> {
                         signals->push_back(signal);
                         return {};
                       },
                       .on_resize = [](const auto&) { return Result<>{}; }});
    out.write_end = linux::Fd();
    err.write_end = linux::Fd();
    return served;
  }
  static std::string said(const linux::Pipe& pipe) {
    return linux::read_all(pipe.read_end.ref(), "pipe", std::size_t{1} << 20U).value();
  }
};

TEST(AttachedSession, PassesInputOnToItsEnd) {
  for (const std::size_t most : {1U, 3U, 1000U}) {
    Caller caller;
    ASSERT_TRUE(linux::write_all(caller.in.write_end.ref(), "a\0b\n"s, "pipe"));
    caller.in.write_end = linux::Fd();
    Echo peer(most);
    const auto served = caller.serve(peer);
    ASSERT_TRUE(served) << served.error().message;
    EXPECT_EQ(Caller::said(caller.out), "a\0b\n"s);
    EXPECT_EQ(Caller::said(caller.err), "said\n");
  }
}

TEST(AttachedSession, PassesSignalsOn) {
  Caller caller;
  caller.in.write_end = linux::Fd();
  Echo peer(1);
  std::vector<int> signals;
  ASSERT_TRUE(caller.serve(peer, &signals));
  EXPECT_THAT(signals, testing::ElementsAre(SIGTERM));
}

TEST(AttachedSession, WantsATerminalToBeOne) {
  const linux::Pipe pipe = linux::make_pipe().value();
  const auto session = AttachedSession::begin(pipe.read_end.ref(), Terminal::shown);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::invalid_argument);
  EXPECT_THAT(session.error().message, HasSubstr("standard input is none"));
}

struct Shown {
  std::string out;
  std::string err;
  Peer::Show show() {
    return [this](Output output, std::string_view text) {
      (output == Output::out ? out : err) += text;
    };
  }
  Result<> all_of(Peer& peer) {
    for (;;) {
      PSYS_TRY_ASSIGN(const bool more, peer.receive(show()));
      if (!more) {
        return {};
      }
    }
  }
};

TEST(DockerPeer, ReadsFramesOrRawBytes) {
  const std::string frames = "\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\3err"s;
  spdy::Said framed{.incoming = frames, .piece = 5};
  DockerPeer peer(spdy::scripted(framed), DockerPeer::Form::framed);
  Shown shown;
  ASSERT_TRUE(shown.all_of(peer));
  EXPECT_EQ(shown.out, "out");
  EXPECT_EQ(shown.err, "err");
  spdy::Said raw{.incoming = frames};
  DockerPeer other(spdy::scripted(raw), DockerPeer::Form::raw);
  Shown bytes;
  ASSERT_TRUE(bytes.all_of(other));
  EXPECT_EQ(bytes.out, frames);
}

TEST(DockerPeer, KeepsARefusalThatComesFirst) {
  for (const bool first : {true, false}) {
    spdy::Said said{.incoming = (first ? "" : "x"s) + "no: such program",
                    .piece = first ? 99U : 1U};
    DockerPeer peer(spdy::scripted(said), DockerPeer::Form::raw, "no: ");
    Shown shown;
    ASSERT_TRUE(shown.all_of(peer));
    EXPECT_EQ(peer.refusal(), first ? "no: such program" : "");
    EXPECT_EQ(shown.out, first ? "" : "xno: such program");
  }
}

TEST(LogPeer, ShowsTheLogUntilTheProcessHasEnded) {
  const auto folder = linux::TemporaryFolder::make().value();
  const std::string path = folder / "main.log";
  Result<LogPeer> peer = LogPeer::open(path);
  ASSERT_TRUE(peer) << peer.error().message;
  const linux::Pipe hold = linux::make_pipe().value();
  const auto pid = linux::start({.program = "cat", .stdin_fd = hold.read_end.ref()});
  ASSERT_TRUE(pid);
  peer->follow(linux::identify(*pid).value(), std::nullopt);
  Shown shown;
  EXPECT_TRUE(peer->receive(shown.show()).value());  // no log yet
  ASSERT_TRUE(linux::write_file(path,
                                "2026-01-01T00:00:00Z stdout F one\n"
                                "2026-01-01T00:00:00Z stderr P two"));
  EXPECT_TRUE(peer->receive(shown.show()).value());
  EXPECT_EQ(shown.out, "one\n");
  EXPECT_EQ(shown.err, "");
  EXPECT_EQ(peer->send("text").error().code, Code::unavailable);
  ASSERT_EQ(::kill(*pid, SIGKILL), 0);
  ASSERT_TRUE(linux::wait_for_child(*pid));
  EXPECT_FALSE(peer->receive(shown.show()).value());
}

}  // namespace
}  // namespace podsysctl::engine
