// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "http/client.h"
#include "linux/process.h"
#include "linux/stream_socket.h"
#include "linux/wake_up.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr milliseconds kPatience{5000};
constexpr std::size_t kLong = 8U << 20U;  // beyond what a socket holds

// Says "tick" whenever it is rung.
class Ticker final : public Feed {
 public:
  explicit Ticker(const linux::WakeUp& bell) : bell_(bell) {}
  [[nodiscard]] linux::FdRef fd() const override { return bell_.fd(); }
  [[nodiscard]] Result<std::string> next() override {
    bell_.quiet();
    return std::string("tick\n");
  }

 private:
  const linux::WakeUp& bell_;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest()
      : path_(::testing::TempDir() + "server_" + std::to_string(::getpid())),
        stop_(linux::WakeUp::open().value()),
        bell_(linux::WakeUp::open().value()) {
    server_ = Server::listen(path_,
                             [this](const Request& request, const Caller& caller) {
                               return answer(request, caller);
                             },
                             {.request = {.header = 2048, .body = 100},
                              .connections = 4,
                              .feeds = 2,
                              .time = milliseconds(300)})
                  .value();
    thread_ = std::thread([this] { EXPECT_TRUE(server_->serve(stop_.fd())); });
  }
  ~ServerTest() override {
    stop_.ring();
    thread_.join();
  }

  Answer answer(const Request& request, const Caller& caller) {
    if (request.target == "/who") {
      return text_answer(
          fmt::format("uid {} pid {} lives {}", caller.peer.uid, caller.peer.pid,
                      caller.process.valid() && !linux::has_ended(caller.process.ref())));
    }
    if (request.target == "/feed") {
      return {.status = 200,
              .content_type = "text/plain",
              .body = "",
              .feed = std::make_unique<Ticker>(bell_)};
    }
    if (request.target == "/long") {
      return {
          .status = 200, .content_type = "text/plain", .body = std::string(kLong, 'x'), .feed = {}};
    }
    return text_answer(request.method + " " + request.target + " " + request.body);
  }
  static Answer text_answer(std::string body) {
    return {.status = 200, .content_type = "text/plain", .body = std::move(body), .feed = {}};
  }

  linux::Fd connect() const { return linux::connect_unix(path_, kPatience).value(); }
  static std::string read_some(const linux::Fd& fd) {
    std::array<char, 4096> buffer{};
    const auto count = linux::receive(fd.ref(), buffer, kPatience);
    return count ? std::string(buffer.data(), *count) : "error: " + count.error().message;
  }

  static std::string ask(const linux::Fd& fd, const std::string& target) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const auto sent = linux::send_all(fd.ref(), request, kPatience);
    return sent ? read_some(fd) : "error: " + sent.error().message;
  }

  std::string path_;
  linux::WakeUp stop_;
  linux::WakeUp bell_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

TEST_F(ServerTest, AnswersSeveralRequestsOnOneConnection) {
  const linux::Fd fd = connect();
  const std::string two =
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody";
  ASSERT_TRUE(linux::send_all(fd.ref(), two, kPatience));
  std::string text = read_some(fd);
  if (text.find("POST") == std::string::npos) {
    text += read_some(fd);
  }
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(text, HasSubstr("GET /a "));
  EXPECT_THAT(text, HasSubstr("POST /b body"));
}

TEST_F(ServerTest, KnowsWhoAsks) {
  EXPECT_THAT(ask(connect(), "/who"),
              HasSubstr(fmt::format("uid {} pid {} lives true", ::geteuid(), ::getpid())));
}

TEST_F(ServerTest, TakesARequestInPieces) {
  const linux::Fd fd = connect();
  for (const char* piece : {"GET /pie", "ces HTTP/1.1\r\nHo", "st: x\r\n\r", "\n"}) {
    ASSERT_TRUE(linux::send_all(fd.ref(), piece, kPatience));
    std::this_thread::yield();
  }
  EXPECT_THAT(read_some(fd), HasSubstr("GET /pieces "));
}

TEST_F(ServerTest, RefusesWhatIsNoRequestOrTooLarge) {
  const std::string long_header = "GET / HTTP/1.1\r\nX: " + std::string(3000, 'x') + "\r\n\r\n";
  for (const std::string& text :
       {std::string("nonsense\r\n\r\n"), long_header,
        std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n")}) {
    const linux::Fd fd = connect();
    ASSERT_TRUE(linux::send_all(fd.ref(), text, kPatience));
    EXPECT_THAT(read_some(fd), StartsWith("HTTP/1.1 400 Bad Request\r\n")) << text.substr(0, 40);
  }
}

TEST_F(ServerTest, GivesUpOnWhoSaysNothing) {
  const linux::Fd fd = connect();
  ASSERT_TRUE(linux::send_all(fd.ref(), "GET / HT", kPatience));
  EXPECT_EQ(read_some(fd), "");  // the end
}

TEST_F(ServerTest, WhoDripsIsGivenUpAsWell) {
  const linux::Fd fd = connect();
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(linux::send_all(fd.ref(), "GET / HTTP/1.1\r\nX: ", kPatience));
  while (linux::send_all(fd.ref(), "x", kPatience)) {
    ASSERT_LT(std::chrono::steady_clock::now() - begun, kPatience);
    std::this_thread::sleep_for(milliseconds(5));
  }
}

TEST_F(ServerTest, WhoSaysNothingKeepsNobodyOut) {
  std::vector<linux::Fd> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(connect());
  }
  EXPECT_THAT(ask(connect(), "/a"), HasSubstr("GET /a "));
  EXPECT_EQ(read_some(silent.front()), "");  // its place was needed
}

TEST_F(ServerTest, ManyAtOnceAreAllAnswered) {
  std::vector<linux::Fd> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(connect());
    ASSERT_TRUE(linux::send_all(
        all.back().ref(), "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", kPatience));
  }
  for (const linux::Fd& fd : all) {
    EXPECT_THAT(read_some(fd), HasSubstr("GET /a "));
  }
}

TEST_F(ServerTest, WhoDoesNotReadKeepsNobodyWaiting) {
  std::vector<linux::Fd> deaf;
  for (int i = 0; i < 3; ++i) {
    deaf.push_back(connect());
    ASSERT_TRUE(
        linux::send_all(deaf.back().ref(), "GET /long HTTP/1.1\r\nHost: x\r\n\r\n", kPatience));
  }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THAT(ask(connect(), "/a"), HasSubstr("GET /a "));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(250));
}

TEST_F(ServerTest, WhoReadsSlowlyGetsAllOfIt) {
  const linux::Fd fd = connect();
  const std::string two =
      "GET /long HTTP/1.1\r\nHost: x\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(linux::send_all(fd.ref(), two, kPatience));
  std::size_t length = 0;
  std::string end;
  while (end.find("GET /after ") == std::string::npos) {
    const std::string some = read_some(fd);
    ASSERT_NE(some, "") << length;
    length += some.size();
    end = end.substr(end.size() - std::min<std::size_t>(end.size(), 100)) + some;
  }
  EXPECT_GT(length, kLong);
}

TEST_F(ServerTest, FollowersLeaveRoomForOthers) {
  std::vector<linux::Fd> followers;
  for (int i = 0; i < 2; ++i) {
    followers.push_back(connect());
    EXPECT_THAT(ask(followers.back(), "/feed"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  EXPECT_THAT(ask(connect(), "/feed"), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(ask(connect(), "/a"), HasSubstr("GET /a "));
  }
  bell_.ring();
  EXPECT_THAT(read_some(followers.front()), HasSubstr("tick"));
}

TEST_F(ServerTest, FeedsWhoWantsMore) {
  const linux::Fd fd = connect();
  std::string text = ask(fd, "/feed");
  EXPECT_THAT(text, HasSubstr("Transfer-Encoding: chunked\r\n"));
  bell_.ring();
  text += read_some(fd);
  EXPECT_THAT(text, HasSubstr("5\r\ntick\n\r\n"));
}

TEST_F(ServerTest, TheSocketIsItsOwnersAndTakenOnce) {
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto second = Server::listen(path_, [](const Request&, const Caller&) { return Answer{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_THAT(second.error().message, HasSubstr(path_));
}

}  // namespace
}  // namespace podsysctl::http
