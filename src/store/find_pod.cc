// SPDX-License-Identifier: Apache-2.0
// From what a person typed to one pod: exact names first, then beginnings of ids.
#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "store/sqlite.h"
#include "store/store.h"

namespace podsysctl::store {
namespace {

struct Candidate {
  std::string pod_uid;
  std::string container_id;  // "": the pod itself
  std::string description;   // for the list of an ambiguous reference
};

using Candidates = std::vector<Candidate>;

Result<Candidates> candidates(Database& database, const char* sql,
                              std::initializer_list<Value> values) {
  Candidates found;
  PSYS_TRY(database.each(sql, values, [&found](const Row& row) {
    found.push_back({row.text(0), row.text(1), row.text(2)});
    return Result<>();
  }));
  return found;
}

// One candidate, or none; several of one pod mean the pod.
Result<std::optional<Candidate>> only_one(Candidates found, std::string_view reference) {
  if (found.empty()) {
    return std::nullopt;
  }
  const bool same_pod = std::ranges::all_of(
      found, [&](const Candidate& other) { return other.pod_uid == found.front().pod_uid; });
  if (same_pod) {
    if (found.size() > 1) {
      found.front().container_id.clear();
    }
    return std::move(found.front());
  }
  constexpr std::size_t kListed = 10;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(found.size(), kListed); ++i) {
    names.push_back(found[i].description);
  }
  return Error::of(Code::conflict, "{} is ambiguous: {}{}; name one of them in full",
                   in_quotes(reference), join(names, ", "), found.size() > kListed ? ", …" : "");
}

Result<std::optional<Candidate>> by_pod_name(Database& database, std::string_view name) {
  PSYS_TRY_ASSIGN(Candidates found,
                  candidates(database,
                             "SELECT uid, '', 'pod ' || namespace || '/' || name FROM pods"
                             " WHERE name = ?1 ORDER BY namespace != 'default', namespace",
                             {name}));
  if (!found.empty() && found.front().description.starts_with("pod default/")) {
    return std::move(found.front());
  }
  return only_one(std::move(found), name);
}

Result<std::optional<Candidate>> by_qualified_name(Database& database, std::string_view reference,
                                                   std::size_t slash) {
  PSYS_TRY_ASSIGN(
      Candidates found,
      candidates(database, "SELECT uid, '', '' FROM pods WHERE namespace = ?1 AND name = ?2",
                 {reference.substr(0, slash), reference.substr(slash + 1)}));
  return only_one(std::move(found), reference);
}

Result<std::optional<Candidate>> by_container_name(Database& database, std::string_view name) {
  PSYS_TRY_ASSIGN(
      Candidates found,
      candidates(database,
                 "SELECT pods.uid, containers.id, 'container ' || containers.name || ' of pod '"
                 " || pods.namespace || '/' || pods.name FROM containers JOIN pods"
                 " ON pods.uid = containers.pod_uid WHERE containers.name = ?1 ORDER BY 3",
                 {name}));
  return only_one(std::move(found), name);
}

bool is_start_of_id(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return text.size() <= kLongest &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

Result<std::optional<Candidate>> by_start_of_id(Database& database, std::string_view start) {
  if (!is_start_of_id(start)) {
    return std::nullopt;
  }
  // '~' sorts after every character of an id, so the indexes answer.
  PSYS_TRY_ASSIGN(
      Candidates found,
      candidates(database,
                 "SELECT uid, '', 'pod ' || namespace || '/' || name || ' (uid ' || uid || ')'"
                 " FROM pods WHERE uid BETWEEN ?1 AND ?1 || '~' UNION ALL "
                 "SELECT uid, '', 'pod ' || namespace || '/' || name || ' (sandbox '"
                 " || substr(sandbox_id, 1, 12) || ')'"
                 " FROM pods WHERE sandbox_id BETWEEN ?1 AND ?1 || '~'"
                 " OR runtime_id BETWEEN ?1 AND ?1 || '~' UNION ALL "
                 "SELECT pods.uid, id, 'container ' || containers.name || ' of pod '"
                 " || namespace || '/' || pods.name || ' (id ' || substr(id, 1, 12) || ')'"
                 " FROM containers JOIN pods ON pods.uid = pod_uid"
                 " WHERE id BETWEEN ?1 AND ?1 || '~'"
                 " OR containers.runtime_id BETWEEN ?1 AND ?1 || '~'",
                 {start}));
  return only_one(std::move(found), start);
}

Result<std::optional<Candidate>> resolve(Database& database, std::string_view reference) {
  if (const std::size_t slash = reference.find('/'); slash != std::string_view::npos) {
    return by_qualified_name(database, reference, slash);
  }
  for (auto* const way : {&by_pod_name, &by_container_name, &by_start_of_id}) {
    PSYS_TRY_ASSIGN(std::optional<Candidate> found, way(database, reference));
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<FoundPod> Store::find_pod(std::string_view reference) {
  if (reference.empty()) {
    return Error::of(Code::invalid_argument, "the name, uid or id of a pod must not be empty");
  }
  FoundPod result;
  const auto work = [&]() -> Result<> {
    PSYS_TRY_ASSIGN(std::optional<Candidate> found, resolve(*database_, reference));
    if (!found) {
      return Error::of(Code::not_found, "no pod or container {}; podsysctl ps -a lists them",
                       in_quotes(reference));
    }
    PSYS_TRY_ASSIGN(result.pod, pod(found->pod_uid));
    result.container_id = std::move(found->container_id);
    return {};
  };
  PSYS_TRY(in_snapshot(*database_, work));
  return result;
}

}  // namespace podsysctl::store
