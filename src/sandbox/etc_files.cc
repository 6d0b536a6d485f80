// SPDX-License-Identifier: Apache-2.0
#include "sandbox/etc_files.h"

#include <algorithm>

#include "base/strings.h"
#include "linux/file.h"

namespace podsysctl::sandbox {
namespace {

constexpr const char* kManaged = "# Managed by podsysctl.\n";

// glibc reads no more name servers than these.
constexpr std::size_t kMostNameservers = 3;

std::string alias_lines(const HostAliases& aliases) {
  std::string text;
  for (const auto& [address, name] : aliases) {
    text += fmt::format("{}\t{}\n", address, name);
  }
  return text;
}

std::string without_prefix(const std::string& address) {
  return address.substr(0, address.find('/'));
}

bool is_loopback(std::string_view nameserver) {
  return nameserver.starts_with("127.") || nameserver == "::1";
}

std::vector<std::string_view> nameservers_of(std::string_view text) {
  std::vector<std::string_view> servers;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() > 1 && words[0] == "nameserver") {
      servers.push_back(words[1]);
    }
  }
  return servers;
}

Result<std::string> read_if_present(const std::string& path) {
  Result<std::string> text = linux::read_file(path);
  if (!text && text.error().code == Code::not_found) {
    return std::string();
  }
  return text;
}

// A name server on the host's loopback interface cannot be reached from another net namespace.
std::string without_loopback_servers(std::string_view text) {
  std::string kept;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() > 1 && words[0] == "nameserver" && is_loopback(words[1])) {
      continue;
    }
    kept += line;
    kept += '\n';
  }
  while (kept.ends_with("\n\n")) {
    kept.pop_back();
  }
  return kept == "\n" ? std::string() : kept;
}

Result<std::string> host_resolv_conf(const ResolvConfPaths& paths) {
  PSYS_TRY_ASSIGN(std::string text, read_if_present(paths.host));
  const std::vector<std::string_view> servers = nameservers_of(text);
  if (!servers.empty() && std::ranges::all_of(servers, is_loopback)) {
    PSYS_TRY_ASSIGN(std::string behind, read_if_present(paths.behind_stub));
    if (!behind.empty()) {
      text = std::move(behind);
    }
  }
  return without_loopback_servers(text);
}

std::string dns_lines(const Dns& dns) {
  std::string text;
  if (!dns.search.empty()) {
    text += fmt::format("search {}\n", join(dns.search, " "));
  }
  for (std::size_t i = 0; i < std::min(dns.nameservers.size(), kMostNameservers); ++i) {
    text += fmt::format("nameserver {}\n", dns.nameservers[i]);
  }
  if (!dns.options.empty()) {
    text += fmt::format("options {}\n", join(dns.options, " "));
  }
  return text;
}

}  // namespace

std::string pod_hosts(const std::string& hostname, const std::vector<std::string>& addresses,
                      const HostAliases& aliases) {
  std::string text = kManaged;
  text +=
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::\tip6-localnet\n"
      "fe00::0\tip6-mcastprefix\n"
      "fe00::1\tip6-allnodes\n"
      "fe00::2\tip6-allrouters\n";
  if (addresses.empty()) {
    text += fmt::format("127.0.0.1\t{}\n", hostname);
  }
  for (const std::string& address : addresses) {
    text += fmt::format("{}\t{}\n", without_prefix(address), hostname);
  }
  return text + alias_lines(aliases);
}

Result<std::string> host_hosts(const HostAliases& aliases, const std::string& hosts_path) {
  PSYS_TRY_ASSIGN(std::string text, read_if_present(hosts_path));
  if (!text.empty() && !text.ends_with('\n')) {
    text += '\n';
  }
  return text + alias_lines(aliases);
}

std::string hostname_file(const std::string& hostname) { return hostname + "\n"; }

Result<std::string> resolv_conf(NetworkMode mode, const Dns& dns, const ResolvConfPaths& paths) {
  if (mode == NetworkMode::host) {
    return read_if_present(paths.host);
  }
  if (!dns.empty()) {
    return dns_lines(dns);
  }
  return host_resolv_conf(paths);
}

}  // namespace podsysctl::sandbox
