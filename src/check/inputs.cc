// SPDX-License-Identifier: Apache-2.0
#include "check/inputs.h"

#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

#include "base/strings.h"
#include "linux/file.h"
#include "linux/regular_file.h"

namespace podsysctl::check {
namespace {

namespace fs = std::filesystem;

bool is_manifest(const fs::path& path) {
  constexpr std::array<std::string_view, 3> kExtensions{".yaml", ".yml", ".json"};
  return std::ranges::find(kExtensions, path.extension().string()) != kExtensions.end();
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

InputFile input_of(const fs::path& path) {
  std::error_code failure;
  const auto bytes = fs::file_size(path, failure);
  return {path.string(), failure ? 0 : static_cast<std::size_t>(bytes)};
}

Result<> add_folder(const fs::path& folder, std::vector<InputFile>& files) {
  std::error_code failure;
  fs::recursive_directory_iterator entry(folder, failure);
  for (const fs::recursive_directory_iterator end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code unknown;  // a file that has just gone is none
    if (entry->is_directory(unknown) && is_hidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (is_manifest(entry->path()) && entry->is_regular_file(unknown)) {
      files.push_back(input_of(entry->path()));
    }
  }
  if (failure) {
    return Error::from_errno(failure.value(), "read folder {}", folder.string());
  }
  return {};
}

bool is_pattern(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

// The files that match the components from `index` on, below `folder`.
void expand(const fs::path& folder, const std::vector<std::string_view>& components,
            std::size_t index, std::vector<InputFile>& files) {
  const std::string component(components[index]);
  const bool last = index + 1 == components.size();
  std::error_code failure;
  if (!is_pattern(component)) {
    const fs::path next = component.empty() && index == 0 ? fs::path("/") : folder / component;
    if (last ? fs::is_regular_file(next, failure) : fs::is_directory(next, failure)) {
      last ? files.push_back(input_of(next)) : expand(next, components, index + 1, files);
    }
    return;
  }
  const bool any_depth = component == "**";
  if (any_depth && !last) {
    expand(folder, components, index + 1, files);  // no folder at all
  }
  fs::directory_iterator entry(folder.empty() ? fs::path(".") : folder, failure);
  for (const fs::directory_iterator end; !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    const fs::path next = folder / name;
    std::error_code unknown;
    const bool is_folder = entry->is_directory(unknown);
    if (any_depth) {
      if (is_folder && !entry->is_symlink(unknown) && !is_hidden(next)) {
        expand(next, components, index, files);
      } else if (last && !is_folder && is_manifest(next)) {
        files.push_back(input_of(next));
      }
    } else if (::fnmatch(component.c_str(), name.c_str(), FNM_PERIOD) == 0) {
      if (!last && is_folder) {
        expand(next, components, index + 1, files);
      } else if (last && entry->is_regular_file(unknown)) {
        files.push_back(input_of(next));
      }
    }
  }
}

}  // namespace

Result<std::vector<InputFile>> files_of(const std::string& word) {
  std::vector<InputFile> files;
  if (word == "-") {
    files.push_back({std::string(kStandardInput), 0});
    return files;
  }
  std::error_code failure;
  const fs::file_status status = fs::status(word, failure);
  if (fs::is_directory(status)) {
    PSYS_TRY(add_folder(word, files));
  } else if (fs::exists(status)) {
    files.push_back(input_of(word));
  } else if (is_pattern(word)) {
    expand({}, split(word, '/'), 0, files);
    if (files.empty()) {
      return Error::of(Code::not_found, "{}: no file matches", podsysctl::quoted(word));
    }
  } else {
    return Error::from_errno(failure ? failure.value() : ENOENT, "{}", word);
  }
  const auto path_of = [](const InputFile& file) -> const std::string& { return file.path; };
  std::ranges::sort(files, {}, path_of);
  const auto same = std::ranges::unique(files, {}, path_of);
  files.erase(same.begin(), same.end());
  return files;
}

Result<std::string> read_input(const InputFile& file) {
  if (file.path == kStandardInput) {
    return linux::read_all(linux::FdRef(STDIN_FILENO), kStandardInput, kMaxFileBytes);
  }
  PSYS_TRY_ASSIGN(const linux::RegularFile opened, linux::open_regular(file.path));
  if (opened.size > kMaxFileBytes) {
    return Error::of(Code::invalid_argument, "{} is larger than {} bytes", file.path,
                     kMaxFileBytes);
  }
  // Read to the size that it had: what is appended meanwhile is not ours.
  std::string text(static_cast<std::size_t>(opened.size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    PSYS_TRY_ASSIGN(
        const std::size_t count,
        linux::read_some_at(opened.fd.ref(), std::span(text).subspan(filled), filled, file.path));
    if (count == 0) {
      break;
    }
    filled += count;
  }
  text.resize(filled);
  return text;
}

}  // namespace podsysctl::check
