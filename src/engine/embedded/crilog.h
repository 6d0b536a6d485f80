// SPDX-License-Identifier: Apache-2.0
// Container logs in the format of the Container Runtime Interface, one record a line:
//   2026-11-23T22:30:01.123456789Z stdout F text
// P marks a part of a line that goes on in the next record of the same stream, F its end. Text may
// be any bytes. A record carries at most 16 KiB of text. Readers take docker's json-file format
// too. Thread-safety: values; a CriLogWriter may be used from several threads.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "linux/fd.h"

namespace podsysctl::engine {

enum class LogStream : std::uint8_t { out, err };

inline constexpr std::size_t kLogRecordLimit = 16384;

struct LogRecord {
  std::string_view time;
  LogStream stream = LogStream::out;
  bool partial = false;
  std::string_view text;
};
// One line without its newline; nothing if it is no record.
[[nodiscard]] std::optional<LogRecord> parse_log_record(std::string_view line);

// The last `lines` whole lines of a log text, ready to be parsed: from the first record of the
// first wanted line on. A partial record is no end of a line.
[[nodiscard]] std::string_view log_tail(std::string_view log, std::size_t lines);

// Turns log text that comes in pieces of any size into what the container wrote. With timestamps,
// each line begins with its time.
enum class Timestamps : std::uint8_t { no, yes };
class LogFormatter {
 public:
  explicit LogFormatter(Timestamps timestamps) : timestamps_(timestamps) {}
  struct Output {
    std::string out;
    std::string err;
  };
  // Records from `since` on; lines that are no records are dropped.
  void set_since(std::optional<Timestamp> since) { since_ = since; }
  // Appends to `output`; keeps an unfinished last record for the next call.
  void feed(std::string_view piece, Output& output);

 private:
  void add(const LogRecord& record, Output& output);

  Timestamps timestamps_;
  std::optional<Timestamp> since_;
  std::string rest_;
  bool middle_of_line_[2] = {false, false};
};

// Writes what a container in the foreground says. Lines are kept until they end, or until they are
// as long as a record may be.
class CriLogWriter {
 public:
  CriLogWriter(linux::Fd file, const Clock& clock) : file_(std::move(file)), clock_(clock) {}
  [[nodiscard]] Result<> write(LogStream stream, std::string_view data);
  // What is left without a newline, as partial records; call it when the stream has ended.
  [[nodiscard]] Result<> finish();

 private:
  void append(std::string& records, LogStream stream, std::string_view text, char tag) const;

  std::mutex mutex_;
  linux::Fd file_;
  const Clock& clock_;
  std::string rest_[2];
};

// Opens a log for appending, readable for its owner only.
[[nodiscard]] Result<linux::Fd> open_log(const std::string& path);

}  // namespace podsysctl::engine
