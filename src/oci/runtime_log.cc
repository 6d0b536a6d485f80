// SPDX-License-Identifier: Apache-2.0
#include "oci/runtime_log.h"

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "json/json.h"
#include "linux/file.h"

namespace podsysctl::oci {
namespace {

constexpr mode_t kMode = 0644;

std::string_view name_of(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

}  // namespace

std::string log_line(std::string_view format, Severity severity, std::string_view message,
                     Timestamp now) {
  const std::string time = to_rfc3339(now);
  if (format == "json") {
    return json::dump({{"level", name_of(severity)}, {"msg", message}, {"time", time}}) + "\n";
  }
  return fmt::format("time=\"{}\" level={} msg={}\n", time, name_of(severity),
                     json::dump(json::Value(message)));
}

Result<bool> append_to_log(std::string_view log, std::string_view line) {
  constexpr std::string_view kFile = "file:";
  if (log.starts_with(kFile)) {
    log.remove_prefix(kFile.size());
  }
  if (log.empty() || log.starts_with("journald:") || log.starts_with("syslog:")) {
    return false;
  }
  const std::string path(log);
  PSYS_TRY_ASSIGN(const linux::Fd fd, linux::open_file(path, O_WRONLY | O_CREAT | O_APPEND, kMode));
  PSYS_TRY(linux::write_all(fd.ref(), line, path));
  return true;
}

}  // namespace podsysctl::oci
