// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

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
    server_ =
        Server::listen(
            path_,
            [this](const Request& request, const Caller& caller) {
              return answer(request, caller);
            },
            {.request = {.header = 2048, .body = 100}, .connections = 4, .time = milliseconds(300)})
            .value();
    thread_ = std::thread([this] { EXPECT_TRUE(server_->serve(stop_.fd())); });
  }
  ~ServerTest() override {
    stop_.ring();
    thread_.join();
  }

  Answer answer(const Request& request, const Caller& caller) {
    if (request.target == "/who") {
      return {
          .status = 200,
          .content_type = "text/plain",
          .body = fmt::format("uid {} pid {} lives {}", caller.peer.uid, caller.peer.pid,
                              caller.process.valid() && !linux::has_ended(caller.process.ref())),
          .feed = {}};
    }
    if (request.target == "/feed") {
      return {.status = 200,
              .content_type = "text/plain",
              .body = "",
              .feed = std::make_unique<Ticker>(bell_)};
    }
    return {.status = 200,
            .content_type = "text/plain",
            .body = request.method + " " + request.target + " " + request.body,
            .feed = {}};
  }

  linux::Fd connect() const { return linux::connect_unix(path_, kPatience).value(); }
  static std::string read_some(const linux::Fd& fd) {
    std::array<char, 4096> buffer{};
    const auto count = linux::receive(fd.ref(), buffer, kPatience);
    return count ? std::string(buffer.data(), *count) : "error: " + count.error().message;
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
  const linux::Fd fd = connect();
  ASSERT_TRUE(linux::send_all(fd.ref(), "GET /who HTTP/1.1\r\nHost: x\r\n\r\n", kPatience));
  EXPECT_THAT(read_some(fd),
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

TEST_F(ServerTest, FeedsWhoWantsMore) {
  const linux::Fd fd = connect();
  ASSERT_TRUE(linux::send_all(fd.ref(), "GET /feed HTTP/1.1\r\nHost: x\r\n\r\n", kPatience));
  std::string text = read_some(fd);
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
