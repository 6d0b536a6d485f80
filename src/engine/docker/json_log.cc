// SPDX-License-Identifier: Apache-2.0
#include "engine/docker/json_log.h"

#include <nlohmann/json.hpp>

#include "json/cursor.h"
#include "json/json.h"

namespace podsysctl::engine {
namespace {

// The driver cuts text after 16 KiB, of which each byte may be escaped.
constexpr json::Limits kLimits{.bytes = std::size_t{1} << 18U, .depth = 4, .values = 64};

}  // namespace

std::optional<LogRecord> parse_json_log_record(std::string_view line, JsonLogEntry& storage) {
  const Result<json::Value> tree = json::parse(line, "log", kLimits);
  if (!tree || !tree->is_object()) {
    return std::nullopt;
  }
  const auto text = tree->find("log");
  const auto stream = tree->find("stream");
  const auto time = tree->find("time");
  // Not by a cursor: a container may write NUL.
  if (text == tree->end() || !text->is_string() || stream == tree->end() || time == tree->end() ||
      !time->is_string() || (*stream != "stdout" && *stream != "stderr")) {
    return std::nullopt;
  }
  storage.text = text->get_ref<const std::string&>();
  storage.time = time->get_ref<const std::string&>();
  LogRecord record{.time = storage.time,
                   .stream = *stream == "stderr" ? LogStream::err : LogStream::out,
                   .partial = !storage.text.ends_with('\n'),
                   .text = storage.text};
  if (!record.partial) {
    record.text.remove_suffix(1);
  }
  return record;
}

}  // namespace podsysctl::engine
