// SPDX-License-Identifier: Apache-2.0
#include "pod/manifest.h"

#include <array>
#include <deque>
#include <utility>

#include "base/strings.h"
#include "pod/config_store.h"
#include "pod/problems.h"
#include "yaml/scalar.h"
#include "yaml/value.h"

namespace podsysctl::pod {
namespace {

// What a manifest of 4 MiB can reasonably hold; the tree takes about 100 bytes a node.
constexpr std::size_t kMaxNodes = 200'000;

struct TypeMeta {
  std::string api_version;
  std::string kind;
};

// The objects of a file by what they are for.
class ObjectSorter {
 public:
  ObjectSorter(const ReadOptions& options, Problems& problems)
      : options_(options), problems_(problems) {}

  void add(const yaml::Value& object);

  [[nodiscard]] const std::vector<yaml::Value>& pods() const { return pods_; }
  [[nodiscard]] const ConfigStore& config() const { return config_; }
  // "Deployment \"web\" (apps/v1, line 3)", of everything else.
  [[nodiscard]] const std::vector<std::string>& others() const { return others_; }

 private:
  [[nodiscard]] std::optional<TypeMeta> type_of(const yaml::Value& object);
  void add_items(const yaml::Value& list);
  void add_other(const yaml::Value& object, const TypeMeta& type);

  const ReadOptions& options_;
  Problems& problems_;
  std::vector<yaml::Value> pods_;
  ConfigStore config_;
  std::vector<std::string> others_;
};

std::optional<TypeMeta> ObjectSorter::type_of(const yaml::Value& object) {
  if (!problems_.holds(object, object.expect_mapping())) {
    return std::nullopt;
  }
  TypeMeta type;
  const std::array<std::pair<std::string_view, std::string*>, 2> fields{
      {{"apiVersion", &type.api_version}, {"kind", &type.kind}}};
  for (const auto& [name, target] : fields) {
    const auto field = object.find(name);
    auto text = field ? problems_.keep(*field, field->as_string()) : std::nullopt;
    if (!text || text->empty()) {
      if (!field) {
        problems_.error(object, fmt::format("{} is missing; a pod starts with `apiVersion: v1` "
                                            "and `kind: Pod`",
                                            name));
      }
      return std::nullopt;
    }
    *target = *std::move(text);
  }
  return type;
}

void ObjectSorter::add_items(const yaml::Value& list) {
  const auto items = list.find("items");
  if (!items) {
    return;
  }
  for (const yaml::Value& item :
       problems_.keep(*items, items->as_list()).value_or(std::vector<yaml::Value>())) {
    // The path of an object starts anew: "spec.containers", as in a file of its own.
    add(yaml::Value(item.node(), "", item.source()));
  }
}

void ObjectSorter::add_other(const yaml::Value& object, const TypeMeta& type) {
  const auto metadata = object.find("metadata");
  const auto name = metadata ? metadata->find("name") : std::nullopt;
  others_.push_back(fmt::format("{}{} ({}, line {})", quoted(type.kind),
                                name ? " " + quoted(name->node().text) : "",
                                quoted(type.api_version), object.at().line));
  problems_.warn(object, fmt::format("{} is ignored: only a Pod, ConfigMaps and Secrets are read",
                                     quoted(type.kind)));
}

void ObjectSorter::add(const yaml::Value& object) {
  if (yaml::is_null(object.node())) {
    return;  // nothing between two `---`
  }
  const std::optional<TypeMeta> type = type_of(object);
  if (!type) {
    return;
  }
  const bool core = type->api_version == "v1";
  if (core && type->kind == "Pod") {
    pods_.push_back(object);
  } else if (core && type->kind == "ConfigMap") {
    config_.add(object, ConfigKind::config_map, options_.pod.default_namespace, problems_);
  } else if (core && type->kind == "Secret") {
    config_.add(object, ConfigKind::secret, options_.pod.default_namespace, problems_);
  } else if (core && (type->kind == "List" || type->kind == "PodList")) {
    add_items(object);
  } else {
    add_other(object, *type);
  }
}

std::unexpected<Error> no_pod(std::string_view source, const std::vector<std::string>& others) {
  if (others.empty()) {
    return Error::of(Code::not_found, "{}: no Pod in it", source);
  }
  constexpr std::size_t kMostShown = 5;
  std::vector<std::string> shown(
      others.begin(),
      others.begin() + static_cast<std::ptrdiff_t>(std::min(others.size(), kMostShown)));
  if (others.size() > kMostShown) {
    shown.push_back(fmt::format("{} more", others.size() - kMostShown));
  }
  return Error::of(Code::not_found,
                   "{}: no Pod in it, but {}: run -f takes a v1 Pod (a workload's pod template, "
                   "with apiVersion: v1, kind: Pod and a name, is one)",
                   source, join(shown, ", "));
}

}  // namespace

Result<Manifest> read_pod(std::string_view text, std::string_view source,
                          const ReadOptions& options) {
  yaml::Limits limits;
  limits.input_bytes = options.max_bytes;
  limits.nodes = kMaxNodes;
  limits.expanded_nodes = kMaxNodes;
  yaml::DocumentReader reader(text, source, limits);
  std::deque<yaml::Document> documents;  // stays in place: values point into it
  Problems problems;
  ObjectSorter sorter(options, problems);
  std::size_t nodes = 0;
  for (;;) {
    PSYS_TRY_ASSIGN(std::optional<yaml::Document> document, reader.next());
    if (!document) {
      break;
    }
    documents.push_back(*std::move(document));
    const yaml::Value root(documents.back());
    nodes += root.node().weight;
    if (nodes > kMaxNodes) {
      return std::unexpected(root.error(fmt::format("more than {} nodes in all", kMaxNodes)));
    }
    sorter.add(root);
  }
  PSYS_TRY(problems.as_result());
  if (sorter.pods().empty()) {
    return no_pod(source, sorter.others());
  }
  if (sorter.pods().size() > 1) {
    return std::unexpected(sorter.pods()[1].error(fmt::format(
        "a second Pod, the first is at line {}: run -f takes one", sorter.pods()[0].at().line)));
  }
  Manifest manifest;
  manifest.pod = read_pod_object(sorter.pods()[0], sorter.config(), options.pod, problems);
  PSYS_TRY(problems.as_result());
  manifest.notices = std::move(problems).take_notices();
  return manifest;
}

}  // namespace podsysctl::pod
