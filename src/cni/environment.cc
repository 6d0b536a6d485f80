// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "cni/request.h"
#include "linux/net_link.h"

namespace podsysctl::cni {
namespace {

constexpr std::size_t kLongestName = 15;  // IFNAMSIZ without its NUL
constexpr std::size_t kLongestId = 200;   // with the interface and an ending it is a file's name
constexpr std::array<std::pair<std::string_view, Command>, 6> kCommands{
    {{"ADD", Command::add},
     {"DEL", Command::del},
     {"CHECK", Command::check},
     {"GC", Command::gc},
     {"STATUS", Command::status},
     {"VERSION", Command::version}}};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// [a-zA-Z0-9][a-zA-Z0-9_.-]*: what becomes part of a file name.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && is_letter_or_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-';
         });
}

bool is_interface(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && text != "." && text != ".." &&
         std::ranges::none_of(text, [](char c) {
           return c == '/' || c == ':' || c == ' ' || c == '\t' || is_control(c);
         });
}

Outcome<> read_mac(std::string_view text, Environment& environment) {
  auto mac = canonical(linux::LinkAttribute::mac, text);
  if (!mac) {
    return fault(FaultCode::environment, "CNI_ARGS: MAC: " + mac.error().message, "CNI_ARGS");
  }
  environment.mac = *std::move(mac);
  return {};
}

// CNI_ARGS is KEY=VALUE;KEY=VALUE, in any order; the pod's names and an address are of interest.
Outcome<> read_arguments(std::string_view text, Environment& environment) {
  for (const std::string_view pair : split(text, ';')) {
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.find('=', equals + 1) != std::string_view::npos) {
      return fault(FaultCode::environment,
                   fmt::format("CNI_ARGS: invalid pair {}", in_quotes(pair)), "CNI_ARGS");
    }
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (key == "K8S_POD_NAMESPACE") {
      environment.pod_namespace = value;
    } else if (key == "K8S_POD_NAME") {
      environment.pod_name = value;
    } else if (key == "MAC" && !value.empty()) {
      if (Outcome<> mac = read_mac(value, environment); !mac) {
        return mac;
      }
    }
  }
  return {};
}

Outcome<> check_needed(const Environment& given) {
  std::string missing;
  const auto need = [&missing](std::string_view name, bool is_there) {
    if (!is_there) {
      missing += (missing.empty() ? "" : ", ") + std::string(name);
    }
  };
  const bool attaches = given.command == Command::add || given.command == Command::check;
  if (attaches || given.command == Command::del) {
    need("CNI_CONTAINERID", is_id(given.container_id));
    need("CNI_IFNAME", is_interface(given.ifname));
  }
  if (attaches) {
    need("CNI_NETNS", !given.netns.empty());
  }
  return missing.empty() ? Outcome<>()
                         : fault(FaultCode::environment,
                                 "variables are missing or not valid: " + missing, missing);
}

}  // namespace

Outcome<std::optional<Environment>> read_environment(const Lookup& variable) {
  const auto name = variable("CNI_COMMAND");
  if (!name) {
    return std::nullopt;
  }
  const auto* const row =
      std::ranges::find(kCommands, *name, [](const auto& r) { return r.first; });
  if (row == kCommands.end()) {
    return fault(FaultCode::environment, fmt::format("unknown CNI_COMMAND: {}", in_quotes(*name)),
                 "CNI_COMMAND");
  }
  Environment environment;
  environment.command = row->second;
  environment.container_id = variable("CNI_CONTAINERID").value_or("");
  environment.netns = variable("CNI_NETNS").value_or("");
  environment.ifname = variable("CNI_IFNAME").value_or("");
  if (Outcome<> needed = check_needed(environment); !needed) {
    return std::unexpected(std::move(needed).error());
  }
  if (environment.command == Command::add || environment.command == Command::check) {
    if (Outcome<> read = read_arguments(variable("CNI_ARGS").value_or(""), environment); !read) {
      return std::unexpected(std::move(read).error());
    }
  }
  return environment;
}

}  // namespace podsysctl::cni
