// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/crilog.h"

#include <fcntl.h>

#include "base/strings.h"
#include "engine/docker/json_log.h"
#include "linux/file.h"

namespace podsysctl::engine {
namespace {

std::size_t index_of(LogStream stream) { return static_cast<std::size_t>(stream); }

// The text up to the next blank, which is taken off as well.
std::string_view take_word(std::string_view& rest) {
  const std::size_t blank = rest.find(' ');
  const std::string_view word = rest.substr(0, blank);
  rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
  return word;
}

// In either format; the record lies in `line` or in `storage`.
std::optional<LogRecord> read_record(std::string_view line, JsonLogEntry& storage) {
  return line.starts_with('{') ? parse_json_log_record(line, storage) : parse_log_record(line);
}

}  // namespace

std::optional<LogRecord> parse_log_record(std::string_view line) {
  LogRecord record;
  record.time = take_word(line);
  const std::string_view stream = take_word(line);
  const std::string_view tags = take_word(line);
  if (record.time.size() < 20 || record.time[4] != '-' || record.time[10] != 'T' ||
      (stream != "stdout" && stream != "stderr")) {
    return std::nullopt;
  }
  // Further tags may follow the first with ':'.
  const std::string_view tag = tags.substr(0, tags.find(':'));
  if (tag != "P" && tag != "F") {
    return std::nullopt;
  }
  record.stream = stream == "stderr" ? LogStream::err : LogStream::out;
  record.partial = tag == "P";
  record.text = line;
  return record;
}

std::string_view log_tail(std::string_view log, std::size_t lines) {
  if (lines == 0) {
    return log.substr(log.size());
  }
  // From the end: a record whose line ended before it begins a line of its own. Streams may take
  // turns within a line; then the line counts with its last record.
  std::size_t end = log.ends_with('\n') ? log.size() - 1 : log.size();
  std::size_t found = 0;
  std::size_t first = log.size();
  while (end != 0 && end != std::string_view::npos) {
    const std::size_t newline = log.rfind('\n', end - 1);
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    JsonLogEntry storage;
    const auto record = read_record(log.substr(begin, end - begin), storage);
    if (record && !record->partial && ++found > lines) {
      return log.substr(first);
    }
    first = begin;
    if (begin == 0) {
      break;
    }
    end = newline;
  }
  return log.substr(first);
}

void LogFormatter::feed(std::string_view piece, Output& output) {
  rest_ += piece;
  std::size_t begin = 0;
  for (std::size_t end = rest_.find('\n'); end != std::string::npos;
       end = rest_.find('\n', begin)) {
    JsonLogEntry storage;
    const std::string_view line = std::string_view(rest_).substr(begin, end - begin);
    if (const auto record = read_record(line, storage)) {
      add(*record, output);
    }
    begin = end + 1;
  }
  rest_.erase(0, begin);
}

void LogFormatter::add(const LogRecord& record, Output& output) {
  // conmon notes local time, with its offset.
  if (since_ && parse_rfc3339(record.time).value_or(Timestamp{}) < *since_) {
    return;
  }
  std::string& to = record.stream == LogStream::err ? output.err : output.out;
  bool& middle = middle_of_line_[index_of(record.stream)];
  if (timestamps_ == Timestamps::yes && !middle) {
    to += record.time;
    to += ' ';
  }
  to += record.text;
  if (!record.partial) {
    to += '\n';
  }
  middle = record.partial;
}

void CriLogWriter::append(std::string& records, LogStream stream, std::string_view text,
                          char tag) const {
  records += fmt::format("{} {} {} {}\n", to_rfc3339_nano(clock_.now()),
                         stream == LogStream::err ? "stderr" : "stdout", tag, text);
}

Result<> CriLogWriter::write(LogStream stream, std::string_view data) {
  const std::scoped_lock lock(mutex_);
  std::string& rest = rest_[index_of(stream)];
  std::string records;
  while (!data.empty()) {
    const std::size_t newline = data.find('\n');
    const std::size_t room = kLogRecordLimit - rest.size();
    if (newline != std::string_view::npos && newline <= room) {
      rest += data.substr(0, newline);
      data.remove_prefix(newline + 1);
      append(records, stream, rest, 'F');
      rest.clear();
    } else if (data.size() <= room) {
      rest += data;
      data = {};
    } else {
      rest += data.substr(0, room);
      data.remove_prefix(room);
      append(records, stream, rest, 'P');
      rest.clear();
    }
  }
  return records.empty() ? Result<>() : linux::write_all(file_.ref(), records, "the log");
}

Result<> CriLogWriter::finish() {
  const std::scoped_lock lock(mutex_);
  std::string records;
  for (const LogStream stream : {LogStream::out, LogStream::err}) {
    std::string& rest = rest_[index_of(stream)];
    if (!rest.empty()) {
      append(records, stream, rest, 'P');
      rest.clear();
    }
  }
  return records.empty() ? Result<>() : linux::write_all(file_.ref(), records, "the log");
}

Result<linux::Fd> open_log(const std::string& path) {
  return linux::open_file(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

}  // namespace podsysctl::engine
