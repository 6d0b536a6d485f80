// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "cli/image_use.h"
#include "cli/output.h"
#include "cli/reporter.h"
#include "cli/verbs.h"
#include "image/store.h"
#include "json/json.h"

namespace podsysctl::cli {
namespace {

constexpr std::size_t kShortDigest = 12;
constexpr std::string_view kDigestPrefix = "sha256:";

struct Given {
  std::vector<std::string> names;
  std::string name;
  std::string source;
  std::string authfile;
  std::string output = "text";
  std::string root;
  bool quiet = false;
};

Result<image::ImageStore> open_images(const Given& given) {
  return image::ImageStore::open(given.root + "/images");
}

// The warnings go to standard error, the name to standard output.
int tell(const Result<image::Resolved>& result, const std::string& name) {
  if (!result) {
    return report(result.error());
  }
  for (const std::string& warning : result->warnings) {
    complain("warning: " + warning);
  }
  print(name + "\n");
  return kOk;
}

Result<image::Resolved> pull(const Given& given) {
  PSYS_TRY_ASSIGN(const image::Reference reference, image::parse_reference(given.name));
  if (reference.transport != image::Transport::registry) {
    return Error::of(Code::invalid_argument,
                     "{} is no image of a registry; podsysctl image import NAME {} takes it in",
                     printable(given.name), printable(given.name));
  }
  PSYS_TRY_ASSIGN(image::ImageStore images, open_images(given));
  TerminalProgress progress;
  return images.pull({.reference = reference, .keychain = {{}, given.authfile}}, progress);
}

Result<image::Resolved> import(const Given& given) {
  PSYS_TRY_ASSIGN(const image::Reference source, image::parse_reference(given.source));
  PSYS_TRY_ASSIGN(image::ImageStore images, open_images(given));
  TerminalProgress progress;
  return images.import(given.name, source, progress);
}

std::string short_digest(const std::string& digest) {
  return digest.starts_with(kDigestPrefix) ? digest.substr(kDigestPrefix.size(), kShortDigest)
                                           : digest;
}

std::string size_text(std::uint64_t bytes) {
  constexpr double kMegabyte = 1e6;
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / kMegabyte);
}

Timestamp imported_at(const image::ImageSummary& image) {
  return Timestamp(std::chrono::seconds(image.imported));
}

std::string table_of(const std::vector<image::ImageSummary>& images, Timestamp now) {
  Table table({"NAME", "DIGEST", "LAYERS", "SIZE", "IMPORTED"});
  for (const image::ImageSummary& image : images) {
    table.add({{image.name},
               {short_digest(image.digest)},
               {std::to_string(image.layers)},
               {size_text(image.size)},
               {age(imported_at(image), now)}});
  }
  return table.text(Table::Colours::off);
}

std::string json_of(const std::vector<image::ImageSummary>& images) {
  json::Value list = json::Value::array();
  for (const image::ImageSummary& image : images) {
    list.push_back({{"name", image.name},
                    {"digest", image.digest},
                    {"layers", image.layers},
                    {"size", image.size},
                    {"imported", to_rfc3339(imported_at(image))}});
  }
  return json::dump(list, json::Layout::indented) + "\n";
}

// Looking makes no folders.
Result<std::vector<image::ImageSummary>> listed_images(const Given& given) {
  std::error_code failure;
  if (!std::filesystem::exists(given.root + "/images", failure) && !failure) {
    return std::vector<image::ImageSummary>();
  }
  PSYS_TRY_ASSIGN(const image::ImageStore images, open_images(given));
  return images.list();
}

int list(const Given& given) {
  const auto listed = listed_images(given);
  if (!listed) {
    return report(listed.error());
  }
  if (given.quiet) {
    for (const image::ImageSummary& image : *listed) {
      print(image.name + "\n");
    }
  } else {
    print(given.output == "json" ? json_of(*listed) : table_of(*listed, SystemClock().now()));
  }
  return kOk;
}

int remove(const Given& given) {
  auto images = open_images(given);
  if (!images) {
    return report(images.error());
  }
  const auto in_use = layers_in_use(given.root);
  if (!in_use) {
    return report(in_use.error());
  }
  int status = kOk;
  for (const std::string& name : given.names) {
    if (const Result<> removed = images->remove(name, *in_use); removed) {
      print(name + "\n");
    } else {
      status = report(removed.error());
    }
  }
  return status;
}

void add_pull(Command& image) {
  const auto given = std::make_shared<Given>();
  Command& command = image.command("pull", "Fetch an image from its registry");
  command
      .option("authfile", "FILE", "Credentials of registries (default: those of docker, podman)",
              given->authfile)
      .completed_with(Completes::files);
  command.argument("IMAGE", Need::required, given->name).completed_with(Completes::images);
  add_root_flag(command, given->root);
  command.action([given] { return tell(pull(*given), given->name); });
}

void add_import(Command& image) {
  const auto given = std::make_shared<Given>();
  Command& command = image.command("import", "Unpack an image and give it a name");
  command.details("SOURCE is oci:DIR[:TAG], docker-archive:FILE[:REF] or rootfs:DIR.");
  command.argument("NAME", Need::required, given->name);
  command.argument("SOURCE", Need::required, given->source).completed_with(Completes::files);
  add_root_flag(command, given->root);
  command.action([given] { return tell(import(*given), given->name); });
}

void add_ls(Command& image) {
  const auto given = std::make_shared<Given>();
  Command& command = image.command("ls", "List the images of this host");
  command.flag("q,quiet", "Names only", given->quiet);
  command.choice("o,output", {"text", "json"}, "Form of the output", given->output);
  add_root_flag(command, given->root);
  command.action([given] { return list(*given); });
}

void add_image_rm(Command& image) {
  const auto given = std::make_shared<Given>();
  Command& command = image.command("rm", "Forget images, remove layers that nothing needs");
  command.arguments("NAME", Need::required, given->names).completed_with(Completes::images);
  add_root_flag(command, given->root);
  command.action([given] { return remove(*given); });
}

}  // namespace

void add_image(Command& app) {
  Command& image = app.command("image", "Pull, import, list and remove images");
  for (const auto add : {&add_pull, &add_import, &add_ls, &add_image_rm}) {
    add(image);
  }
}

}  // namespace podsysctl::cli
