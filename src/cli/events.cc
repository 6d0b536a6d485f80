// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include "api/event_json.h"
#include "base/strings.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "linux/file.h"
#include "linux/file_watch.h"
#include "store/store.h"

namespace podsysctl::cli {
namespace {

using store::EventRecord;
using store::Store;

// The folder tells of every commit; this is for file systems that do not.
constexpr std::chrono::milliseconds kLookAnyway{2000};

struct Given {
  std::string name;
  std::string output = "text";
  std::string root;
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

// A recorded pod by any reference. Events outlive their pod, so a name that leads to none is looked
// for among the events, as NAME or NAMESPACE/NAME.
Result<std::optional<store::ObjectReference>> wanted_object(Store& state, const std::string& name) {
  if (name.empty()) {
    return std::optional<store::ObjectReference>();
  }
  const auto found = state.find_pod(name);
  if (found) {
    return std::optional(store::ObjectReference{"Pod", found->pod.namespace_, found->pod.name, ""});
  }
  if (found.error().code != Code::not_found) {
    return std::unexpected(found.error());
  }
  const std::size_t slash = name.find('/');
  const bool qualified = slash != std::string::npos;
  return std::optional(store::ObjectReference{"Pod", qualified ? name.substr(0, slash) : "default",
                                              qualified ? name.substr(slash + 1) : name, ""});
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
  PSYS_TRY_ASSIGN(std::optional<Store> state, Store::open_if_present(given.root));
  std::vector<EventRecord> events;
  if (state) {
    PSYS_TRY_ASSIGN(const auto about, wanted_object(*state, given.name));
    PSYS_TRY_ASSIGN(events, state->events({.about = about}));
  }
  if (!given.name.empty() && events.empty()) {
    return Error::of(Code::not_found, "there are no events of {}: podsysctl events lists all",
                     quoted(given.name));
  }
  print(text_of(events, given));
  return {};
}

// Ends by ^C, or when nobody reads any more.
Result<> watch(const Given& given) {
  PSYS_TRY_ASSIGN(Store state, Store::open(given.root));
  PSYS_TRY_ASSIGN(auto changes, linux::FolderWatch::open(given.root));
  PSYS_TRY_ASSIGN(const auto about, wanted_object(state, given.name));
  store::EventFilter filter{.after_id = 0, .about = about};
  std::int64_t counter = -1;
  for (;;) {
    PSYS_TRY_ASSIGN(const std::int64_t now, state.change_counter());
    if (std::exchange(counter, now) != now) {
      PSYS_TRY_ASSIGN(const auto events, state.events(filter));
      filter.after_id = events.empty() ? filter.after_id : events.back().id;
      print(text_of(events, given));
      if (!flush_output()) {
        return Error::of(Code::unavailable, "writing to standard output failed");
      }
    }
    PSYS_TRY(changes.wait(kLookAnyway));
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
  add_root_flag(events, given->root);
  events.action([given] {
    const Result<> shown = given->watch ? watch(*given) : show(*given);
    return shown ? kOk : report(shown.error());
  });
}

}  // namespace podsysctl::cli
