// SPDX-License-Identifier: Apache-2.0
// Against a server that has said everything already.
#include "cri/remote_streams.h"

#include <gmock/gmock.h>

#include "spdy/testing.h"

namespace podsysctl::cri {
namespace {

using spdy::control;
using spdy::data_frame;
using spdy::Last;
using std::string_literals::operator""s;
using testing::HasSubstr;
using testing::StartsWith;

constexpr StreamSet kAll{.in = true, .out = true, .err = true};

// Streams are numbered as they are opened: error, stdin, stdout, stderr.
struct Heard {
  std::string out;
  std::string err;
  Result<bool> all_of(RemoteStreams& streams) {
    for (;;) {
      const auto more = streams.receive([this](auto output, std::string_view text) -> Result<> {
        (output == RemoteStreams::Output::out ? out : err) += text;
        return {};
      });
      if (!more || !*more) {
        return more;
      }
    }
  }
};

TEST(RemoteStreams, OpensWhatIsWantedAndPassesInputOn) {
  spdy::Said said;
  RemoteStreams streams = RemoteStreams::over(spdy::scripted(said), kAll);
  EXPECT_EQ(said.outgoing, "");
  ASSERT_TRUE(streams.begin());
  for (const char* type : {"error", "stdin", "stdout", "stderr"}) {
    EXPECT_THAT(said.outgoing, HasSubstr(type));
  }
  EXPECT_THAT(said.outgoing, Not(HasSubstr("resize")));
  said.outgoing.clear();
  ASSERT_TRUE(streams.send_input("a\0b"s));
  ASSERT_TRUE(streams.end_input());
  EXPECT_EQ(said.outgoing, data_frame(3, "a\0b"s, Last::no) + data_frame(3, "", Last::yes));
}

TEST(RemoteStreams, TakesNoMoreInputThanTheServerDoes) {
  spdy::Said said{.room = 0};
  RemoteStreams streams = RemoteStreams::over(spdy::scripted(said), kAll);
  EXPECT_EQ(streams.send_input("text").value(), 0U);
  EXPECT_TRUE(streams.has_unsent());
  said.room = 1 << 20;
  EXPECT_EQ(streams.send_input("text").value(), 4U);
  EXPECT_TRUE(said.outgoing.ends_with("text"));
}

TEST(RemoteStreams, ATerminalHasASizeAndNoErrorStream) {
  spdy::Said said;
  RemoteStreams streams =
      RemoteStreams::over(spdy::scripted(said), {.in = true, .out = true, .terminal = true});
  ASSERT_TRUE(streams.begin());
  EXPECT_THAT(said.outgoing, HasSubstr("resize"));
  EXPECT_THAT(said.outgoing, Not(HasSubstr("stderr")));
  said.outgoing.clear();
  ASSERT_TRUE(streams.resize(24, 80));
  EXPECT_EQ(said.outgoing, data_frame(7, R"({"Width":80,"Height":24})", Last::no));
}

TEST(RemoteStreams, HearsOutputAndHowItEnded) {
  const std::string status =
      R"({"status":"Failure","reason":"NonZeroExitCode","message":"command terminated",)"
      R"("details":{"causes":[{"reason":"ExitCode","message":"3"}]}})";
  for (const std::size_t piece : {1U, 7U, 65536U}) {
    spdy::Said said{.incoming = control(2, 0, "\0\0\0\1zz"s) + data_frame(5, "o\0u"s, Last::no) +
                                data_frame(7, "err", Last::yes) + data_frame(5, "t", Last::yes) +
                                data_frame(1, status, Last::no) +
                                control(3, 0, "\0\0\0\1\0\0\0\5"s) +
                                data_frame(5, "late", Last::no),
                    .piece = piece};
    RemoteStreams streams = RemoteStreams::over(spdy::scripted(said), kAll);
    Heard heard;
    const auto end = heard.all_of(streams);
    ASSERT_TRUE(end) << end.error().message;
    EXPECT_EQ(heard.out, "o\0ut"s);
    EXPECT_EQ(heard.err, "err");
    EXPECT_TRUE(streams.is_silent());
    EXPECT_EQ(streams.exit_code().value(), 3);
  }
}

TEST(RemoteStreams, AResetAfterTheStatusIsNoError) {
  spdy::Said said{.incoming = data_frame(1, R"({"status":"Success"})", Last::no), .breaks = true};
  RemoteStreams streams = RemoteStreams::over(spdy::scripted(said), kAll);
  Heard heard;
  ASSERT_TRUE(heard.all_of(streams));
  EXPECT_EQ(streams.exit_code().value(), 0);
}

TEST(RemoteStreams, CutShortSayWhyThereIsNoExitCode) {
  struct Row {
    std::size_t received;
    bool breaks;
    const char* out;
    const char* message;
  };
  const std::string frame = data_frame(5, "text", Last::no);
  for (const Row& row : {Row{10, false, "te", " hung up without a word on how it ended"},
                         Row{frame.size(), true, "text", ": connection reset"}}) {
    spdy::Said said{.incoming = frame.substr(0, row.received), .breaks = row.breaks};
    RemoteStreams streams = RemoteStreams::over(spdy::scripted(said), kAll);
    Heard heard;
    ASSERT_TRUE(heard.all_of(streams));
    EXPECT_EQ(heard.out, row.out);
    const auto code = streams.exit_code();
    ASSERT_FALSE(code);
    EXPECT_EQ(code.error().code, Code::unavailable);
    EXPECT_EQ(code.error().message, fmt::format("the container runtime's streaming server{}; what "
                                                "was started may go on",
                                                row.message));
  }
}

TEST(RemoteStreams, AStatusWithoutEndIsRefused) {
  spdy::Said said{.incoming = data_frame(1, std::string(70'000, 'x'), Last::no)};
  RemoteStreams streams = RemoteStreams::over(spdy::scripted(said), kAll);
  Heard heard;
  const auto end = heard.all_of(streams);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, Code::denied_by_policy);
  EXPECT_THAT(end.error().message, HasSubstr("the status has more than 65536 bytes"));
}

TEST(Status, IsAnExitCodeOrTheReason) {
  struct Row {
    const char* status;
    Code code;
    const char* message;
  };
  EXPECT_EQ(exit_code_of_status(R"({"metadata":{},"status":"Success"})").value(), 0);
  for (const Row& row :
       {Row{"", Code::unavailable, "hung up without a word"},
        Row{"{", Code::invalid_argument, "streaming server"},
        Row{R"({"status":"Failure","reason":"InternalError","message":"no such file"})",
            Code::internal, "no such file"},
        Row{R"({"status":"Failure"})", Code::internal, "gave no reason"},
        Row{R"({"status":"Failure","reason":"NonZeroExitCode"})", Code::invalid_argument,
            "details"},
        Row{R"({"reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode",)"
            R"("message":"256"}]}})",
            Code::internal, "no exit code"}}) {
    const auto code = exit_code_of_status(row.status);
    ASSERT_FALSE(code) << row.status;
    EXPECT_EQ(code.error().code, row.code) << row.status;
    EXPECT_THAT(code.error().message, HasSubstr(row.message));
  }
}

TEST(RemoteStreams, AreServedAtAnAddressOnly) {
  for (const char* url : {"", "http://", "ftp://127.0.0.1:1/x", "http://127.0.0.1:80",
                          "http://127.0.0.1/x", "/exec/token"}) {
    const auto streams = RemoteStreams::open(url, kAll);
    ASSERT_FALSE(streams) << url;
    EXPECT_EQ(streams.error().code, Code::invalid_argument) << url;
    EXPECT_THAT(streams.error().message, StartsWith("the container runtime's streaming server"));
  }
}

}  // namespace
}  // namespace podsysctl::cri
