// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cni/request.h"

namespace podsysctl::cni {
namespace {

// What came with 1.1.0.
constexpr std::array<std::string_view, 3> kNewInInterfaces{"mtu", "socketPath", "pciID"};
constexpr std::array<std::string_view, 5> kNewInRoutes{"mtu", "advmss", "priority", "table",
                                                       "scope"};

template <class Edit>
void each_of(json::Value& result, const char* list, const Edit& edit) {
  const auto found = result.find(list);
  if (found == result.end() || !found->is_array()) {
    return;
  }
  for (json::Value& item : *found) {
    if (item.is_object()) {
      edit(item);
    }
  }
}

void set_address_version(json::Value& address, std::string_view version) {
  if (at_least(version, "1.0.0")) {
    address.erase("version");
    return;
  }
  const auto text = address.find("address");
  const bool is_six = text != address.end() && text->is_string() &&
                      text->get_ref<const std::string&>().contains(':');
  address["version"] = is_six ? "6" : "4";
}

template <class Names>
void drop(json::Value& item, const Names& names) {
  for (const std::string_view name : names) {
    item.erase(std::string(name));
  }
}

}  // namespace

const std::vector<std::string>& supported_versions() {
  static const std::vector<std::string> versions{"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"};
  return versions;
}

bool at_least(std::string_view version, std::string_view other) {
  return version >= other;  // all supported ones have one digit a part
}

json::Value converted(const json::Value& result, std::string_view version) {
  json::Value out = result;
  out["cniVersion"] = std::string(version);
  each_of(out, "ips", [version](json::Value& ip) { set_address_version(ip, version); });
  if (!at_least(version, "1.1.0")) {
    each_of(out, "interfaces", [](json::Value& each) { drop(each, kNewInInterfaces); });
    each_of(out, "routes", [](json::Value& each) { drop(each, kNewInRoutes); });
  }
  return out;
}

}  // namespace podsysctl::cni
