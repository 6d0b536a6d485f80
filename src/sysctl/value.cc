// SPDX-License-Identifier: Apache-2.0
#include "sysctl/value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "base/strings.h"
#include "sysctl/catalog.h"
#include "sysctl/setting.h"
#include "sysctl/value_list.h"
#include "sysctl/value_number.h"
#include "sysctl/words.h"

namespace podsysctl::sysctl {
namespace {

// The rule that the value breaks, or nothing.
using Broken = std::optional<std::string>;

constexpr std::uint64_t kMaxGid = 4294967294;  // (gid_t)-1 is no group
constexpr std::uint64_t kLongestTick = 10;     // milliseconds, at 100 ticks a second

std::string count_of_numbers(std::size_t count) {
  constexpr std::array<std::string_view, 5> kWords{"no", "one", "two", "three", "four"};
  return std::string(count < kWords.size() ? kWords[count] : "several") +
         (count == 1 ? " number" : " numbers");
}

std::string with_unit(const Entry& entry) {
  return entry.unit.empty() ? "" : fmt::format(" ({})", entry.unit);
}

std::string names_of(const Entry& entry) {
  std::string names;
  for (const Element& element : entry.elements) {
    names += (names.empty() ? "" : " ") + std::string(element.name);
  }
  return names;
}

Broken out_of_range(const Entry& entry, const Element& element, const Number& number) {
  if (in_range(number, element.range)) {
    return std::nullopt;
  }
  const std::string which = element.name.empty() ? "it" : std::string(element.name);
  return fmt::format("{} must be between {} and {}{}", which, element.range.min, element.range.max,
                     with_unit(entry));
}

Broken broken_order(const Entry& entry, const std::vector<Number>& numbers) {
  if (entry.order == Order::none || std::ranges::is_sorted(numbers)) {
    return std::nullopt;
  }
  return fmt::format("the {} must not decrease ({})", count_of_numbers(numbers.size()),
                     names_of(entry));
}

Broken broken_numbers(const Entry& entry, std::string_view value) {
  const auto words = split_words(value);
  if (words.size() != entry.elements.size()) {
    const std::string names =
        entry.elements.size() > 1 ? fmt::format(" ({})", names_of(entry)) : "";
    return fmt::format("it must be {}{}, not {}: the kernel would {}",
                       count_of_numbers(entry.elements.size()), names, words.size(),
                       words.size() < entry.elements.size() ? "leave the others as they are"
                                                            : "drop the rest silently");
  }
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto number = checked_number(words[i]);
    if (!number) {
      return std::move(number).error();
    }
    if (auto broken = out_of_range(entry, entry.elements[i], *number)) {
      return broken;
    }
    numbers.push_back(*number);
  }
  return broken_order(entry, numbers);
}

bool is_choice(std::string_view value, std::string_view choice) {
  if (value == choice) {
    return true;
  }
  const auto number = checked_number(value);
  const auto chosen = read_number(choice);
  return number && chosen && *number == *chosen;
}

std::string list_of_choices(const Entry& entry) {
  std::string list;
  for (std::size_t i = 0; i < entry.choices.size(); ++i) {
    const Choice& choice = entry.choices[i];
    list += i == 0 ? "" : (i + 1 == entry.choices.size() ? " or " : ", ");
    list += fmt::format("{} ({})", choice.text, choice.meaning);
  }
  return list;
}

Broken broken_choice(const Entry& entry, std::string_view value) {
  const std::string_view word = trim(value);
  const auto matches = [&](const Choice& choice) { return is_choice(word, choice.text); };
  if (std::ranges::any_of(entry.choices, matches)) {
    return std::nullopt;
  }
  return "it must be " + list_of_choices(entry);
}

Broken broken_boolean(std::string_view value) {
  const std::string_view word = trim(value);
  if (is_choice(word, "0") || is_choice(word, "1")) {
    return std::nullopt;
  }
  return "it must be 0 or 1";
}

Broken broken_gid_range(std::string_view value) {
  const auto words = split_words(value);
  if (words.size() != 2) {
    return fmt::format(
        "it must be two group numbers (low high), not {}: the kernel would leave the other as it "
        "is",
        words.size());
  }
  const Range limits{0, kMaxGid};
  std::array<Number, 2> gids;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto gid = checked_number(words[i]);
    if (!gid) {
      return std::move(gid).error();
    }
    if (!in_range(*gid, limits)) {
      return fmt::format("a group number is between 0 and {}", kMaxGid);
    }
    gids[i] = *gid;
  }
  const bool nobody = gids[0].magnitude == 1 && gids[1].magnitude == 0;
  if (gids[0] > gids[1] && !nobody) {
    return "the first group must not be above the second (only \"1 0\" may, which means nobody)";
  }
  return std::nullopt;
}

Broken broken_word(const Entry& entry, std::string_view value) {
  const bool blanks = value.find_first_of(" \t") != std::string_view::npos;
  if (!blanks && value.size() <= entry.max_length) {
    return std::nullopt;
  }
  return fmt::format("it must be one word of at most {} bytes", entry.max_length);
}

Broken broken_text(const Entry& entry, std::string_view value) {
  if (value.size() <= entry.max_length) {
    return std::nullopt;
  }
  return fmt::format("it must be at most {} bytes long", entry.max_length);
}

template <class T>
Broken broken_by(std::expected<T, std::string> parsed) {
  return parsed ? Broken{} : std::move(parsed).error();
}

Broken broken_rule(const Entry& entry, std::string_view value) {
  switch (entry.type) {
    case ValueType::boolean:
      return broken_boolean(value);
    case ValueType::integer:
    case ValueType::vector:
      return broken_numbers(entry, value);
    case ValueType::choice:
      return broken_choice(entry, value);
    case ValueType::word:
      return broken_word(entry, value);
    case ValueType::text:
      return broken_text(entry, value);
    case ValueType::gid_range:
      return broken_gid_range(value);
    case ValueType::port_list:
    case ValueType::bit_list:
      return broken_by(read_ranges(value, entry.elements.front().range));
    case ValueType::cpu_mask:
      return broken_by(read_cpu_mask(value));
    case ValueType::hex_key:
      return broken_by(read_hex_key(value));
    case ValueType::command:
      break;
  }
  return "it is a command, not a setting: there is nothing to keep or to read back";
}

bool same_rounded(Rounding rounding, const Number& wanted, const Number& read_back) {
  if (wanted == read_back) {
    return true;
  }
  if (rounding == Rounding::none || wanted.negative || read_back.negative) {
    return false;
  }
  if (rounding == Rounding::milliseconds_to_ticks) {
    return read_back.magnitude > wanted.magnitude &&
           read_back.magnitude - wanted.magnitude < kLongestTick;
  }
  return wanted.magnitude - read_back.magnitude == 1;
}

bool same_numbers(Rounding rounding, std::string_view wanted, std::string_view read_back) {
  return same_words(wanted, read_back, [&](std::string_view a, std::string_view b) {
    const auto wanted_number = read_number(a);
    const auto number = read_number(b);
    return a == b || (wanted_number && number && same_rounded(rounding, *wanted_number, *number));
  });
}

// The kernel prints an IPv6 address (conf.*.stable_secret) with every zero.
bool same_address(std::string_view wanted, std::string_view read_back) {
  in6_addr left{};
  in6_addr right{};
  return ::inet_pton(AF_INET6, std::string(wanted).c_str(), &left) == 1 &&
         ::inet_pton(AF_INET6, std::string(read_back).c_str(), &right) == 1 &&
         std::ranges::equal(left.s6_addr, right.s6_addr);
}

template <class T>
bool same_parsed(const std::expected<T, std::string>& wanted,
                 const std::expected<T, std::string>& read_back) {
  return wanted && read_back && *wanted == *read_back;
}

}  // namespace

Result<> check_value(const SysctlKey& key, std::string_view value) {
  PSYS_TRY(check_value_text(key, value));
  const Entry* const entry = find_entry(key);
  if (entry == nullptr) {
    return {};
  }
  if (const Broken rule = broken_rule(*entry, value)) {
    return Error::of(Code::invalid_argument, "invalid value {} of {}: {}", in_quotes(value),
                     key.name(), *rule);
  }
  return {};
}

std::string normalise(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
    text += text.empty() ? "" : " ";
    text += word;
  }
  return text;
}

bool same_value(const SysctlKey& key, std::string_view wanted, std::string_view read_back) {
  if (same_words(wanted, read_back, std::equal_to<>())) {
    return true;  // as nearly every read-back is, whatever the key
  }
  const Entry* const entry = find_entry(key);
  const ValueType type = entry == nullptr ? ValueType::vector : entry->type;
  switch (type) {
    case ValueType::port_list:
    case ValueType::bit_list: {
      const Range& limits = entry->elements.front().range;
      return same_parsed(read_ranges(trim(wanted), limits), read_ranges(trim(read_back), limits));
    }
    case ValueType::cpu_mask:
      return same_parsed(read_cpu_mask(trim(wanted)), read_cpu_mask(trim(read_back)));
    case ValueType::hex_key:
      return same_parsed(read_hex_key(trim(wanted)), read_hex_key(trim(read_back)));
    case ValueType::word:
      return same_address(trim(wanted), trim(read_back));
    case ValueType::text:
      return false;
    default:
      return same_numbers(entry == nullptr ? Rounding::none : entry->rounding, wanted, read_back);
  }
}

std::string_view text_to_write(std::string_view value) noexcept {
  return value.empty() ? std::string_view("\n") : value;
}

}  // namespace podsysctl::sysctl
