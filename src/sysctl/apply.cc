// SPDX-License-Identifier: Apache-2.0
#include "sysctl/apply.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/strings.h"
#include "sysctl/value.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::array<std::pair<ApplyState, std::string_view>, 4> kStates{{
    {ApplyState::applied, "applied"},
    {ApplyState::unchanged, "unchanged"},
    {ApplyState::refused, "refused"},
    {ApplyState::rolled_back, "rolled-back"},
}};

// The kernel's bare errno, with what usually stands behind it.
std::string_view explanation_of(int sys_errno) {
  switch (sys_errno) {
    case EINVAL:
      return " (the kernel refuses this value)";
    case EACCES:
    case EPERM:
      return " (this kernel lets no pod write it)";
    case ENOENT:
      return " (this kernel has no such sysctl in a pod's namespaces, or its module is not loaded)";
    case EIO:
      return " (the kernel keeps no value here, or not this one)";
    case EROFS:
      return " (/proc/sys is mounted read-only here)";
    default:
      return "";
  }
}

Error refusal(const Setting& setting, Error error) {
  error.message = fmt::format("set {} to {}: {}{}", setting.key.name(), in_quotes(setting.value),
                              error.message, explanation_of(error.sys_errno));
  return error;
}

// Its value now: the plan's, unless a step before may have changed it.
Result<std::optional<std::string>> value_before(const Step& step, SysctlTree& tree) {
  if (step.disturbed) {
    return read_if_set(tree, step.setting.key);
  }
  return step.unset ? std::nullopt : std::optional(step.previous);
}

// Writes one step unless the value is there already.
Result<ApplyState> write_step(const Step& step, SysctlTree& tree) {
  const Setting& setting = step.setting;
  PSYS_TRY_ASSIGN(const std::optional<std::string> now, value_before(step, tree));
  if (now && same_value(setting.key, setting.value, *now)) {
    return ApplyState::unchanged;
  }
  PSYS_TRY(tree.write(setting.key, text_to_write(setting.value)));
  return ApplyState::applied;
}

// Reads every key back. The first that differs is the failure.
std::optional<Error> verify(Application& application, SysctlTree& tree) {
  std::optional<Error> failure;
  for (AppliedSetting& applied : application.settings) {
    const Setting& setting = applied.setting;
    const Result<std::string> now = tree.read(setting.key);
    if (!now) {
      failure = failure ? failure : refusal(setting, now.error());
      continue;
    }
    applied.effective = normalise(*now);
    if (!failure && !same_value(setting.key, setting.value, *now)) {
      failure = Error{
          Code::conflict, 0,
          fmt::format("{} was set to {} but reads back {}: the kernel changed the value,"
                      " or another writer is at work in these namespaces",
                      setting.key.name(), in_quotes(setting.value), in_quotes(applied.effective))};
    }
  }
  return failure;
}

// Takes back what was written; the names of the keys that keep a new value.
std::vector<std::string> roll_back(const Plan& plan, Application& application, SysctlTree& tree) {
  std::vector<Step> written;
  for (std::size_t i = 0; i < application.settings.size(); ++i) {
    if (application.settings[i].state == ApplyState::applied && !plan.steps[i].unset) {
      written.push_back(plan.steps[i]);
    }
  }
  for (const Step& step : inverse_of(written).steps) {
    // A failure shows below, where every key is read back.
    [[maybe_unused]] const Result<> restored =
        tree.write(step.setting.key, text_to_write(step.setting.value));
  }
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < application.settings.size(); ++i) {
    AppliedSetting& applied = application.settings[i];
    const Result<std::string> now = tree.read(applied.setting.key);
    applied.effective = now ? normalise(*now) : std::string{};
    if (applied.state != ApplyState::applied) {
      continue;
    }
    if (plan.steps[i].unset) {
      kept.push_back(applied.setting.key.name() +
                     " (it had no value, and the kernel cannot take one away)");
    } else if (now && same_value(applied.setting.key, applied.previous, *now)) {
      applied.state = ApplyState::rolled_back;
    } else {
      kept.push_back(applied.setting.key.name());
    }
  }
  return kept;
}

void fail(const Plan& plan, Application& application, SysctlTree& tree, Error error) {
  const std::vector<std::string> kept = roll_back(plan, application, tree);
  if (!kept.empty()) {
    error.code = Code::partial_apply;
    error.message += fmt::format("; could not be taken back: {}", join(kept, ", "));
  }
  application.failure = std::move(error);
}

}  // namespace

std::string_view to_string(ApplyState state) noexcept {
  const auto row = std::ranges::find(kStates, state, &decltype(kStates)::value_type::first);
  return row == kStates.end() ? std::string_view{} : row->second;
}

Application apply(const Plan& plan, SysctlTree& tree) {
  Application application;
  application.settings.reserve(plan.steps.size());
  for (const Step& step : plan.steps) {
    application.settings.push_back(
        {step.setting, normalise(step.previous), "", ApplyState::refused});
  }
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Result<ApplyState> state = write_step(plan.steps[i], tree);
    if (!state) {
      fail(plan, application, tree, refusal(plan.steps[i].setting, state.error()));
      return application;
    }
    application.settings[i].state = *state;
  }
  if (std::optional<Error> failure = verify(application, tree)) {
    fail(plan, application, tree, *std::move(failure));
  }
  return application;
}

}  // namespace podsysctl::sysctl
