// SPDX-License-Identifier: Apache-2.0
#include "sysctl/plan.h"

#include <cerrno>
#include <ranges>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "sysctl/plan_order.h"
#include "sysctl/probe.h"
#include "sysctl/value.h"

namespace podsysctl::sysctl {
namespace {

// The settings without identical duplicates.
Result<std::vector<Setting>> unique_settings(std::vector<Setting> settings) {
  std::unordered_map<std::string_view, std::size_t> index;
  index.reserve(settings.size());
  std::vector<bool> is_again(settings.size());
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Setting& setting = settings[i];
    const auto [place, added] = index.emplace(setting.key.name(), i);
    if (added) {
      continue;
    }
    is_again[i] = true;
    const Setting& first = settings[place->second];
    if (!same_value(setting.key, setting.value, first.value)) {
      return Error::of(Code::conflict, "{} is asked for twice, as {} ({}) and as {} ({}): keep one",
                       setting.key.name(), in_quotes(first.value), describe(first.origin),
                       in_quotes(setting.value), describe(setting.origin));
    }
  }
  std::size_t next = 0;
  std::erase_if(settings, [&](const Setting&) { return is_again[next++]; });
  return settings;
}

Result<> check_pairs(std::span<const RelatedPair> pairs, std::span<const Setting> settings) {
  for (const RelatedPair& pair : pairs) {
    PSYS_TRY(check_pair(pair, settings));
  }
  return {};
}

Result<> check_lone_partners(const Relations& relations, std::span<const Setting> settings,
                             CurrentValues& current) {
  for (const LonePartner& lone : relations.lone) {
    const auto value = current.read(lone.partner);
    if (!value) {
      if (value.error().code == Code::not_found) {
        continue;  // this kernel has no such bound
      }
      return std::unexpected(value.error());
    }
    PSYS_TRY(check_lone(lone, settings[lone.index], *value));
  }
  return {};
}

std::unexpected<Error> refuse_ring(const std::vector<std::size_t>& ring,
                                   std::span<const Setting> settings) {
  std::vector<std::string> names;
  names.reserve(ring.size());
  for (const std::size_t i : ring) {
    names.push_back(settings[i].key.name());
  }
  return Error::of(Code::invalid_argument,
                   "no order of writing {} keeps the kernel's rules between them at every step",
                   join(names, ", "));
}

// Marks the settings whose value a write of another key of the set may change.
std::vector<bool> disturbed_by(std::span<const RelatedPair> pairs, std::size_t count) {
  std::vector<bool> disturbed(count);
  for (const RelatedPair& pair : pairs) {
    if (pair.constraint->kind != ConstraintKind::ordered) {
      disturbed[pair.second] = true;
    }
    if (pair.constraint->kind == ConstraintKind::same) {
      disturbed[pair.first] = true;
    }
  }
  return disturbed;
}

Plan arrange(std::vector<Setting> settings, std::vector<std::string> previous,
             const std::vector<std::size_t>& order) {
  Plan plan;
  plan.steps.reserve(order.size());
  for (const std::size_t i : order) {
    plan.steps.push_back(Step{std::move(settings[i]), std::move(previous[i])});
  }
  return plan;
}

}  // namespace

Result<std::optional<std::string>> read_if_set(CurrentValues& current, const SysctlKey& key) {
  Result<std::string> value = current.read(key);
  if (value) {
    return *std::move(value);
  }
  if (value.error().sys_errno == EIO) {
    return std::nullopt;
  }
  return std::unexpected(std::move(value).error());
}

namespace {

// Of a key that is not there: which one, and for an interface's key that it may be the interface.
Result<std::optional<std::string>> read_for_plan(CurrentValues& current, const SysctlKey& key) {
  Result<std::optional<std::string>> value = read_if_set(current, key);
  if (value || value.error().code != Code::not_found) {
    return value;
  }
  Error error = std::move(value).error();
  if (!family_of(key).empty()) {
    error.message = fmt::format("the pod has no interface {}, or the kernel no such sysctl of it",
                                in_quotes(key.components().at(3)));
  }
  return std::unexpected(std::move(error).within(key.name()));
}

}  // namespace

Result<Plan> make_plan(std::vector<Setting> settings, CurrentValues& current) {
  PSYS_TRY_ASSIGN(settings, unique_settings(std::move(settings)));
  const Relations relations = relations_among(settings);
  PSYS_TRY(check_pairs(relations.pairs, settings));
  std::vector<std::string> previous;
  previous.reserve(settings.size());
  std::vector<bool> unset;
  unset.reserve(settings.size());
  for (const Setting& setting : settings) {
    PSYS_TRY_ASSIGN(std::optional<std::string> value, read_for_plan(current, setting.key));
    unset.push_back(!value);
    previous.push_back(std::move(value).value_or(""));
  }
  PSYS_TRY(check_lone_partners(relations, settings, current));
  const auto edges = edges_of(relations.pairs, settings, previous);
  const auto order = stable_order(settings.size(), edges);
  if (!order) {
    return refuse_ring(order.error(), settings);
  }
  const std::vector<bool> disturbed = disturbed_by(relations.pairs, settings.size());
  Plan plan = arrange(std::move(settings), std::move(previous), *order);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    plan.steps[i].unset = unset[(*order)[i]];
    plan.steps[i].disturbed = disturbed[(*order)[i]];
  }
  return plan;
}

Plan inverse_of(std::span<const Step> written) {
  std::vector<Setting> settings;
  std::vector<std::string> now;
  std::vector<std::size_t> reversed;  // for an order without a solution, which no table has so far
  for (const Step& step : std::views::reverse(written)) {
    reversed.push_back(settings.size());
    settings.push_back(
        Setting{step.setting.key, step.previous, step.setting.origin, step.setting.spelling});
    now.push_back(step.setting.value);
  }
  const Relations relations = relations_among(settings);
  const auto order = stable_order(settings.size(), edges_of(relations.pairs, settings, now));
  return arrange(std::move(settings), std::move(now), order ? *order : reversed);
}

Result<> check_satisfiable(std::span<const Setting> settings) {
  PSYS_TRY_ASSIGN(const std::vector<Setting> unique,
                  unique_settings({settings.begin(), settings.end()}));
  return check_pairs(relations_among(unique).pairs, unique);
}

}  // namespace podsysctl::sysctl
