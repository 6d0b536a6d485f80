// SPDX-License-Identifier: Apache-2.0
#include "pod/resource_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "pod/quantity.h"

namespace podsysctl::pod {
namespace {

struct Amounts {
  std::optional<std::int64_t> cpu_milli;
  std::optional<std::int64_t> memory;
};

std::optional<Quantity> read_quantity(const yaml::Value& value, Problems& problems) {
  if (value.node().kind != yaml::Kind::scalar) {
    problems.error(value,
                   fmt::format("must be a quantity, but is {}", yaml::type_name(value.node())));
    return std::nullopt;
  }
  const auto quantity = problems.keep(value, Quantity::parse(value.node().text));
  if (quantity && quantity->is_negative()) {
    problems.error(value, "must not be negative");
    return std::nullopt;
  }
  return quantity;
}

void read_amount(const yaml::Value& value, std::string_view name, Amounts& amounts,
                 Problems& problems) {
  const std::optional<Quantity> quantity = read_quantity(value, problems);
  if (!quantity) {
    return;
  }
  if (name == "cpu") {
    amounts.cpu_milli = quantity->milli();
  } else if (name == "memory") {
    if (quantity->is_fraction()) {
      problems.warn(value, fmt::format("{} of memory is less than a byte: m stands for "
                                       "thousandths; mebibytes are Mi",
                                       in_quotes(value.node().text)));
    }
    amounts.memory = quantity->value();
  } else if (name == "ephemeral-storage") {
    problems.warn(value, "ignored: the disk space of containers is not limited here");
  } else {
    problems.error(value, "only cpu and memory are supported: there are no device plugins here",
                   Code::unsupported);
  }
}

Amounts read_amounts(const ObjectReader& resources, std::string_view field) {
  Amounts amounts;
  const auto found = resources.field(field);
  if (!found || !resources.problems().holds(*found, found->expect_mapping())) {
    return amounts;
  }
  for (const yaml::Entry& entry : found->node().entries) {
    read_amount(found->field(entry), entry.name, amounts, resources.problems());
  }
  return amounts;
}

}  // namespace

Resources read_resources(const ObjectReader& container) {
  const auto resources = container.object("resources", "resources");
  if (!resources) {
    return {};
  }
  const Amounts limits = read_amounts(*resources, "limits");
  const Amounts requests = read_amounts(*resources, "requests");
  if (limits.cpu_milli && requests.cpu_milli && *requests.cpu_milli > *limits.cpu_milli) {
    resources->error_in("requests", fmt::format("cpu {}m is more than its limit of {}m",
                                                *requests.cpu_milli, *limits.cpu_milli));
  }
  if (limits.memory && requests.memory && *requests.memory > *limits.memory) {
    resources->error_in("requests", fmt::format("memory {} is more than its limit of {}",
                                                *requests.memory, *limits.memory));
  }
  return {limits.cpu_milli, requests.cpu_milli ? requests.cpu_milli : limits.cpu_milli,
          limits.memory, requests.memory ? requests.memory : limits.memory};
}

}  // namespace podsysctl::pod
