// SPDX-License-Identifier: Apache-2.0
// Against openssl(1) as server, with certificates made here.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "http/client.h"
#include "linux/process.h"
#include "linux/spawn.h"
#include "linux/temporary_folder.h"

namespace podsysctl::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

std::uint16_t free_port() {
  const linux::Fd socket = linux::Fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  return ntohs(address.sin_port);
}

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    if (!linux::find_program("openssl")) {
      GTEST_SKIP() << "openssl is not installed";
    }
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=test", "-addext",
             "subjectAltName=IP:127.0.0.1", "-days", "2"});
    port_ = free_port();
    auto pipe = linux::make_pipe();
    ASSERT_TRUE(pipe);
    auto server = linux::start({.program = "openssl",
                                .args = {"s_server", "-accept", std::to_string(port_), "-cert",
                                         "cert.pem", "-key", "key.pem", "-www"},
                                .working_dir = folder_.path(),
                                .stdout_fd = pipe->write_end.ref(),
                                .stderr_fd = pipe->write_end.ref()});
    ASSERT_TRUE(server) << server.error().message;
    server_ = *server;
    pipe->write_end.close();
    output_ = std::move(pipe->read_end);
    char c = 0;
    while (::read(output_.get(), &c, 1) == 1 && c != 'A') {  // "ACCEPT"
    }
  }
  void TearDown() override {
    if (server_ != 0) {
      ::kill(server_, SIGKILL);
      [[maybe_unused]] const auto ended = linux::wait_for_child(server_);
    }
  }

  void openssl(std::vector<std::string> args) const {
    const auto done =
        linux::run({.program = "openssl", .args = std::move(args), .working_dir = folder_.path()},
                   "", milliseconds(30'000));
    ASSERT_TRUE(done && done->status == 0);
  }

  [[nodiscard]] Endpoint endpoint(const std::string& host, const std::string& ca) const {
    return {.kind = Endpoint::Kind::tls,
            .host = host,
            .port = port_,
            .tls = {.ca = ca},
            .text = "tcp://" + host};
  }

  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
  std::uint16_t port_ = 0;
  pid_t server_ = 0;
  linux::Fd output_;
};

TEST_F(Tls, TalksToAServerThatItTrusts) {
  Client client(endpoint("127.0.0.1", folder_ / "cert.pem"));
  const auto reply = client.call({});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 200);
  EXPECT_THAT(reply->body, HasSubstr("s_server"));
}

TEST_F(Tls, RefusesACertificateThatNobodySigned) {
  Client client(endpoint("127.0.0.1", ""));
  const auto reply = client.call({});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::permission);
  EXPECT_THAT(reply.error().message, HasSubstr("its certificate is not trusted: self"));
}

TEST_F(Tls, RefusesACertificateForAnotherHost) {
  Client client(endpoint("localhost", folder_ / "cert.pem"));
  const auto reply = client.call({});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::permission);
  EXPECT_THAT(reply.error().message, HasSubstr("hostname mismatch"));
}

TEST_F(Tls, NamesAFileThatCannotBeUsed) {
  Client client(endpoint("127.0.0.1", "/nonexistent/ca.pem"));
  const auto reply = client.call({});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Code::invalid_argument);
  EXPECT_THAT(reply.error().message, HasSubstr("the file of authorities \"/nonexistent/ca.pem\""));
}

}  // namespace
}  // namespace podsysctl::http
