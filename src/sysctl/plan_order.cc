// SPDX-License-Identifier: Apache-2.0
#include "sysctl/plan_order.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "base/strings.h"
#include "sysctl/value.h"
#include "sysctl/value_number.h"
#include "sysctl/words.h"

namespace podsysctl::sysctl {
namespace {

using IndexByName = std::unordered_map<std::string_view, std::size_t>;

std::string wish(const Setting& setting) {
  return fmt::format("{}={} ({})", setting.key.name(), in_quotes(setting.value),
                     describe(setting.origin));
}

std::optional<Number> first_number(std::string_view value) { return read_number(take_word(value)); }

// Text that no number can be read from is left to value.h and to the kernel.
bool is_above(std::string_view lower, std::string_view upper) {
  const auto low = first_number(lower);
  const auto high = first_number(upper);
  return low && high && *low > *high;
}

bool agree_as_numbers(std::string_view first, std::string_view second, std::uint32_t factor) {
  const auto left = read_number(trim(first));
  const auto right = read_number(trim(second));
  if (!left || !right) {
    return factor == 1 && normalise(first) == normalise(second);
  }
  std::uint64_t product = 0;
  return left->negative == right->negative &&
         !__builtin_mul_overflow(left->magnitude, factor, &product) && product == right->magnitude;
}

bool agree(const Constraint& same, std::string_view first, std::string_view second) {
  if (same.values.empty()) {
    return same.factor != 0 && agree_as_numbers(first, second, same.factor);
  }
  return std::ranges::any_of(same.values, [&](const ValuePair& pair) {
    return trim(first) == pair.first && trim(second) == pair.second;
  });
}

class RelationFinder {
 public:
  explicit RelationFinder(std::span<const Setting> settings) : settings_(settings) {
    index_.reserve(settings.size());
    ends_.reserve(settings.size());
    for (std::size_t i = 0; i < settings.size(); ++i) {
      index_.emplace(settings[i].key.name(), i);
      ends_.push_back(end_of(settings[i].key.name()));
      marks_ |= mark_of(ends_.back());
    }
  }

  void find(const Constraint& constraint, Relations& relations) const {
    const std::string_view first_end = end_of(constraint.first);
    const std::string_view second_end = end_of(constraint.second);
    if (!may_match_any(first_end) && !may_match_any(second_end)) {
      return;
    }
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      if (may_match(second_end, ends_[i])) {
        if (const auto captures = match_pattern(constraint.second, settings_[i].key.name())) {
          add_second(constraint, i, *captures, relations);
        }
      }
      if (constraint.kind == ConstraintKind::ordered && may_match(first_end, ends_[i])) {
        add_lone_first(constraint, i, relations);
      }
    }
  }

 private:
  // Every rule is held against every setting: most of them differ at the end, few in front.
  static std::string_view end_of(std::string_view name) { return name.substr(name.rfind('.') + 1); }
  static bool may_match(std::string_view pattern_end, std::string_view key_end) {
    return pattern_end == key_end || pattern_end.starts_with('{');
  }

  // One bit for each kind of end: most rules are about no key of the set.
  static std::uint64_t mark_of(std::string_view end) {
    constexpr std::size_t kBits = 64;
    return std::uint64_t{1} << ((end.size() + static_cast<unsigned char>(end.back())) % kBits);
  }
  [[nodiscard]] bool may_match_any(std::string_view pattern_end) const {
    return pattern_end.starts_with('{') || (marks_ & mark_of(pattern_end)) != 0;
  }

  // Setting i is the constraint's second key; the first one's captures are among its own.
  void add_second(const Constraint& constraint, std::size_t i, const Captures& captures,
                  Relations& relations) const {
    const auto name = fill_pattern(constraint.first, captures);
    if (!name) {
      return;
    }
    if (const auto partner = index_.find(*name); partner != index_.end()) {
      relations.pairs.push_back({&constraint, partner->second, i});
    } else if (constraint.kind == ConstraintKind::ordered) {
      add_lone(constraint, i, *name, Side::upper, relations);
    }
  }

  void add_lone_first(const Constraint& constraint, std::size_t i, Relations& relations) const {
    const auto captures = match_pattern(constraint.first, settings_[i].key.name());
    const auto name = captures ? fill_pattern(constraint.second, *captures) : std::nullopt;
    if (name && !index_.contains(*name)) {
      add_lone(constraint, i, *name, Side::lower, relations);
    }
  }

  enum class Side : std::uint8_t { lower, upper };

  static void add_lone(const Constraint& constraint, std::size_t i, const std::string& partner,
                       Side side, Relations& relations) {
    if (auto key = SysctlKey::parse(partner)) {
      relations.lone.push_back({&constraint, i, *std::move(key), side == Side::lower});
    }
  }

  std::span<const Setting> settings_;
  IndexByName index_;
  std::vector<std::string_view> ends_;  // of the settings' keys: their last components
  std::uint64_t marks_ = 0;             // of all ends
};

}  // namespace

Relations relations_among(std::span<const Setting> settings) {
  const RelationFinder finder(settings);
  Relations relations;
  for (const Constraint& constraint : constraints()) {
    finder.find(constraint, relations);
  }
  return relations;
}

Result<> check_pair(const RelatedPair& pair, std::span<const Setting> settings) {
  const Constraint& constraint = *pair.constraint;
  const Setting& first = settings[pair.first];
  const Setting& second = settings[pair.second];
  if (constraint.kind == ConstraintKind::same && !agree(constraint, first.value, second.value)) {
    return Error::of(Code::conflict, "{} and {} contradict each other: {}; ask for one of them",
                     wish(first), wish(second), constraint.why);
  }
  if (constraint.kind == ConstraintKind::ordered && is_above(first.value, second.value)) {
    return Error::of(Code::invalid_argument, "{} and {} cannot hold together, in any order: {}",
                     wish(first), wish(second), constraint.why);
  }
  return {};
}

Result<> check_lone(const LonePartner& lone, const Setting& setting,
                    std::string_view partner_value) {
  const bool broken = lone.setting_is_lower ? is_above(setting.value, partner_value)
                                            : is_above(partner_value, setting.value);
  if (!broken) {
    return {};
  }
  return Error::of(Code::invalid_argument, "{} cannot be set while {} is {}: {}; set {} too",
                   wish(setting), lone.partner.name(), in_quotes(normalise(partner_value)),
                   lone.constraint->why, lone.partner.name());
}

std::vector<Edge> edges_of(std::span<const RelatedPair> pairs, std::span<const Setting> settings,
                           std::span<const std::string> previous) {
  std::vector<Edge> edges;
  for (const auto& [constraint, first, second] : pairs) {
    if (constraint->kind == ConstraintKind::overwrites) {
      edges.push_back({first, second});
    }
    if (constraint->kind != ConstraintKind::ordered) {
      continue;
    }
    if (constraint->checked_on != CheckedOn::upper &&
        is_above(settings[first].value, previous[second])) {
      edges.push_back({second, first});  // raising: the upper bound makes room first
    }
    if (constraint->checked_on != CheckedOn::lower &&
        is_above(previous[first], settings[second].value)) {
      edges.push_back({first, second});  // lowering: the lower bound makes room first
    }
  }
  return edges;
}

std::expected<std::vector<std::size_t>, std::vector<std::size_t>> stable_order(
    std::size_t count, std::span<const Edge> edges) {
  std::vector<std::size_t> waits_for(count, 0);
  std::vector<std::vector<std::size_t>> followers(count);
  for (const Edge& edge : edges) {
    ++waits_for[edge.after];
    followers[edge.before].push_back(edge.after);
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < count; ++i) {
    if (waits_for[i] == 0) {
      ready.push(i);
    }
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const std::size_t follower : followers[next]) {
      if (--waits_for[follower] == 0) {
        ready.push(follower);
      }
    }
  }
  if (order.size() == count) {
    return order;
  }
  std::vector<std::size_t> ring;
  for (std::size_t i = 0; i < count; ++i) {
    if (waits_for[i] != 0) {
      ring.push_back(i);
    }
  }
  return std::unexpected(std::move(ring));
}

}  // namespace podsysctl::sysctl
