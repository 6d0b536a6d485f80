// SPDX-License-Identifier: Apache-2.0
#include "pod/manifest.h"

#include <array>
#include <deque>
#include <optional>
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

// Objects that nobody reads.
struct Others {
  static constexpr std::size_t kMostNamed = 5;
  std::size_t count = 0;
  std::vector<std::string> named;  // "Deployment" "web" ("apps/v1", line 3)
};

// The objects of a file by what they are for.
class ObjectSorter {
 public:
  ObjectSorter(const ReadOptions& options, Problems& problems)
      : options_(options), problems_(problems) {}

  // True where the object is needed later on; the others can be forgotten.
  [[nodiscard]] bool add(const yaml::Value& object);

  [[nodiscard]] const std::vector<yaml::Value>& pods() const { return pods_; }
  [[nodiscard]] const ConfigStore& config() const { return config_; }
  [[nodiscard]] const Others& others() const { return others_; }

 private:
  [[nodiscard]] std::optional<TypeMeta> type_of(const yaml::Value& object);
  [[nodiscard]] bool add_items(const yaml::Value& list);
  void add_other(const yaml::Value& object, const TypeMeta& type);

  const ReadOptions& options_;
  Problems& problems_;
  std::vector<yaml::Value> pods_;
  ConfigStore config_;
  Others others_;
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
    if (!field) {
      problems_.error(object, fmt::format("{} is missing; a pod starts with `apiVersion: v1` and "
                                          "`kind: Pod`",
                                          name));
      return std::nullopt;
    }
    auto text = problems_.keep(*field, field->as_string());
    if (!text) {
      return std::nullopt;
    }
    *target = *std::move(text);
  }
  return type;
}

bool ObjectSorter::add_items(const yaml::Value& list) {
  const auto items = list.find("items");
  const auto objects = items ? problems_.keep(*items, items->as_list()) : std::nullopt;
  if (!objects) {
    return false;
  }
  bool needed = false;
  for (const yaml::Value& object : *objects) {
    // The path of an object starts anew: "spec.containers", as in a file of its own.
    needed = add(yaml::Value(object.node(), "", object.source())) || needed;
  }
  return needed;
}

void ObjectSorter::add_other(const yaml::Value& object, const TypeMeta& type) {
  const auto metadata = object.find("metadata");
  const auto name = metadata ? metadata->find("name") : std::nullopt;
  if (++others_.count <= Others::kMostNamed) {
    others_.named.push_back(fmt::format("{}{} ({}, line {})", in_quotes(type.kind),
                                        name ? " " + in_quotes(name->node().text) : "",
                                        in_quotes(type.api_version), object.at().line));
  }
  problems_.warn(object, fmt::format("{} is ignored: only a Pod, ConfigMaps and Secrets are read",
                                     in_quotes(type.kind)));
}

bool ObjectSorter::add(const yaml::Value& object) {
  if (yaml::is_null(object.node())) {
    return false;  // nothing between two `---`
  }
  const std::optional<TypeMeta> type = type_of(object);
  if (!type) {
    return false;
  }
  const bool core = type->api_version == "v1";
  if (core && type->kind == "Pod") {
    pods_.push_back(object);
    return true;
  }
  if (core && (type->kind == "List" || type->kind == "PodList")) {
    return add_items(object);
  }
  if (core && type->kind == "ConfigMap") {
    config_.add(object, ConfigKind::config_map, options_.pod.default_namespace, problems_);
  } else if (core && type->kind == "Secret") {
    config_.add(object, ConfigKind::secret, options_.pod.default_namespace, problems_);
  } else {
    add_other(object, *type);
  }
  return false;
}

std::unexpected<Error> no_pod(std::string_view source, const Others& others) {
  if (others.count == 0) {
    return Error::of(Code::not_found, "{}: no Pod in it", source);
  }
  std::vector<std::string> shown = others.named;
  if (others.count > shown.size()) {
    shown.push_back(fmt::format("{} more", others.count - shown.size()));
  }
  return Error::of(Code::not_found,
                   "{}: no Pod in it, but {}: run -f takes a v1 Pod (a workload's pod template, "
                   "with apiVersion: v1, kind: Pod and a name, is one)",
                   source, join(shown, ", "));
}

Result<> refuse_second_pod(const std::vector<yaml::Value>& pods) {
  if (pods.size() < 2) {
    return {};
  }
  return std::unexpected(pods[1].error(
      fmt::format("a second Pod, the first is at line {}: run -f takes one", pods[0].at().line)));
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
    if (!sorter.add(root)) {
      documents.pop_back();
    }
    PSYS_TRY(refuse_second_pod(sorter.pods()));
  }
  PSYS_TRY(problems.as_result());
  if (sorter.pods().empty()) {
    return no_pod(source, sorter.others());
  }
  Manifest manifest;
  manifest.pod = read_pod_object(sorter.pods()[0], sorter.config(), options.pod, problems);
  PSYS_TRY(problems.as_result());
  manifest.notices = std::move(problems).take_notices();
  return manifest;
}

}  // namespace podsysctl::pod
