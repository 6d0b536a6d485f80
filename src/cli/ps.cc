// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "base/strings.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/sources.h"
#include "cli/verbs.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kShortId = 12;
constexpr std::size_t kShortText = 40;

struct Given {
  std::string output = "text";
  SourceFlags source;
  bool all = false;
  bool quiet = false;
  bool whole = false;  // --no-trunc
};

Result<std::vector<api::ListedPod>> listed_pods(const Given& given) {
  PSYS_TRY_ASSIGN(const auto source, RecordSource::open(given.source));
  return source->records().pods(given.all ? api::Ended::shown : api::Ended::left_out);
}

std::string shortened(const std::string& text, std::size_t limit, const Given& given) {
  if (given.whole || text.size() <= limit) {
    return text;
  }
  return text.substr(0, limit - 1) + "…";
}

std::string id_of(const std::string& id, const Given& given) {
  return given.whole ? id : id.substr(0, kShortId);
}

std::string ports_of(const store::PodRecord& pod) {
  std::vector<std::string> ports;
  ports.reserve(pod.host_ports.size());
  for (const store::HostPort& port : pod.host_ports) {
    ports.push_back(fmt::format("{}{}->{}/{}", port.host_ip.empty() ? "" : port.host_ip + ":",
                                port.host_port, port.container_port, port.protocol));
  }
  return join(ports, ", ");
}

Table::Cell phase_cell(const store::PodRecord& pod) {
  std::string text(to_string(pod.phase));
  if (!pod.reason.empty()) {
    text += " (" + pod.reason + ")";
  }
  switch (pod.phase) {
    case store::PodPhase::running:
      return {text, Colour::green};
    case store::PodPhase::failed:
      return {text, Colour::red};
    case store::PodPhase::pending:
    case store::PodPhase::unknown:
      return {text, Colour::yellow};
    case store::PodPhase::succeeded:
      break;
  }
  return {text};
}

std::string table_of(const std::vector<api::ListedPod>& pods, const Given& given, Timestamp now) {
  const bool wide = given.output == "wide";
  std::vector<std::string> header = {"NAME", "NAMESPACE", "PHASE", "AGE", "IMAGE", "PORTS"};
  if (wide) {
    header.insert(header.end(), {"UID", "SANDBOX", "ENGINE", "RUNTIME"});
  }
  Table table(std::move(header));
  for (const api::ListedPod& listed : pods) {
    const store::PodRecord& pod = listed.pod;
    std::vector<Table::Cell> row = {{pod.name},
                                    {pod.namespace_},
                                    phase_cell(pod),
                                    {age(pod.created, now)},
                                    {shortened(join(listed.images, ","), kShortText, given)},
                                    {ports_of(pod)}};
    if (wide) {
      const std::string& sandbox = pod.runtime_id.empty() ? pod.sandbox_id : pod.runtime_id;
      row.insert(row.end(),
                 {{id_of(pod.uid, given)}, {id_of(sandbox, given)}, {pod.engine}, {pod.runtime}});
    }
    table.add(std::move(row));
  }
  return table.text(colours_wanted() ? Table::Colours::on : Table::Colours::off);
}

std::string names_of(const std::vector<api::ListedPod>& pods) {
  std::string names;
  for (const api::ListedPod& listed : pods) {
    const store::PodRecord& pod = listed.pod;
    names += pod.namespace_ == "default" ? pod.name : pod.namespace_ + "/" + pod.name;
    names += '\n';
  }
  return names;
}

int list_pods(const Given& given) {
  const auto pods = listed_pods(given);
  if (!pods) {
    return report(pods.error());
  }
  if (given.quiet) {
    print(names_of(*pods));
  } else if (given.output == "json") {
    print(api::list_json(*pods));
  } else {
    print(table_of(*pods, given, SystemClock().now()));
  }
  return kOk;
}

}  // namespace

void add_ps(Command& app) {
  const auto given = std::make_shared<Given>();
  Command& ps = app.command("ps", "List pods");
  ps.flag("a,all", "Ended ones too", given->all);
  ps.flag("q,quiet", "Names only", given->quiet);
  ps.choice("o,output", {"text", "wide", "json"}, "Form of the output", given->output);
  ps.flag("no-trunc", "Do not shorten ids and images", given->whole);
  add_source_flags(ps, given->source);
  ps.action([given] { return list_pods(*given); });
}

}  // namespace podsysctl::cli
