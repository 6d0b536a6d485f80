// SPDX-License-Identifier: Apache-2.0
#include "check/context_builder.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/strings.h"
#include "check/kubelet_config.h"
#include "check/kubelet_drop_in.h"
#include "check/policy_file.h"
#include "linux/file.h"
#include "rules/file_reader.h"

namespace podsysctl::check {
namespace {

constexpr std::string_view kHost = "host";

Result<Kernel> kernel_from(const std::string& text) {
  if (text != kHost) {
    return Kernel::parse(text.empty() ? kAssumedKernel : text);
  }
  utsname host{};
  if (::uname(&host) != 0) {
    return Error::from_errno(errno, "ask for this kernel's release");
  }
  return Kernel::parse(host.release, host.version);
}

Result<Rule> parse_rule(std::string_view id) {
  if (const auto rule = rule_from_id(id)) {
    return *rule;
  }
  return Error::of(Code::invalid_argument, "{} is no rule; a rule is written like PSC101",
                   in_quotes(id));
}

Result<> apply_flags(const ContextOptions& options, Severities& severities) {
  for (const std::string& list : options.disabled) {
    for (const std::string_view id : split(list, ',')) {
      PSYS_TRY_ASSIGN(const Rule rule, parse_rule(id));
      severities.at(index_of(rule)) = Severity::off;
    }
  }
  for (const std::string& text : options.severities) {
    const std::size_t equals = text.find('=');
    PSYS_TRY_ASSIGN(const Rule rule, parse_rule(std::string_view(text).substr(0, equals)));
    const auto severity = equals == std::string::npos
                              ? std::nullopt
                              : severity_from_string(std::string_view(text).substr(equals + 1));
    if (!severity) {
      return Error::of(Code::invalid_argument, "{} is not of the form RULE=off|info|warning|error",
                       in_quotes(text));
    }
    severities.at(index_of(rule)) = *severity;
  }
  return {};
}

const std::string& either(const std::string& flag, const std::string& file) {
  return flag.empty() ? file : flag;
}

class Builder {
 public:
  explicit Builder(const ContextOptions& options) : options_(options) {}

  Result<Prepared> build() {
    for (const std::string& path : options_.policies) {
      PSYS_TRY(read_policy(path));
    }
    for (const auto& [rule, severity] : policy_.rules) {
      severities_.at(index_of(rule)) = severity;
    }
    PSYS_TRY(apply_flags(options_, severities_));
    const std::string& version = either(options_.kubernetes_version, policy_.kubernetes_version);
    if (!version.empty()) {
      PSYS_TRY_ASSIGN(kubernetes_, policy::KubernetesVersion::parse(version));
    }
    PSYS_TRY_ASSIGN(Kernel kernel,
                    kernel_from(either(options_.kernel_version, policy_.kernel_version)));
    PSYS_TRY(gather_patterns());
    PSYS_TRY_ASSIGN(policy::Allowlist allowlist,
                    policy::Allowlist::create(kubernetes_, patterns_, kernel.kubernetes));
    Prepared prepared{.context = {.kubernetes = kubernetes_,
                                  .kernel = std::move(kernel),
                                  .allowlist = std::move(allowlist),
                                  .default_sysctls = std::move(defaults_),
                                  .policies = std::move(pod_policies_),
                                  .severities = severities_},
                      .findings = std::move(findings_),
                      .summary = summary_};
    PSYS_TRY(finish(prepared.context));
    return prepared;
  }

 private:
  // A folder, or a file whose first document says of which kind it is.
  Result<> read_policy(const std::string& path) {
    std::error_code failure;
    const bool folder = std::filesystem::is_directory(path, failure);
    std::string text;
    if (!folder) {
      PSYS_TRY_ASSIGN(text, linux::read_file(path));
    }
    if (folder || rules::holds_policies(text, path)) {
      if (!pod_policies_) {
        pod_policies_.emplace();
      }
      return rules::read_path(path, *pod_policies_);
    }
    if (!policy_file_.empty()) {
      return Error::of(Code::invalid_argument,
                       "--policy: {} and {} both are contexts of a repository; give one of them",
                       policy_file_, path);
    }
    policy_file_ = path;
    PSYS_TRY_ASSIGN(policy_, read_policy_file(text, path));
    return {};
  }

  Result<> finish(Context& context) const {
    const std::string& level = either(options_.pod_security, policy_.pod_security);
    if (!level.empty()) {
      PSYS_TRY_ASSIGN(context.pod_security, policy::PodSecurity::parse(level));
    }
    const std::string& runtime = either(options_.runtime, policy_.runtime);
    if (!runtime.empty()) {
      context.runtime = runtime_from_string(runtime).value_or(Runtime::unknown);
    }
    return {};
  }

  // The flag's patterns must be right; those of files are findings where they are not.
  Result<> gather_patterns() {
    for (const std::string& value : options_.allowed_unsafe_sysctls) {
      PSYS_TRY_ASSIGN(const std::vector<std::string> list, policy::parse_pattern_list(value));
      PSYS_TRY(with_context(refuse_bad(list), policy::allowlist_flag(kubernetes_)));
      std::ranges::copy(list, std::back_inserter(patterns_));
    }
    take_file(policy_file_, policy_.patterns, nullptr);
    if (!options_.kubelet_config.empty()) {
      PSYS_TRY_ASSIGN(const std::string text, linux::read_file(options_.kubelet_config));
      PSYS_TRY_ASSIGN(const KubeletSysctls given,
                      read_kubelet_config(text, options_.kubelet_config));
      take_file(options_.kubelet_config, given.patterns, &given);
      take_defaults(given);
    }
    if (!options_.kubelet_drop_in.empty()) {
      PSYS_TRY_ASSIGN(const std::string text, linux::read_file(options_.kubelet_drop_in));
      PSYS_TRY_ASSIGN(const std::vector<NodePattern> patterns,
                      read_kubelet_drop_in(text, options_.kubelet_drop_in));
      take_file(options_.kubelet_drop_in, patterns, nullptr);
    }
    return {};
  }

  Result<> refuse_bad(const std::vector<std::string>& patterns) const {
    PSYS_TRY(policy::Allowlist::create(kubernetes_, patterns, std::nullopt));
    return {};
  }

  void take_file(const std::string& file, const std::vector<NodePattern>& patterns,
                 const KubeletSysctls* defaults) {
    for (const NodePattern& pattern : patterns) {
      if (refuse_bad({pattern.text})) {
        patterns_.push_back(pattern.text);
      }
    }
    Sink sink(severities_);
    check_patterns(patterns, kubernetes_, sink);
    if (defaults != nullptr) {
      check_defaults(*defaults, kubernetes_, sink);
    }
    summary_.add(sink.summary());
    if (!sink.findings().empty()) {
      findings_.emplace_back(file, std::move(sink.findings()));
    }
  }

  void take_defaults(const KubeletSysctls& given) {
    auto defaults = policy::DefaultSysctls::create(kubernetes_, given.defaults);
    if (defaults && !given.defaults.empty()) {
      defaults_ = *std::move(defaults);
    }
  }

  const ContextOptions& options_;
  PolicyFile policy_;
  std::string policy_file_;
  std::optional<rules::PolicySet> pod_policies_;
  policy::KubernetesVersion kubernetes_ = policy::KubernetesVersion::newest();
  Severities severities_ = default_severities();
  std::vector<std::string> patterns_;
  std::optional<policy::DefaultSysctls> defaults_;
  std::vector<std::pair<std::string, std::vector<Finding>>> findings_;
  Summary summary_;
};

}  // namespace

Result<Prepared> prepare_context(const ContextOptions& options) { return Builder(options).build(); }

}  // namespace podsysctl::check
