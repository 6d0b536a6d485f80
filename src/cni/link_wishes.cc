// SPDX-License-Identifier: Apache-2.0
#include "cni/link_wishes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace podsysctl::cni {
namespace {

using json::Cursor;
using linux::LinkAttribute;

constexpr std::array<std::pair<std::string_view, LinkAttribute>, 5> kFields{
    {{"mac", LinkAttribute::mac},
     {"mtu", LinkAttribute::mtu},
     {"promisc", LinkAttribute::promiscuous},
     {"allmulti", LinkAttribute::all_multicast},
     {"txQLen", LinkAttribute::queue_length}}};

// Not given, or the text; "" where it says that nothing shall be done.
using Given = std::optional<std::string>;

Result<std::string> text_of(const Cursor& field, LinkAttribute attribute) {
  switch (attribute) {
    case LinkAttribute::mac:
      return field.as_string();
    case LinkAttribute::mtu: {
      PSYS_TRY_ASSIGN(const std::int64_t mtu, field.as_int());
      return mtu == 0 ? std::string() : fmt::format("{}", mtu);
    }
    case LinkAttribute::queue_length: {
      PSYS_TRY_ASSIGN(const std::int64_t packets, field.as_int());
      return fmt::format("{}", packets);
    }
    case LinkAttribute::promiscuous: {
      PSYS_TRY_ASSIGN(const bool is_on, field.as_bool());
      return std::string(is_on ? "true" : "");
    }
    case LinkAttribute::all_multicast:
      break;
  }
  PSYS_TRY_ASSIGN(const bool is_on, field.as_bool());
  return std::string(is_on ? "true" : "false");
}

Result<> take(const Cursor& holder, std::string_view name, LinkAttribute attribute, Given& given) {
  PSYS_TRY_ASSIGN(const std::optional<Cursor> field, holder.find(name));
  if (!field) {
    return {};
  }
  PSYS_TRY_ASSIGN(std::string text, text_of(*field, attribute));
  if (!text.empty()) {
    PSYS_TRY_ASSIGN(text, with_context(canonical(attribute, text), field->where()));
  }
  given = std::move(text);
  return {};
}

Result<std::optional<Cursor>> find_in(const std::optional<Cursor>& holder, std::string_view name) {
  return holder ? holder->find(name) : Result<std::optional<Cursor>>();
}

}  // namespace

std::string_view to_string(LinkAttribute attribute) noexcept {
  return std::ranges::find(kFields, attribute, [](const auto& row) { return row.second; })->first;
}

std::optional<LinkAttribute> link_attribute(std::string_view name) noexcept {
  const auto* const row = std::ranges::find(kFields, name, [](const auto& r) { return r.first; });
  return row == kFields.end() ? std::nullopt : std::optional(row->second);
}

Result<std::vector<LinkWish>> read_link_wishes(const Cursor& root, std::string_view mac) {
  PSYS_TRY_ASSIGN(const auto runtime, root.find("runtimeConfig"));
  PSYS_TRY_ASSIGN(const auto arguments, root.find("args"));
  PSYS_TRY_ASSIGN(const auto ours, find_in(arguments, "cni"));
  std::vector<LinkWish> wishes;
  for (const auto& [name, attribute] : kFields) {
    Given given;
    PSYS_TRY(take(root, name, attribute, given));
    if (attribute == LinkAttribute::mac) {
      given = mac.empty() ? given : std::string(mac);
      Given of_runtime;
      if (runtime) {
        PSYS_TRY(take(*runtime, name, attribute, of_runtime));
      }
      given = of_runtime.value_or("").empty() ? given : of_runtime;
    }
    if (ours) {
      PSYS_TRY(take(*ours, name, attribute, given));
    }
    if (given && !given->empty()) {
      wishes.emplace_back(attribute, *std::move(given));
    }
  }
  return wishes;
}

}  // namespace podsysctl::cni
