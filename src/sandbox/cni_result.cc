// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cni_result.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "json/cursor.h"
#include "json/json.h"

namespace podsysctl::sandbox {
namespace {

constexpr std::size_t kMostShown = 1000;
constexpr std::size_t kLargestResult = std::size_t{1} << 20U;

struct Interface {
  std::string name;
  bool in_sandbox = false;  // plugins list the host's interfaces too
};

Result<std::vector<Interface>> read_interfaces(const json::Cursor& root) {
  std::vector<Interface> interfaces;
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> list, root.find("interfaces"));
  if (!list) {
    return interfaces;
  }
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> elements, list->elements());
  for (const json::Cursor& element : elements) {
    Interface interface;
    PSYS_TRY_ASSIGN(interface.name, element.string_or("name", ""));
    PSYS_TRY_ASSIGN(const std::string sandbox, element.string_or("sandbox", ""));
    interface.in_sandbox = !sandbox.empty();
    interfaces.push_back(std::move(interface));
  }
  return interfaces;
}

// An address without an interface's index belongs to the sandbox.
Result<bool> is_in_sandbox(const json::Cursor& address, const std::vector<Interface>& interfaces) {
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> index, address.find("interface"));
  if (!index) {
    return true;
  }
  PSYS_TRY_ASSIGN(const std::uint64_t position, index->as_uint());
  return position < interfaces.size() && interfaces[position].in_sandbox;
}

Result<> read_addresses(const json::Cursor& root, const std::vector<Interface>& interfaces,
                        CniResult& result) {
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> list, root.find("ips"));
  if (!list) {
    return {};
  }
  PSYS_TRY_ASSIGN(const std::vector<json::Cursor> elements, list->elements());
  for (const json::Cursor& element : elements) {
    PSYS_TRY_ASSIGN(std::string address, element.string_at("address"));
    PSYS_TRY_ASSIGN(const bool ours, is_in_sandbox(element, interfaces));
    if (!ours) {
      continue;
    }
    result.addresses.push_back(std::move(address));
    if (result.gateway.empty()) {
      PSYS_TRY_ASSIGN(result.gateway, element.string_or("gateway", ""));
    }
  }
  return {};
}

Result<Dns> read_dns(const json::Cursor& root) {
  Dns dns;
  PSYS_TRY_ASSIGN(const std::optional<json::Cursor> object, root.find("dns"));
  if (!object) {
    return dns;
  }
  PSYS_TRY_ASSIGN(dns.nameservers, object->strings_at("nameservers"));
  PSYS_TRY_ASSIGN(dns.search, object->strings_at("search"));
  PSYS_TRY_ASSIGN(dns.options, object->strings_at("options"));
  PSYS_TRY_ASSIGN(std::string domain, object->string_or("domain", ""));
  if (!domain.empty()) {
    dns.search.insert(dns.search.begin(), std::move(domain));
  }
  // These become lines of resolv.conf; a line break in one would become a line of its own.
  for (std::vector<std::string>* const texts : {&dns.nameservers, &dns.search, &dns.options}) {
    std::erase_if(*texts,
                  [](const std::string& text) { return std::ranges::any_of(text, is_control); });
  }
  return dns;
}

// A plugin's text, in one line of bounded length.
std::string shown(std::string_view text) {
  std::string line(trim(text.substr(0, kMostShown)));
  std::ranges::replace_if(line, is_control, ' ');
  return line;
}

// {"code": 7, "msg": …, "details": …}
Result<std::string> printed_error(std::string_view text) {
  PSYS_TRY_ASSIGN(const json::Value document, json::parse(text, "error"));
  const json::Cursor root(document, "error");
  PSYS_TRY_ASSIGN(const std::uint64_t code, root.uint_at("code"));
  PSYS_TRY_ASSIGN(const std::string message, root.string_at("msg"));
  PSYS_TRY_ASSIGN(const std::string details, root.string_or("details", ""));
  return fmt::format("{}{}{} (code {})", shown(message), details.empty() ? "" : ": ",
                     shown(details), code);
}

}  // namespace

Result<CniResult> parse_cni_result(std::string_view text, std::string_view plugin) {
  const std::string name = fmt::format("result of the CNI plugin {}", plugin);
  PSYS_TRY_ASSIGN(const json::Value document, json::parse(text, name, {.bytes = kLargestResult}));
  const json::Cursor root(document, name);
  PSYS_TRY_ASSIGN(const std::vector<Interface> interfaces, read_interfaces(root));
  CniResult result;
  const auto inside =
      std::ranges::find_if(interfaces, [](const Interface& each) { return each.in_sandbox; });
  if (inside != interfaces.end()) {
    result.interface = inside->name;
  }
  PSYS_TRY(read_addresses(root, interfaces, result));
  PSYS_TRY_ASSIGN(result.dns, read_dns(root));
  return result;
}

std::string describe_cni_failure(std::string_view standard_output, std::string_view standard_error,
                                 int exit_status) {
  if (const Result<std::string> printed = printed_error(standard_output)) {
    return *printed;
  }
  const std::string error = shown(standard_error);
  return fmt::format("exit status {}{}{}", exit_status, error.empty() ? "" : ": ", error);
}

}  // namespace podsysctl::sandbox
