// SPDX-License-Identifier: Apache-2.0
#include "rules/file_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/regular_file.h"
#include "pod/names.h"
#include "rules/fields.h"
#include "rules/policy_reader.h"
#include "yaml/lookup.h"
#include "yaml/value.h"

namespace podsysctl::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kEndings{".yaml", ".yml", ".json"};
constexpr std::array<std::string_view, 2> kKinds{kPolicyKind, kProfileKind};

struct Header {
  std::string kind;
  std::string name;
};

std::optional<Header> read_header(const Fields& object) {
  pod::Problems& problems = object.problems();
  const auto version = object.require("apiVersion", fmt::format("write {}", kApiVersion));
  const auto kind = object.require("kind", "write SysctlPolicy or SysctlProfile");
  const auto metadata = object.require("metadata", "give the object a name");
  if (!version || !kind || !metadata) {
    return std::nullopt;
  }
  const std::string version_text = object.text("apiVersion").value_or("");
  if (version_text != kApiVersion) {
    problems.error(
        *version, fmt::format("is {}, and only {} is taken", in_quotes(version_text), kApiVersion));
  }
  Header header{object.text("kind").value_or(""), ""};
  if (std::ranges::find(kKinds, header.kind) == kKinds.end()) {
    problems.error(*kind, fmt::format("{} is no kind of policy files{}", in_quotes(header.kind),
                                      nearest(header.kind, kKinds)));
    return std::nullopt;
  }
  const Fields fields(*metadata, kMetadataFields, problems);
  if (const auto name = fields.require("name", "give the object a name")) {
    const auto text = fields.text("name");
    const auto fault = text ? pod::check_dns_subdomain(*text) : std::nullopt;
    if (fault) {
      problems.error(*name, *fault);
    }
    header.name = text.value_or("");
  }
  return header;
}

template <class T>
void add_once(T object, std::vector<T>& all, const Fields& fields) {
  const auto twice = std::ranges::find(all, object.name, &T::name);
  if (twice != all.end()) {
    fields.problems().error(fields.value(),
                            fmt::format("the name {} is taken by {}; give it another",
                                        in_quotes(object.name), twice->place.text()));
    return;
  }
  all.push_back(std::move(object));
}

void read_object(const yaml::Value& root, PolicySet& set, pod::Problems& problems) {
  const Fields object(root, kObjectFields, problems);
  const auto header = read_header(object);
  const auto spec = object.require("spec", "say what the object is for");
  if (!header || !spec) {
    return;
  }
  const Place place{std::string(root.source()), root.at().line};
  if (header->kind == kPolicyKind) {
    SysctlPolicy policy = read_policy_spec(*spec, problems);
    policy.name = header->name;
    policy.place = place;
    add_once(std::move(policy), set.policies, object);
  } else {
    SysctlProfile profile = read_profile_spec(*spec, header->name, problems);
    profile.place = place;
    add_once(std::move(profile), set.profiles, object);
  }
}

Result<std::vector<std::string>> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename();
    const bool ours = std::ranges::any_of(
        kEndings, [&name](std::string_view ending) { return name.ends_with(ending); });
    if (!ours || name.starts_with('.')) {
      continue;
    }
    if (files.size() == kMostFiles) {
      return Error::of(Code::invalid_argument, "{}: holds more than {} policy files", folder,
                       kMostFiles);
    }
    files.push_back(entry->path());
  }
  if (failure) {
    return Error::from_errno(failure.value(), "read the folder {}", folder);
  }
  std::ranges::sort(files);
  return files;
}

Result<> add_file(const std::string& path, PolicySet& set) {
  PSYS_TRY_ASSIGN(const linux::RegularFile file, linux::open_regular(path));
  PSYS_TRY_ASSIGN(const std::string text,
                  linux::read_all(file.fd.ref(), path, kFileLimits.input_bytes));
  return read_text(text, path, set);
}

}  // namespace

Result<> read_text(std::string_view text, std::string_view source, PolicySet& into) {
  yaml::DocumentReader reader(text, source, kFileLimits);
  pod::Problems problems;
  for (;;) {
    PSYS_TRY_ASSIGN(const auto document, reader.next());
    if (!document) {
      break;
    }
    const yaml::Value root(*document);
    if (root.node().kind == yaml::Kind::scalar && root.node().text.empty()) {
      continue;  // nothing between two "---"
    }
    if (into.policies.size() + into.profiles.size() >= kMostObjects) {
      return std::unexpected(
          root.error(fmt::format("a set holds at most {} objects", kMostObjects)));
    }
    read_object(root, into, problems);
  }
  return problems.as_result();
}

Result<> read_path(const std::string& path, PolicySet& into) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) {
    PSYS_TRY(add_file(path, into));
  } else {
    PSYS_TRY_ASSIGN(const std::vector<std::string> files, files_in(path));
    for (const std::string& file : files) {
      PSYS_TRY(add_file(file, into));
    }
  }
  std::ranges::sort(into.policies, {}, &SysctlPolicy::name);
  std::ranges::sort(into.profiles, {}, &SysctlProfile::name);
  return {};
}

Result<PolicySet> read_set(const std::string& path) {
  PolicySet set;
  PSYS_TRY(read_path(path, set));
  return set;
}

bool holds_policies(std::string_view text, std::string_view source) {
  yaml::DocumentReader reader(text, source, kFileLimits);
  const auto document = reader.next();
  return document && *document &&
         std::ranges::find(kKinds, yaml::string_of(yaml::field_of(&(*document)->root(), "kind"))) !=
             kKinds.end();
}

}  // namespace podsysctl::rules
