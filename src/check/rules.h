// SPDX-License-Identifier: Apache-2.0
// The rules of `podsysctl check`: number, default severity and one line of text each. Numbers never
// change their meaning. 0xx reading, 1xx Kubernetes, 2xx kernel, 3xx values, 4xx migration, 5xx
// advice, 6xx the agent's annotations and policies. docs/rules.md has a section on each, with a
// wrong and a right example. Severities: what makes the pod fail or the node break is an error,
// what is likely wrong a warning, advice an info. Thread-safety: constant data and pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podsysctl::check {

enum class Severity : std::uint8_t { off, info, warning, error };

[[nodiscard]] std::string_view to_string(Severity severity) noexcept;
[[nodiscard]] std::optional<Severity> severity_from_string(std::string_view text) noexcept;

enum class Rule : std::uint16_t {
  unreadable = 1,
  bad_suppression = 2,

  not_allowlisted = 101,
  invalid_name = 102,
  duplicate_name = 103,
  two_spellings = 104,
  host_namespace = 105,
  windows_pod = 106,
  pod_security = 107,
  annotation_malformed = 108,
  annotation_ignored = 109,
  slash_too_early = 110,
  bad_pattern = 111,
  pattern_stops_1_29 = 112,
  bad_default_sysctl = 113,
  field_too_new = 114,
  misplaced_sysctls = 115,
  malformed_entry = 116,

  node_only = 201,
  read_only_in_pod = 202,
  kernel_too_old = 203,
  not_namespaced_yet = 204,
  removed = 205,
  leaky = 206,
  interface_key = 207,
  dotted_interface = 208,
  unknown_key = 209,
  needs_module = 210,
  own_kernel = 211,

  wrong_type = 301,
  out_of_range = 302,
  vector_length = 303,
  vector_order = 304,
  empty_value = 305,
  unquoted_value = 306,
  value_changed_by_yaml = 307,
  unsatisfiable = 308,
  order_dependent = 309,

  init_writes_pod = 401,
  writes_node = 402,
  unprivileged_write = 403,
  nested_init_containers = 404,
  container_writes_pod = 405,
  write_not_understood = 406,

  backlog_smaller = 501,
  keepalive_too_long = 502,
  fin_timeout_myth = 503,
  pins_memory = 504,
  endless_recreation = 505,
  folklore = 506,
  outside_sensible_range = 507,

  agent_annotation_malformed = 601,
  not_granted = 602,
};

struct RuleInfo {
  Rule rule;
  Severity severity;
  std::string_view name;  // for SARIF: "not-allowlisted"
  std::string_view text;  // one line
};

// In the order of their numbers.
inline constexpr auto kRules = std::to_array<RuleInfo>({
    {Rule::unreadable, Severity::error, "unreadable",
     "the document cannot be read as YAML or JSON"},
    {Rule::bad_suppression, Severity::warning, "bad-suppression",
     "a suppression names no rule, or gives no reason"},

    {Rule::not_allowlisted, Severity::error, "not-allowlisted",
     "the kubelet's allowlist does not hold the sysctl"},
    {Rule::invalid_name, Severity::error, "invalid-name", "the API server takes no such name"},
    {Rule::duplicate_name, Severity::error, "duplicate-name",
     "the API server refuses a name that stands twice"},
    {Rule::two_spellings, Severity::warning, "two-spellings",
     "one sysctl is given in two spellings: only one of the values counts"},
    {Rule::host_namespace, Severity::error, "host-namespace",
     "the pod shares the host's namespace that owns the sysctl"},
    {Rule::windows_pod, Severity::error, "windows-pod", "a Windows pod has no sysctls"},
    {Rule::pod_security, Severity::error, "pod-security",
     "the Pod Security level forbids the sysctl"},
    {Rule::annotation_malformed, Severity::error, "annotation-malformed",
     "the alpha annotation does not parse"},
    {Rule::annotation_ignored, Severity::warning, "annotation-ignored",
     "the alpha annotation has no effect since Kubernetes 1.11"},
    {Rule::slash_too_early, Severity::error, "slash-too-early",
     "this Kubernetes takes no '/' in names yet"},
    {Rule::bad_pattern, Severity::error, "bad-pattern",
     "the kubelet does not start with such an allowlist"},
    {Rule::pattern_stops_1_29, Severity::warning, "pattern-stops-1-29",
     "a kubelet of Kubernetes 1.29 or later does not start with this pattern"},
    {Rule::bad_default_sysctl, Severity::error, "bad-default-sysctl",
     "defaultPodSysctls holds what the kubelet does not take or no pod can have"},
    {Rule::field_too_new, Severity::warning, "field-too-new",
     "this Kubernetes does not know spec.securityContext.sysctls"},
    {Rule::misplaced_sysctls, Severity::error, "misplaced-sysctls",
     "sysctls stand where Kubernetes does not look for them"},
    {Rule::malformed_entry, Severity::error, "malformed-entry",
     "an entry of sysctls does not have the form of one"},

    {Rule::node_only, Severity::error, "node-only",
     "the sysctl belongs to the node, no pod has its own"},
    {Rule::read_only_in_pod, Severity::error, "read-only-in-pod",
     "a pod sees the sysctl and cannot write it"},
    {Rule::kernel_too_old, Severity::error, "kernel-too-old",
     "this kernel does not have the sysctl yet"},
    {Rule::not_namespaced_yet, Severity::error, "not-namespaced-yet",
     "on this kernel the sysctl is still the node's"},
    {Rule::removed, Severity::error, "removed", "this kernel no longer has the sysctl"},
    {Rule::leaky, Severity::error, "leaky", "on this kernel a write in a pod reaches the host"},
    {Rule::interface_key, Severity::warning, "interface-key",
     "the sysctl of an interface cannot be set by every runtime"},
    {Rule::dotted_interface, Severity::error, "dotted-interface",
     "runtimes cannot set the sysctl of an interface with a dot in its name"},
    {Rule::unknown_key, Severity::warning, "unknown-key",
     "no kernel is known to have such a sysctl"},
    {Rule::needs_module, Severity::info, "needs-module",
     "the sysctl exists only with a kernel module or option"},
    {Rule::own_kernel, Severity::info, "own-kernel",
     "the pod's runtime class may bring a kernel of its own"},

    {Rule::wrong_type, Severity::error, "wrong-type", "the value does not have the sysctl's form"},
    {Rule::out_of_range, Severity::error, "out-of-range",
     "the value is outside the sysctl's range"},
    {Rule::vector_length, Severity::error, "vector-length",
     "the value has too few or too many numbers"},
    {Rule::vector_order, Severity::error, "vector-order", "the numbers must not decrease"},
    {Rule::empty_value, Severity::error, "empty-value",
     "an empty value changes nothing, without a word"},
    {Rule::unquoted_value, Severity::error, "unquoted-value",
     "the value is a number, and the API server takes a string only"},
    {Rule::value_changed_by_yaml, Severity::error, "value-changed-by-yaml",
     "without quotes YAML makes another value of the text"},
    {Rule::unsatisfiable, Severity::error, "unsatisfiable",
     "two of the values can never hold together"},
    {Rule::order_dependent, Severity::warning, "order-dependent",
     "the outcome depends on the order of writes, which runtimes leave to chance"},

    {Rule::init_writes_pod, Severity::warning, "init-writes-pod",
     "a privileged init container writes what the pod's own field can set"},
    {Rule::writes_node, Severity::warning, "writes-node",
     "a container writes sysctls of the node, for all of its pods"},
    {Rule::unprivileged_write, Severity::error, "unprivileged-write",
     "a container that is not privileged cannot write sysctls"},
    {Rule::nested_init_containers, Severity::error, "nested-init-containers",
     "initContainers stand inside a container: Kubernetes ignores them"},
    {Rule::container_writes_pod, Severity::warning, "container-writes-pod",
     "a privileged container writes what the pod's own field can set"},
    {Rule::write_not_understood, Severity::info, "write-not-understood",
     "a container writes sysctls that cannot be told from its command"},

    {Rule::backlog_smaller, Severity::info, "backlog-smaller",
     "somaxconn is above the backlog that the application asks for"},
    {Rule::keepalive_too_long, Severity::info, "keepalive-too-long",
     "the keepalive time is not below the usual load balancers' idle time-outs"},
    {Rule::fin_timeout_myth, Severity::info, "fin-timeout-myth",
     "tcp_fin_timeout does not shorten TIME_WAIT"},
    {Rule::pins_memory, Severity::warning, "pins-memory",
     "the setting lets a pod pin much of its memory limit, or more"},
    {Rule::endless_recreation, Severity::warning, "endless-recreation",
     "the controller replaces rejected pods without end"},
    {Rule::folklore, Severity::info, "folklore", "the setting does not do what it is known for"},
    {Rule::outside_sensible_range, Severity::info, "outside-sensible-range",
     "the value is legal and unusual"},

    {Rule::agent_annotation_malformed, Severity::error, "agent-annotation-malformed",
     "the annotation for the agent does not parse"},
    {Rule::not_granted, Severity::error, "not-granted",
     "the policies do not grant what the pod's annotations ask for"},
});

// Where the rule stands in kRules.
[[nodiscard]] std::size_t index_of(Rule rule) noexcept;
[[nodiscard]] const RuleInfo& info_of(Rule rule) noexcept;

// "PSC101"
[[nodiscard]] std::string id_of(Rule rule);
[[nodiscard]] std::optional<Rule> rule_from_id(std::string_view id) noexcept;

// What each rule counts as, by index in kRules.
using Severities = std::array<Severity, kRules.size()>;
[[nodiscard]] Severities default_severities() noexcept;

}  // namespace podsysctl::check
