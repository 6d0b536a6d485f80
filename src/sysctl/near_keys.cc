// SPDX-License-Identifier: Apache-2.0
#include "sysctl/near_keys.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/strings.h"
#include "sysctl/catalog.h"

namespace podsysctl::sysctl {
namespace {

constexpr std::size_t kMostNames = 5;
constexpr std::size_t kLongestGuessed = 80;  // bytes
constexpr std::size_t kFarthest = 3;         // edits, of a long name
constexpr std::size_t kLongName = 24;        // bytes
// Shorter ends ("max") are those of keys that have nothing to do with each other.
constexpr std::size_t kTellingEnd = 6;
constexpr std::size_t kLettersPerEdit = 4;  // of an end alone: any two edits make "a" a "max"

// How many edits lead from one text to the other; more than `few` where it takes more. Only the
// cells near the diagonal count, and most texts are given up after a few characters.
std::size_t edits_up_to(std::size_t few, std::string_view left, std::string_view right) {
  constexpr std::size_t kBand = 2 * kFarthest + 1;
  constexpr std::size_t kTooFar = kFarthest + 1;
  const std::size_t longer = std::max(left.size(), right.size());
  if (longer - std::min(left.size(), right.size()) > few) {
    return kTooFar;
  }
  // cell[i] is the distance of the first `row` characters of left to the first row + i - kFarthest
  // of right.
  std::array<std::size_t, kBand + 1> cell{};
  cell.fill(kTooFar);
  for (std::size_t i = kFarthest; i < kBand; ++i) {
    cell.at(i) = i - kFarthest;
  }
  for (std::size_t row = 1; row <= left.size(); ++row) {
    std::size_t least = kTooFar;
    std::size_t before = kTooFar;  // the cell to the left
    for (std::size_t i = 0; i < kBand; ++i) {
      std::size_t best = std::min(before, cell.at(i + 1)) + 1;
      const bool inside = row + i >= kFarthest && row + i - kFarthest <= right.size();
      if (inside && row + i > kFarthest) {
        const bool same = left[row - 1] == right[row + i - kFarthest - 1];
        best = std::min(best, cell.at(i) + (same ? 0U : 1U));
      } else if (inside) {
        best = std::min(best, row);
      }
      before = cell.at(i) = inside ? std::min(best, kTooFar) : kTooFar;
      least = std::min(least, before);
    }
    if (least > few) {
      return kTooFar;
    }
  }
  return cell.at(right.size() + kFarthest - left.size());
}

std::string_view last_component(std::string_view name) {
  return name.substr(name.find_last_of('.') + 1);
}

class Ranking {
 public:
  explicit Ranking(std::string_view name)
      : name_(name),
        parts_(split(name, '.')),
        few_(name.size() < kLongName ? kFarthest - 1 : kFarthest) {}

  void consider(std::string_view candidate) {
    if (const std::size_t rank = rank_of(candidate); rank <= few_) {
      ranked_.emplace_back(rank, candidate);
    }
  }

  // Only those that could be near: most patterns have another number of components.
  void consider_pattern(std::string_view pattern) {
    const auto dots = static_cast<std::size_t>(std::ranges::count(pattern, '.'));
    if (!pattern.ends_with('*') &&  // else the name would be its own suggestion
        (dots + 1 == parts_.size() || last_component(pattern) == parts_.back())) {
      consider(filled(pattern));
    }
  }

  std::vector<std::string> best() && {
    std::ranges::sort(ranked_);
    const auto twice = std::ranges::unique(ranked_);
    ranked_.erase(twice.begin(), twice.end());
    ranked_.resize(std::min(ranked_.size(), kMostNames));
    std::vector<std::string> names;
    names.reserve(ranked_.size());
    for (auto& [rank, candidate] : ranked_) {
      names.push_back(std::move(candidate));
    }
    return names;
  }

 private:
  [[nodiscard]] std::size_t rank_of(std::string_view candidate) const {
    const std::string_view end = last_component(candidate);
    if (parts_.size() == 1) {  // people often give the end alone: tcp_keepalive_time
      return edits_up_to(std::min(few_, name_.size() / kLettersPerEdit), name_, end);
    }
    const std::size_t edits = edits_up_to(few_, name_, candidate);
    return edits > few_ && end.size() >= kTellingEnd && end == parts_.back() ? few_ : edits;
  }

  // The pattern with the component that the name has at its place: a name that is misspelt
  // elsewhere keeps its interface.
  [[nodiscard]] std::string filled(std::string_view pattern) const {
    const auto parts = split(pattern, '.');
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      out += i == 0 ? "" : ".";
      out += parts[i] == "*" && parts.size() == parts_.size() ? parts_[i] : parts[i];
    }
    return out;
  }

  std::string_view name_;
  std::vector<std::string_view> parts_;
  std::size_t few_;
  std::vector<std::pair<std::size_t, std::string>> ranked_;
};

}  // namespace

std::vector<std::string> near_keys(std::string_view name, std::span<const std::string_view> more) {
  if (name.size() > kLongestGuessed) {
    return {};
  }
  Ranking ranking(name);
  for (const Entry& entry : catalog_entries()) {
    ranking.consider(entry.key);
  }
  for (const Entry& entry : catalog_patterns()) {
    ranking.consider_pattern(entry.key);
  }
  for (const std::string_view known : more) {
    ranking.consider(known);
  }
  return std::move(ranking).best();
}

}  // namespace podsysctl::sysctl
