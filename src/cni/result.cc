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

// The host's end of a pair may have the same name.
bool is_in_pod(const json::Value& interface) {
  const auto sandbox = interface.find("sandbox");
  return sandbox != interface.end() && sandbox->is_string() && *sandbox != "";
}

bool is_named(const json::Value& interface, std::string_view name) {
  const auto own = interface.find("name");
  return own != interface.end() && own->is_string() && *own == name;
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

json::Value converted(json::Value result, std::string_view version) {
  result["cniVersion"] = std::string(version);
  each_of(result, "ips", [version](json::Value& ip) { set_address_version(ip, version); });
  if (!at_least(version, "1.1.0")) {
    each_of(result, "interfaces", [](json::Value& each) { drop(each, kNewInInterfaces); });
    each_of(result, "routes", [](json::Value& each) { drop(each, kNewInRoutes); });
  }
  return result;
}

json::Value with_link(json::Value result, std::string_view ifname,
                      const std::vector<LinkWish>& link) {
  each_of(result, "interfaces", [&](json::Value& each) {
    if (!is_in_pod(each) || !is_named(each, ifname)) {
      return;
    }
    for (const LinkWish& wish : link) {
      if (wish.attribute == linux::LinkAttribute::mac) {
        each["mac"] = wish.value;
      } else if (wish.attribute == linux::LinkAttribute::mtu) {
        each["mtu"] = parse_number<int>(wish.value).value_or(0);
      }
    }
  });
  return result;
}

}  // namespace podsysctl::cni
