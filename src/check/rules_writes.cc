// SPDX-License-Identifier: Apache-2.0
// 401 … 406 (404 apart): containers that write sysctls by themselves, as the recogniser of shell
// commands reads them: which of the writes the pod's field could make, and which change the node.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/strings.h"
#include "check/subject.h"
#include "shell/recognise.h"
#include "sysctl/predict.h"
#include "sysctl/scope.h"
#include "yaml/scalar.h"

namespace podsysctl::check {
namespace {

using policy::NamespaceMode;
using sysctl::Scope;
using sysctl::Settability;

constexpr std::size_t kListed = 6;  // writes that a message names

struct Command {
  std::vector<std::string> argv;
  std::vector<const yaml::Node*> nodes;  // of each element
  std::string path;
};

void append_words(const yaml::Node* list, Command& command) {
  if (list == nullptr || list->kind != yaml::Kind::sequence) {
    return;
  }
  for (const yaml::Node* const item : list->items) {
    if (item->kind == yaml::Kind::scalar) {
      command.argv.emplace_back(item->text);
      command.nodes.push_back(item);
    }
  }
}

// Few commands are about sysctls: the others need no shell parser.
bool may_write(const Command& command) {
  return std::ranges::any_of(command.argv, [](const std::string& word) {
    return word.find("sysctl") != std::string::npos || word.find("/proc") != std::string::npos ||
           word.find("proc/sys") != std::string::npos;
  });
}

shell::Variables variables_of(const yaml::Node* container) {
  shell::Variables variables;
  const yaml::Node* const env = field_of(container, "env");
  if (env == nullptr || env->kind != yaml::Kind::sequence) {
    return variables;
  }
  for (const yaml::Node* const item : env->items) {
    const std::string_view name = string_of(field_of(item, "name"));
    if (!name.empty()) {
      const yaml::Node* const from = field_of(item, "valueFrom");
      variables.insert_or_assign(
          std::string(name), from != nullptr
                                 ? std::nullopt
                                 : std::optional(std::string(string_of(field_of(item, "value")))));
    }
  }
  return variables;
}

class ContainerWrites {
 public:
  ContainerWrites(const Subject& subject, const Container& container)
      : subject_(subject), container_(container) {}

  void run() {
    Command main{.path = container_.path + ".command"};
    append_words(field_of(container_.node, "command"), main);
    if (main.argv.empty()) {
      main.path = container_.path + ".args";
    }
    append_words(field_of(container_.node, "args"), main);
    judge(main);
    for (const std::string_view hook : {"postStart", "preStop"}) {
      Command command{.path = fmt::format("{}.lifecycle.{}.exec.command", container_.path, hook)};
      const yaml::Node* const handler = field_of(field_of(container_.node, "lifecycle"), hook);
      append_words(field_of(field_of(handler, "exec"), "command"), command);
      judge(command);
    }
  }

 private:
  // One kind of writes of one command: a single finding.
  struct Group {
    std::vector<std::string> texts;
    std::vector<std::string> fields;  // as the pod's field has them
    const shell::Write* first = nullptr;
  };

  void judge(const Command& command) {
    if (command.argv.empty() || !may_write(command)) {
      return;
    }
    const shell::Recognition found = shell::recognise(command.argv, variables_of(container_.node));
    Group pod;
    Group node;
    Group unclear;
    for (const shell::Write& write : found.writes) {
      add(command, write, pod, node, unclear);
    }
    if (!may_write_proc_sys()) {
      report_unprivileged(command, pod, node, unclear);
      return;
    }
    report_pod(command, pod);
    report_node(command, node);
    if (unclear.first != nullptr) {
      subject_.sink.add(
          Rule::write_not_understood, place(command, unclear),
          fmt::format("{} writes sysctls that cannot be told from its command: {}", who(),
                      listed(unclear.texts)),
          "write them as sysctl -w KEY=VALUE, or set them in spec.securityContext.sysctls");
    }
  }

  bool is_absent(const std::string& name) const {
    const KeyFacts& facts = subject_.keys.of(name);
    return facts.entry != nullptr && facts.settability == Settability::absent;
  }

  // Neither the field nor the command can set it.
  void report_absent(const Command& command, const shell::Write& write,
                     const std::string& name) const {
    const sysctl::Entry& entry = *subject_.keys.of(name).entry;
    const Kernel& kernel = subject_.context.kernel;
    if (!write.certain) {
      return;  // tried, and done without where it fails
    }
    subject_.sink.add(
        sysctl::reached(entry.removed, kernel.upstream) ? Rule::removed : Rule::kernel_too_old,
        {node_of(command, write).at, command.path, write.key},
        fmt::format("{} writes {}, which kernel {} does not have: the write fails", who(), name,
                    kernel.release),
        entry.instead.empty() ? "remove it" : plain_end(entry.instead));
  }

  void add(const Command& command, const shell::Write& write, Group& pod, Group& node,
           Group& unclear) const {
    const auto key = write.key_known ? sysctl::SysctlKey::parse(write.key)
                                     : Result<sysctl::SysctlKey>(Error::of(Code::not_found, "?"));
    if (!key) {
      put(unclear, write, write.key.empty() ? std::string(to_string(write.means)) : write.key, "");
      return;
    }
    const std::string& name = key->name();
    if (is_absent(name)) {
      report_absent(command, write, name);
      return;
    }
    const std::string text = write.value ? fmt::format("{}={}", name, *write.value) : name;
    const std::string field =
        fmt::format("{{name: {}, value: \"{}\"}}", name, write.value.value_or("…"));
    put(reaches_node(*key, write) ? node : pod, write, text, field);
  }

  static void put(Group& group, const shell::Write& write, std::string text, std::string field) {
    group.first = group.first == nullptr ? &write : group.first;
    group.texts.push_back(std::move(text));
    group.fields.push_back(std::move(field));
  }

  bool reaches_node(const sysctl::SysctlKey& key, const shell::Write& write) const {
    const Scope scope = sysctl::scope_of(key);
    const policy::HostNamespaces& host = subject_.workload.host;
    if ((scope == Scope::net && (host.net == NamespaceMode::host || write.entered_net)) ||
        (scope == Scope::ipc && (host.ipc == NamespaceMode::host || write.entered_ipc))) {
      return true;
    }
    const KeyFacts& facts = subject_.keys.of(key.name());
    if (facts.entry == nullptr) {
      return scope != Scope::net && scope != Scope::ipc;
    }
    return facts.settability == Settability::node_only ||
           facts.settability == Settability::pod_read_only ||
           facts.settability == Settability::leaky;
  }

  // /proc/sys is read-only in a container, unless it is privileged or says otherwise.
  bool may_write_proc_sys() const {
    const yaml::Node* const security = field_of(container_.node, "securityContext");
    return container_.privileged || string_of(field_of(security, "procMount")) == "Unmasked" ||
           mounts_host();
  }

  bool mounts_host() const {
    const yaml::Node* const volumes = field_of(subject_.workload.spec, "volumes");
    if (volumes == nullptr || volumes->kind != yaml::Kind::sequence) {
      return false;
    }
    return std::ranges::any_of(volumes->items, [](const yaml::Node* volume) {
      const std::string_view path = string_of(field_of(field_of(volume, "hostPath"), "path"));
      return path == "/" || path.starts_with("/proc");
    });
  }

  std::string who() const {
    const std::string name = in_quotes(string_of(field_of(container_.node, "name")));
    switch (container_.role) {
      case Container::Role::init:
        return "init container " + name;
      case Container::Role::sidecar:
        return "sidecar " + name;
      case Container::Role::regular:
        break;
    }
    return "container " + name;
  }

  static std::string listed(const std::vector<std::string>& texts) {
    std::vector<std::string> shown(
        texts.begin(),
        texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), kListed)));
    if (texts.size() > kListed) {
      shown.push_back(fmt::format("and {} more", texts.size() - kListed));
    }
    return join(shown, ", ");
  }

  static const yaml::Node& node_of(const Command& command, const shell::Write& write) {
    return *command.nodes[std::min(write.at.element, command.nodes.size() - 1)];
  }

  static Place place(const Command& command, const Group& group) {
    return {node_of(command, *group.first).at, command.path, group.first->key};
  }

  void report_unprivileged(const Command& command, const Group& pod, const Group& node,
                           const Group& unclear) const {
    const Group& first = pod.first != nullptr ? pod : (node.first != nullptr ? node : unclear);
    if (first.first == nullptr) {
      return;
    }
    std::vector<std::string> all = pod.texts;
    std::ranges::copy(node.texts, std::back_inserter(all));
    std::ranges::copy(unclear.texts, std::back_inserter(all));
    subject_.sink.add(
        Rule::unprivileged_write, place(command, first),
        fmt::format("{} is not privileged, /proc/sys is read-only in it: it cannot write {}", who(),
                    listed(all)),
        pod.first != nullptr ? fmt::format("set it in {}.securityContext.sysctls: [{}]",
                                           subject_.workload.spec_path, listed(pod.fields))
                             : "set it on the node, and remove the command");
  }

  void report_pod(const Command& command, const Group& group) const {
    if (group.first == nullptr) {
      return;
    }
    const Rule rule = container_.role == Container::Role::init ? Rule::init_writes_pod
                                                               : Rule::container_writes_pod;
    subject_.sink.add(
        rule, place(command, group),
        fmt::format(
            "{} is privileged to write {}: these are the pod's own, which need no privilege", who(),
            listed(group.texts)),
        fmt::format("write {}.securityContext.sysctls: [{}]; podsysctl migrate does it",
                    subject_.workload.spec_path, listed(group.fields)));
  }

  void report_node(const Command& command, const Group& group) const {
    if (group.first == nullptr) {
      return;
    }
    subject_.sink.add(Rule::writes_node, place(command, group),
                      fmt::format("{} writes {} on the node, for all of its pods and until it is "
                                  "restarted",
                                  who(), listed(group.texts)),
                      "set it with the node: /etc/sysctl.d, or what configures your nodes");
  }

  const Subject& subject_;
  const Container& container_;
};

}  // namespace

void check_writes(Subject& subject) {
  for (const Container& container : subject.workload.containers) {
    if (container.node->kind == yaml::Kind::mapping) {
      ContainerWrites(subject, container).run();
    }
  }
}

}  // namespace podsysctl::check
