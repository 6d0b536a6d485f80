// SPDX-License-Identifier: Apache-2.0
#include "store/recover.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "linux/file_lock.h"
#include "store/schema.h"
#include "store/sqlite.h"

namespace podsysctl::store {
namespace {

// Of the files of a database; the log and its index belong to it.
constexpr std::string_view kFiles[] = {"", "-wal", "-shm"};

Result<bool> is_damaged_file(const std::string& path) {
  bool whole = true;
  const auto look = [&]() -> Result<> {
    PSYS_TRY_ASSIGN(Database database, Database::open(path, Database::Access::existing));
    return database.each("PRAGMA quick_check(1)", {}, [&whole](const Row& row) {
      whole = whole && row.text(0) == "ok";
      return Result<>();
    });
  };
  const Result<> looked = look();
  if (looked) {
    return !whole;
  }
  if (looked.error().code == Code::not_found) {
    return false;
  }
  if (looked.error().code == Code::internal) {
    return true;
  }
  return std::unexpected(looked.error());
}

Result<> move_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
    return Error::from_errno(errno, "move {} to {}", from, to);
  }
  return {};
}

std::optional<Timestamp> time_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) < 0) {
    return std::nullopt;
  }
  return Timestamp(std::chrono::seconds(status.st_mtim.tv_sec));
}

// Whole, under a name of its own; the copy stays: the next damage may come before there is another.
// Nullopt where there is no copy that can be used.
Result<std::optional<Timestamp>> prepare_from_copy(const std::string& root,
                                                   const std::string& prepared) {
  const std::string copy = copy_path(root);
  const std::optional<Timestamp> as_of = time_of(copy);
  if (!as_of) {
    return std::optional<Timestamp>();
  }
  PSYS_TRY_ASSIGN(const bool damaged, is_damaged_file(copy));
  if (damaged) {
    return std::optional<Timestamp>();
  }
  std::error_code failure;
  std::filesystem::copy_file(copy, prepared, std::filesystem::copy_options::overwrite_existing,
                             failure);
  if (failure) {
    return Error::from_errno(failure.value(), "copy {} to {}", copy, prepared);
  }
  return as_of;
}

Result<> move_database(const std::string& from, const std::string& to) {
  for (const std::string_view file : kFiles) {
    PSYS_TRY(move_file(fmt::format("{}{}", from, file), fmt::format("{}{}", to, file)));
  }
  return {};
}

Result<> use_log_of_its_own(const std::string& path) {
  PSYS_TRY_ASSIGN(Database database, Database::open(path, Database::Access::existing));
  return database.execute("PRAGMA journal_mode = WAL");
}

}  // namespace

Result<> keep_copy(const std::string& root) {
  const std::string unfinished = copy_path(root) + ".new";
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  {
    PSYS_TRY_ASSIGN(Database database,
                    Database::open(database_path(root), Database::Access::existing));
    PSYS_TRY(database.run("VACUUM INTO ?1", {unfinished}));
  }
  // SQLite gives it the mode that a new file gets; it holds what specs hold.
  std::filesystem::permissions(unfinished, std::filesystem::perms(0600), ignored);
  return move_file(unfinished, copy_path(root));
}

Result<bool> is_damaged(const std::string& root) { return is_damaged_file(database_path(root)); }

Result<std::optional<Recovery>> recover_if_damaged(const std::string& root, Timestamp now) {
  if (!std::filesystem::exists(database_path(root))) {
    return std::optional<Recovery>();
  }
  PSYS_TRY_ASSIGN(const linux::Fd lock, linux::lock_file(root + "/state.lock"));
  PSYS_TRY_ASSIGN(const bool damaged, is_damaged(root));
  if (!damaged) {
    return std::optional<Recovery>();
  }
  Recovery recovery{.kept_as = fmt::format(
                        "{}.damaged-{}", database_path(root),
                        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count()),
                    .as_of = std::nullopt};
  // A full disk is met before anything is moved away.
  const std::string prepared = database_path(root) + ".recovered";
  PSYS_TRY_ASSIGN(recovery.as_of, prepare_from_copy(root, prepared));
  PSYS_TRY(move_database(database_path(root), recovery.kept_as));
  if (recovery.as_of) {
    PSYS_TRY(move_file(prepared, database_path(root)));
    PSYS_TRY(use_log_of_its_own(database_path(root)));
  }
  return std::optional(std::move(recovery));
}

}  // namespace podsysctl::store
