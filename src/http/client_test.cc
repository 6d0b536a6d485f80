// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <array>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>

#include "http/testing.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr milliseconds kSoon{5000};

TEST(Client, SharesOneConnectionBetweenCalls) {
  const FakeServer server([](const std::string& request) {
    return FakeServer::reply(200, request.substr(0, request.find(' ')));
  });
  Client client(server.endpoint());
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.call({.target = "/version"});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "GET");
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests().at(0), "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

TEST(Client, ConnectsAnewWhereTheServerHungUp) {
  const FakeServer server([](const std::string&) {
    return FakeServer::reply(200, "x") + "\xff";  // keeps no connection and does not say so
  });
  Client client(server.endpoint());
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.call({.method = "POST", .target = "/a", .body = "{}"});
    ASSERT_TRUE(reply) << reply.error().message;
    // The end of a connection must have been seen: one that ends amid a POST is an error.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(server.connections(), 3);
  EXPECT_THAT(server.requests().at(2), HasSubstr("Content-Length: 2\r\n\r\n{}"));
}

TEST(Client, ReadsEveryKindOfBody) {
  struct Row {
    const char* name;
    std::string answer;
    std::string body;
  };
  const std::string text(200'000, 'x');
  for (const Row& row :
       {Row{"length", FakeServer::reply(200, text), text},
        Row{"chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
            "abcde"},
        Row{"until the end", "HTTP/1.1 200 OK\r\n\r\nall there is\xff", "all there is"},
        Row{"none", "HTTP/1.1 204 No Content\r\n\r\n", ""},
        Row{"after 100", "HTTP/1.1 100 Continue\r\n\r\n" + FakeServer::reply(201, "done"),
            "done"}}) {
    const FakeServer server([&row](const std::string&) { return row.answer; });
    Client client(server.endpoint(), {.answer = kSoon});
    const auto reply = client.call({});
    ASSERT_TRUE(reply) << row.name << ": " << reply.error().message;
    EXPECT_EQ(reply->body, row.body) << row.name;
  }
}

TEST(Client, SaysWhatIsWrongWithAnAnswer) {
  struct Row {
    const char* name;
    std::string answer;
    Code code;
    const char* message;
  };
  for (const Row& row :
       {Row{"nothing", "", Code::unavailable, "the connection ended amid the response"},
        Row{"half a header", "HTTP/1.1 200 OK\r\nContent-Le\xff", Code::unavailable, "ended amid"},
        Row{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc\xff", Code::unavailable,
            "ended amid"},
        Row{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc\xff",
            Code::unavailable, "ended amid"},
        Row{"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n\xff", Code::invalid_argument,
            "it is no HTTP response"},
        Row{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc",
            Code::invalid_argument, "it is no HTTP response"},
        Row{"endless header", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'),
            Code::invalid_argument, "it is no HTTP response"},
        Row{"huge", FakeServer::reply(200, std::string(2000, 'x')), Code::invalid_argument,
            "larger than 1000 bytes"}}) {
    const FakeServer server([&row](const std::string&) { return row.answer; });
    Client client(server.endpoint(), {.body_bytes = 1000});
    const auto reply = client.call({.target = "/x?secret=1"});
    ASSERT_FALSE(reply) << row.name;
    EXPECT_EQ(reply.error().code, row.code) << row.name << ": " << reply.error().message;
    EXPECT_THAT(reply.error().message, HasSubstr(row.message)) << row.name;
    EXPECT_THAT(reply.error().message, HasSubstr(": GET /x: ")) << row.name;
  }
}

TEST(Client, WaitsNoLongerThanItIsTold) {
  const FakeServer server([](const std::string&) { return "HTTP/1.1 200 OK\r\n"; });
  Client client(server.endpoint(), {.answer = milliseconds(50)});
  const auto reply = client.call({});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::timeout);
}

TEST(Client, NamesAServerThatIsNotThere) {
  Client client({.path = "/nonexistent/s", .text = "unix:///nonexistent/s"});
  const auto reply = client.call({});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::not_found);
  EXPECT_THAT(reply.error().message, StartsWith("unix:///nonexistent/s: connect to"));
}

TEST(Client, StreamsAnAnswer) {
  const FakeServer server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
           "chunked\r\n\r\n4\r\none\n\r\n4\r\ntwo\n\r\n0\r\n\r\n";
  });
  Client client(server.endpoint());
  auto response = client.open({.target = "/events"}, kSoon);
  ASSERT_TRUE(response) << response.error().message;
  std::string all;
  for (auto piece = response->read(kSoon); piece && !piece->empty();
       piece = response->read(kSoon)) {
    all += *piece;
  }
  EXPECT_EQ(all, "one\ntwo\n");
}

TEST(Client, HandsOutAnUpgradedConnection) {
  const FakeServer server([](const std::string& request) {
    return request.starts_with("POST /attach")
               ? "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly"
               : FakeServer::reply(200, "raw");
  });
  Client client(server.endpoint());
  auto response = client.open({.method = "POST",
                               .target = "/attach",
                               .headers = {{"Connection", "Upgrade"}, {"Upgrade", "tcp"}}},
                              kSoon);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status(), 101);
  const std::unique_ptr<Stream> stream = response->take_stream();
  std::array<char, 100> buffer{};
  std::string early;
  while (early.size() < 5) {
    const auto count = stream->read(buffer, kSoon);
    ASSERT_TRUE(count && *count > 0);
    early.append(buffer.data(), *count);
  }
  EXPECT_EQ(early, "early");
  // Anything the server understands, to see that the other direction works.
  ASSERT_TRUE(stream->write("GET / HTTP/1.1\r\n\r\n", kSoon));
  const auto count = stream->read(buffer, kSoon);
  ASSERT_TRUE(count);
  EXPECT_THAT(std::string(buffer.data(), *count), StartsWith("HTTP/1.1 200"));
}

TEST(Client, SendsAStreamInChunks) {
  const FakeServer server([](const std::string&) { return FakeServer::reply(200, "ok"); });
  Client client(server.endpoint());
  int left = 3;
  const auto reply = client.call({.method = "POST",
                                  .target = "/images/load",
                                  .source = [&left](std::span<char> buffer) -> Result<std::size_t> {
                                    if (left-- == 0) {
                                      return std::size_t{0};
                                    }
                                    buffer[0] = static_cast<char>('a' + left);
                                    return std::size_t{1};
                                  }});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(
      server.requests().at(0),
      HasSubstr("Transfer-Encoding: chunked\r\n\r\n1\r\nc\r\n1\r\nb\r\n1\r\na\r\n0\r\n\r\n"));
}

TEST(Client, LetsNoValueBeginAHeaderOfItsOwn) {
  const FakeServer server([](const std::string&) { return FakeServer::reply(200, ""); });
  Client client(server.endpoint());
  for (const Request& request : {Request{.target = "/a\r\nX: y"}, Request{.target = "/a b"},
                                 Request{.headers = {{"X", "y\r\nZ: 1"}}}}) {
    const auto reply = client.call(request);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Code::invalid_argument);
  }
  EXPECT_EQ(percent_encoded("a b/ü\n"), "a%20b%2F%C3%BC%0A");
}

}  // namespace
}  // namespace podsysctl::http
