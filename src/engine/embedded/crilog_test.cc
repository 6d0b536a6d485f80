// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/crilog.h"

#include <gtest/gtest.h>

#include "linux/file.h"
#include "linux/temporary_folder.h"

namespace podsysctl::engine {
namespace {

constexpr const char* kTime = "2026-11-23T22:30:01.123456789Z";

TEST(CriLog, ParsesRecords) {
  const std::string line = std::string(kTime) + " stderr P a  b ";
  const auto record = parse_log_record(line);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->time, kTime);
  EXPECT_EQ(record->stream, LogStream::err);
  EXPECT_TRUE(record->partial);
  EXPECT_EQ(record->text, "a  b ");
  EXPECT_EQ(parse_log_record("2026-11-23T22:30:01Z stdout F:x ").value().text, "");
  EXPECT_EQ(parse_log_record("2026-11-23T22:30:01.1+01:00 stdout F x").value().text, "x");
  for (const char* const bad :
       {"", "text", "2026 stdout F x", "2026-11-23T22:30:01.123456789Z stdin F x",
        "2026-11-23T22:30:01.123456789Z stdout X x", "2026-11-23T22:30:01.123456789Z stdout"}) {
    EXPECT_FALSE(parse_log_record(bad)) << bad;
  }
}

std::string log_of(std::initializer_list<const char*> records) {
  std::string log;
  for (const char* const record : records) {
    log += std::string(kTime) + " " + record + "\n";
  }
  return log;
}

std::string plain(std::string_view log) {
  LogFormatter formatter(Timestamps::no);
  LogFormatter::Output output;
  formatter.feed(log, output);
  return output.out;
}

TEST(CriLog, TailCountsLinesNotRecords) {
  const std::string log = log_of({"stdout F one", "stdout P tw", "stdout F o", "stdout F three"});
  const char* const expected[] = {"", "three\n", "two\nthree\n", "one\ntwo\nthree\n",
                                  "one\ntwo\nthree\n"};
  for (std::size_t lines = 0; lines < 5; ++lines) {
    EXPECT_EQ(plain(log_tail(log, lines)), expected[lines]) << lines;
  }
  EXPECT_EQ(log_tail("", 3), "");
  EXPECT_EQ(plain(log_tail(log_of({"stdout F one", "stdout P unfinished"}), 1)), "one\nunfinished");
}

TEST(CriLog, FormatsPiecesOfAnySize) {
  const std::string log =
      log_of({"stdout P tw", "stderr F bad", "stdout F o", "stdout F three"}) + "junk\n" + kTime;
  for (std::size_t size = 1; size < log.size(); ++size) {
    LogFormatter formatter(Timestamps::no);
    LogFormatter::Output output;
    for (std::size_t at = 0; at < log.size(); at += size) {
      formatter.feed(std::string_view(log).substr(at, size), output);
    }
    ASSERT_EQ(output.out, "two\nthree\n") << size;
    ASSERT_EQ(output.err, "bad\n") << size;
  }
  LogFormatter stamped(Timestamps::yes);
  LogFormatter::Output output;
  stamped.feed(log, output);
  EXPECT_EQ(output.out, std::string(kTime) + " two\n" + kTime + " three\n");
}

TEST(CriLog, SinceDropsEarlierRecords) {
  LogFormatter formatter(Timestamps::no);
  formatter.set_since(parse_rfc3339("2026-11-23T22:30:02Z"));
  LogFormatter::Output output;
  formatter.feed(log_of({"stdout F early"}) + "2026-11-23T22:30:02.5Z stdout F late\n", output);
  EXPECT_EQ(output.out, "late\n");
}

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp{}; }
};

class CriLogWriterTest : public ::testing::Test {
 protected:
  [[nodiscard]] CriLogWriter writer() const { return {open_log(folder_ / "log").value(), clock_}; }
  [[nodiscard]] std::string text() const { return linux::read_file(folder_ / "log").value(); }

  FixedClock clock_;
  const linux::TemporaryFolder folder_ = linux::TemporaryFolder::make().value();
};

TEST_F(CriLogWriterTest, WritesWholeLines) {
  CriLogWriter log = writer();
  ASSERT_TRUE(log.write(LogStream::out, "a\n\nb"));
  ASSERT_TRUE(log.write(LogStream::err, std::string_view("x\0\n", 3)));
  ASSERT_TRUE(log.write(LogStream::out, "c\nrest"));
  ASSERT_TRUE(log.finish());
  const std::string time = "1970-01-01T00:00:00.000000000Z ";
  EXPECT_EQ(text(), time + "stdout F a\n" + time + "stdout F \n" + time + "stderr F x" +
                        std::string(1, '\0') + "\n" + time + "stdout F bc\n" + time +
                        "stdout P rest\n");
}

TEST_F(CriLogWriterTest, SplitsLongLines) {
  const std::string line(2 * kLogRecordLimit + 5, 'x');
  CriLogWriter log = writer();
  ASSERT_TRUE(log.write(LogStream::out, line + "\n"));
  ASSERT_TRUE(log.write(LogStream::out, std::string(kLogRecordLimit, 'y') + "\n"));
  ASSERT_TRUE(log.finish());
  std::size_t longest = 0;
  std::string whole;
  std::string tags;
  for (std::string rest = text(); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const auto record = parse_log_record(std::string_view(rest).substr(0, end));
    ASSERT_TRUE(record);
    longest = std::max(longest, record->text.size());
    tags += record->partial ? 'P' : 'F';
    rest.erase(0, end + 1);
  }
  EXPECT_EQ(longest, kLogRecordLimit);
  EXPECT_EQ(tags, "PPFF");
  EXPECT_EQ(plain(text()), line + "\n" + std::string(kLogRecordLimit, 'y') + "\n");
}

}  // namespace
}  // namespace podsysctl::engine
