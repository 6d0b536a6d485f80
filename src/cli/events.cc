// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "api/event_json.h"
#include "base/strings.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/sources.h"
#include "cli/verbs.h"
#include "linux/wait.h"

namespace podsysctl::cli {
namespace {

using store::EventRecord;

// The folder tells of every commit; this is for file systems that do not.
constexpr std::chrono::milliseconds kLookAnyway{2000};

struct Given {
  std::string name;
  std::string output = "text";
  SourceFlags source;
  bool watch = false;
};

std::string object_of(const EventRecord& event) {
  return fmt::format("{}/{}/{}", event.object.kind, event.object.namespace_, event.object.name);
}

std::string last_seen(const EventRecord& event, Timestamp now) {
  const std::string last = age(event.last_seen, now);
  return event.count == 1
             ? last
             : fmt::format("{} (x{} over {})", last, event.count, age(event.first_seen, now));
}

std::string table_of(const std::vector<EventRecord>& events, Timestamp now) {
  Table table({"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"});
  for (const EventRecord& event : events) {
    const Colour colour = event.type == store::EventType::warning ? Colour::yellow : Colour::none;
    table.add({{last_seen(event, now)},
               {std::string(to_string(event.type)), colour},
               {event.reason},
               {object_of(event)},
               {event.message}});
  }
  return table.text(colours_wanted() ? Table::Colours::on : Table::Colours::off);
}

// Without a table: what comes later cannot be aligned with what was printed.
std::string line_of(const EventRecord& event) {
  return fmt::format("{}  {}  {}  {}  {}\n", to_rfc3339(event.last_seen), to_string(event.type),
                     printable(event.reason), printable(object_of(event)),
                     printable(event.message));
}

std::string text_of(const std::vector<EventRecord>& events, const Given& given) {
  if (given.output == "text" && !given.watch) {
    return table_of(events, SystemClock().now());
  }
  std::string text;
  for (const EventRecord& event : events) {
    text += given.output == "json" ? api::event_json(event) : line_of(event);
  }
  return text;
}

Result<> show(const Given& given) {
  PSYS_TRY_ASSIGN(const auto source, RecordSource::open(given.source));
  PSYS_TRY_ASSIGN(const auto events, source->records().events({.pod = given.name}));
  if (!given.name.empty() && events.empty()) {
    return Error::of(Code::not_found, "there are no events of {}: podsysctl events lists all",
                     in_quotes(given.name));
  }
  print(text_of(events, given));
  return {};
}

// False once a stream has ended while there are others.
Result<bool> pass_on(api::EventStream& stream, std::size_t streams, const Given& given) {
  const auto events = stream.next();
  if (!events && streams > 1) {
    complain(events.error().message);
    return false;
  }
  if (!events) {
    return std::unexpected(events.error());
  }
  print(text_of(*events, given));
  if (!flush_output()) {
    return Error::of(Code::unavailable, "writing to standard output failed");
  }
  return true;
}

// Ends by ^C, or when nobody reads any more.
Result<> watch(const Given& given) {
  PSYS_TRY_ASSIGN(const auto source, RecordSource::open(given.source, RecordSource::Use::follow));
  PSYS_TRY_ASSIGN(api::EventStreams streams, source->follow({.pod = given.name}));
  for (;;) {
    for (std::size_t at = 0; at < streams.size();) {
      PSYS_TRY_ASSIGN(const bool goes_on, pass_on(*streams[at], streams.size(), given));
      if (goes_on) {
        ++at;
      } else {
        streams.erase(streams.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
    std::vector<linux::FdRef> fds;
    for (const auto& stream : streams) {
      fds.push_back(stream->fd());
    }
    PSYS_TRY(linux::wait_for_any({}, fds, kLookAnyway));
  }
}

}  // namespace

void add_events(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& events = app.command("events", "Show what happened to pods");
  events.argument("NAME", Need::optional, given->name).completed_with(Completes::pods);
  events.flag("w,watch", "Go on as more happens, until ^C", given->watch);
  events.choice("o,output", {"text", "json"}, "Form of the output; json is one object a line",
                given->output);
  add_source_flags(events, given->source);
  events.action([given] {
    const Result<> shown = given->watch ? watch(*given) : show(*given);
    return shown ? kOk : report(shown.error());
  });
}

}  // namespace podsysctl::cli
