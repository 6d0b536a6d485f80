// SPDX-License-Identifier: Apache-2.0
// tests/golden/migrate: NAME.in.yaml (or .json) -> NAME.out.yaml and NAME.rest.txt, which holds
// what stays, remarks, and what is left for the node. PODSYSCTL_UPDATE_GOLDEN=1 writes them anew.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "edit/edits.h"
#include "migrate/fix.h"
#include "migrate/migrate.h"
#include "migrate/rest.h"
#include "yaml/value.h"

namespace podsysctl::migrate {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// "stem" and ".yaml" of every input.
std::map<std::string, std::string> cases() {
  std::map<std::string, std::string> found;
  for (const auto& file : fs::directory_iterator(PSYS_GOLDEN_MIGRATE)) {
    const std::string name = file.path().filename();
    const std::size_t in = name.find(".in.");
    if (in != std::string::npos) {
      found.emplace(name.substr(0, in), name.substr(in + 3));
    }
  }
  return found;
}

struct Done {
  std::string text;
  std::string rest;
  Migration migration;
};

// The first line may say "# --to annotation".
Options options_of(const std::string& text) {
  Options options;
  const std::string first = text.substr(0, text.find_first_of("\r\n"));
  if (first.ends_with("--to annotation")) {
    options.target = Target::annotation;
  } else if (first.ends_with("--to profile")) {
    options.target = Target::profile;
  }
  return options;
}

Done migrated(const std::string& text, const std::string& name) {
  const auto migration = migrate(text, name, options_of(text));
  if (!migration) {
    ADD_FAILURE() << migration.error().message;
    return {};
  }
  Done done{edit::apply_edits(text, migration->edits), "", *migration};
  for (const std::string& line : migration->stays) {
    done.rest += "stays: " + line + "\n";
  }
  for (const std::string& line : migration->remarks) {
    done.rest += "remark: " + line + "\n";
  }
  done.rest +=
      rest_text(migration->moved, options_of(text).target, policy::KubernetesVersion::newest());
  return done;
}

void compare(const fs::path& path, const std::string& made) {
  if (std::getenv("PODSYSCTL_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << made;
  }
  EXPECT_EQ(read(path), made) << path;
}

TEST(MigrateGolden, Cases) {
  const fs::path folder = PSYS_GOLDEN_MIGRATE;
  ASSERT_GE(cases().size(), 25U);
  for (const auto& [name, extension] : cases()) {
    SCOPED_TRACE(name);
    const std::string in = name + ".in" + extension;
    const Done done = migrated(read(folder / in), in);
    compare(folder / (name + ".out" + extension), done.text);
    compare(folder / (name + ".rest.txt"), done.rest);
  }
}

TEST(MigrateGolden, TwiceIsOnce) {
  for (const auto& [name, extension] : cases()) {
    SCOPED_TRACE(name);
    const std::string in = name + ".in" + extension;
    const Done once = migrated(read(fs::path(PSYS_GOLDEN_MIGRATE) / in), in);
    const Done twice = migrated(once.text, in);
    EXPECT_EQ(twice.text, once.text);
    EXPECT_TRUE(twice.migration.edits.empty());
    EXPECT_EQ(twice.migration.stays.size(), once.migration.stays.size());
  }
}

// The whole of what is asked for, field and annotation, is that of before and what was moved.
TEST(MigrateGolden, AsksForTheSame) {
  for (const auto& [name, extension] : cases()) {
    SCOPED_TRACE(name);
    const std::string in = name + ".in" + extension;
    const std::string text = read(fs::path(PSYS_GOLDEN_MIGRATE) / in);
    Options options = options_of(text);
    options.target = Target::field;
    const auto migration = migrate(text, in, options);
    ASSERT_TRUE(migration);
    std::map<std::string, std::string> wanted;
    for (const Moved& moved : migration->moved) {
      for (const Settings::One& one : moved.pod.all) {
        wanted[moved.workload + one.key.name()] = one.value;
      }
    }
    std::map<std::string, std::string> found;
    const std::string after = edit::apply_edits(text, migration->edits);
    yaml::DocumentReader reader(after, in);
    for (auto document = reader.next(); document && *document; document = reader.next()) {
      for (const pod::Workload& workload : pod::find_workloads(**document)) {
        const std::string who = fmt::format("{}{}{} ({})", workload.kind,
                                            workload.name.empty() ? "" : " ", workload.name, in);
        for (const Settings::One& one : settings_in_field(workload).all) {
          found[who + one.key.name()] = one.value;
        }
      }
    }
    for (const auto& [key, value] : wanted) {
      EXPECT_EQ(found[key], value) << key;
    }
  }
}

// Lines that no edit touches are all there, in their order.
TEST(MigrateGolden, OtherLinesStay) {
  for (const auto& [name, extension] : cases()) {
    SCOPED_TRACE(name);
    const std::string in = name + ".in" + extension;
    const std::string text = read(fs::path(PSYS_GOLDEN_MIGRATE) / in);
    const Done done = migrated(text, in);
    std::size_t kept = 0;
    std::size_t at = 0;
    for (const edit::Edit& edit : done.migration.edits) {
      const std::string between = text.substr(kept, edit.begin - kept);
      EXPECT_EQ(done.text.substr(at, between.size()), between);
      at += between.size() + edit.text.size();
      kept = edit.end;
    }
    EXPECT_EQ(done.text.substr(at), text.substr(kept));
  }
}

TEST(MigrateGolden, FixIsIdempotent) {
  for (const auto& [name, extension] : cases()) {
    SCOPED_TRACE(name);
    const std::string in = name + ".in" + extension;
    const auto once = fix(read(fs::path(PSYS_GOLDEN_MIGRATE) / in), in, {});
    ASSERT_TRUE(once) << once.error().message;
    const auto twice = fix(once->text, in, {});
    ASSERT_TRUE(twice);
    EXPECT_EQ(twice->text, once->text);
    EXPECT_TRUE(twice->edits.empty());
  }
}

}  // namespace
}  // namespace podsysctl::migrate
