// SPDX-License-Identifier: Apache-2.0
#include "cli/rewrite_file.h"

#include "linux/file.h"

namespace podsysctl::cli {

Result<> rewrite_file(const std::string& path, std::string_view old_text, std::string_view new_text,
                      Backup backup) {
  PSYS_TRY_ASSIGN(const std::string now, linux::read_file(path, old_text.size() + 1));
  if (now != old_text) {
    return Error::of(Code::conflict, "{}: changed while it was read; left as it is", path);
  }
  if (backup == Backup::yes) {
    PSYS_TRY(linux::write_file(path + ".bak", old_text, 0644));
  }
  return linux::write_file(path, new_text, 0644);
}

}  // namespace podsysctl::cli
