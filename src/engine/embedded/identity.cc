// SPDX-License-Identifier: Apache-2.0
#include "engine/embedded/identity.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/open_in_root.h"

namespace podsysctl::engine {
namespace {

constexpr std::size_t kFileLimit = std::size_t{1} << 20U;

std::optional<std::uint32_t> parse_id(std::string_view text) {
  const auto id = parse_number<std::uint32_t>(text);
  if (!id || *id > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max())) {
    return std::nullopt;
  }
  return id;
}

// "" if the image has no such file.
Result<std::string> read_table(linux::FdRef rootfs, const std::string& path) {
  auto fd = linux::open_regular_in_root(rootfs, path);
  if (!fd) {
    if (fd.error().code == Code::not_found) {
      return std::string();
    }
    return std::unexpected(std::move(fd).error().within("the image's " + path));
  }
  return with_context(linux::read_all(fd->ref(), path, kFileLimit), "the image");
}

// Calls `use` with the fields of each line that has as many as an entry needs, until it says stop.
void each_entry(std::string_view table, std::size_t fields,
                const std::function<bool(const std::vector<std::string_view>&)>& use) {
  for (const std::string_view line : split(table, '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() >= fields && !parts[0].empty() && !use(parts)) {
      return;
    }
  }
}

struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string home;
};

// By name, or by number where the text is one: then an entry of that name does not count.
std::optional<Account> find_account(std::string_view passwd, std::string_view user) {
  const auto wanted = parse_id(user);
  std::optional<Account> found;
  each_entry(passwd, 7, [&](const auto& fields) {
    const auto uid = parse_id(fields[2]);
    const auto gid = parse_id(fields[3]);
    if (uid && gid && (wanted ? *uid == *wanted : fields[0] == user)) {
      found = Account{std::string(fields[0]), *uid, *gid, std::string(fields[5])};
    }
    return !found;
  });
  return found;
}

std::optional<std::uint32_t> find_group(std::string_view groups, std::string_view name) {
  std::optional<std::uint32_t> found = parse_id(name);
  if (found) {
    return found;
  }
  each_entry(groups, 3, [&](const auto& fields) {
    if (fields[0] == name) {
      found = parse_id(fields[2]);
    }
    return !found;
  });
  return found;
}

void add_group(Identity& identity, std::uint32_t gid) {
  if (gid != identity.gid && std::ranges::find(identity.groups, gid) == identity.groups.end()) {
    identity.groups.push_back(gid);
  }
}

void add_memberships(Identity& identity, std::string_view groups, std::string_view name) {
  each_entry(groups, 4, [&](const auto& fields) {
    const auto gid = parse_id(fields[2]);
    const auto members = split(fields[3], ',');
    if (gid && std::ranges::find(members, name) != members.end()) {
      add_group(identity, *gid);
    }
    return true;
  });
}

std::unexpected<Error> no_such_user(std::string_view user) {
  return Error::of(Code::invalid_argument,
                   "unable to find user {}: no matching entries in the image's /etc/passwd",
                   in_quotes(user));
}

Result<std::uint32_t> checked(std::int64_t id, std::string_view field) {
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max()) {
    return Error::of(Code::invalid_argument, "{}: {} is not between 0 and 2147483647", field, id);
  }
  return static_cast<std::uint32_t>(id);
}

// As the kubelet words and decides it: a name of the image's cannot be verified.
Result<> check_non_root(const pod::Container& container, const Identity& identity,
                        std::string_view image_user, bool from_image) {
  if (!container.security.run_as_non_root) {
    return {};
  }
  if (from_image && identity.by_name) {
    return Error::of(
        Code::denied_by_policy,
        "container has runAsNonRoot and image has non-numeric user ({}), cannot verify "
        "user is non-root (container: {}); set runAsUser to a number",
        split(image_user, ':')[0], container.name);
  }
  if (identity.uid != 0) {
    return {};
  }
  if (!from_image) {
    return Error::of(Code::denied_by_policy,
                     "container's runAsUser breaks non-root policy (container: {})",
                     container.name);
  }
  return Error::of(
      Code::denied_by_policy,
      "container has runAsNonRoot and image will run as root (container: {}); set runAsUser",
      container.name);
}

}  // namespace

Result<Identity> resolve_user(linux::FdRef rootfs, std::string_view user) {
  const std::size_t colon = user.find(':');
  const std::string_view name = user.substr(0, colon);
  const std::string_view group =
      colon == std::string_view::npos ? std::string_view() : user.substr(colon + 1);
  PSYS_TRY_ASSIGN(const std::string passwd, read_table(rootfs, "/etc/passwd"));
  PSYS_TRY_ASSIGN(const std::string groups, read_table(rootfs, "/etc/group"));

  Identity identity;
  identity.home = "/";
  const std::string_view wanted = name.empty() ? std::string_view("0") : name;
  const auto number = parse_id(wanted);
  const auto account = find_account(passwd, wanted);
  if (account) {
    identity.uid = account->uid;
    identity.gid = account->gid;
    identity.home = account->home.empty() ? "/" : account->home;
  } else if (number) {
    identity.uid = *number;
    if (*number == 0) {
      identity.home = "/root";
    }
  } else {
    return no_such_user(name);
  }
  identity.by_name = !number;
  if (!group.empty()) {
    const auto gid = find_group(groups, group);
    if (!gid) {
      return Error::of(Code::invalid_argument,
                       "unable to find group {}: no matching entries in the image's /etc/group",
                       in_quotes(group));
    }
    identity.gid = *gid;
  } else if (account) {
    add_memberships(identity, groups, account->name);
  }
  return identity;
}

Result<Identity> resolve_identity(linux::FdRef rootfs, const pod::Container& container,
                                  std::string_view image_user) {
  const pod::SecurityContext& security = container.security;
  std::string user(image_user);
  bool from_image = true;
  if (!container.user.empty()) {
    user = container.user;
    from_image = false;
  } else if (security.run_as_user) {
    PSYS_TRY_ASSIGN(const std::uint32_t uid, checked(*security.run_as_user, "runAsUser"));
    user = fmt::format("{}", uid);
    from_image = false;
  }
  PSYS_TRY_ASSIGN(Identity identity, resolve_user(rootfs, user));
  if (security.run_as_group) {
    PSYS_TRY_ASSIGN(identity.gid, checked(*security.run_as_group, "runAsGroup"));
    std::erase(identity.groups, identity.gid);
  }
  for (const std::int64_t group : security.supplemental_groups) {
    PSYS_TRY_ASSIGN(const std::uint32_t gid, checked(group, "supplementalGroups"));
    add_group(identity, gid);
  }
  PSYS_TRY(check_non_root(container, identity, image_user, from_image));
  return identity;
}

Result<> check_non_root(const pod::Container& container, std::string_view image_user) {
  const bool from_image = container.user.empty() && !container.security.run_as_user;
  const std::string_view written = from_image ? image_user : std::string_view(container.user);
  const std::string_view name = split(written, ':')[0];
  Identity identity{.uid = 0};
  if (container.user.empty() && container.security.run_as_user) {
    PSYS_TRY_ASSIGN(identity.uid, checked(*container.security.run_as_user, "runAsUser"));
  } else if (const auto number = parse_id(name.empty() ? "0" : name)) {
    identity.uid = *number;
  } else {
    identity.by_name = true;
    identity.uid = from_image || name != "root" ? 1 : 0;
  }
  return check_non_root(container, identity, image_user, from_image);
}

}  // namespace podsysctl::engine
