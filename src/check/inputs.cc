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
#include <utility>

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

// A pattern, cut at its slashes.
class Pattern {
 public:
  explicit Pattern(std::vector<std::string_view> components) : components_(std::move(components)) {}

  // The files that match the components from `index` on, below `folder`.
  void expand(const fs::path& folder, std::size_t index, std::vector<InputFile>& files) const {
    const std::string component(components_[index]);
    if (!is_pattern(component)) {
      expand_name(folder, component, index, files);
      return;
    }
    if (component == "**" && !is_last(index)) {
      expand(folder, index + 1, files);  // no folder at all
    }
    std::error_code failure;
    fs::directory_iterator entry(folder.empty() ? fs::path(".") : folder, failure);
    for (const fs::directory_iterator end; !failure && entry != end; entry.increment(failure)) {
      const fs::path next = folder / entry->path().filename();
      if (component == "**") {
        take_at_any_depth(*entry, next, index, files);
      } else if (::fnmatch(component.c_str(), next.filename().c_str(), FNM_PERIOD) == 0) {
        take_match(*entry, next, index, files);
      }
    }
  }

 private:
  bool is_last(std::size_t index) const { return index + 1 == components_.size(); }

  void expand_name(const fs::path& folder, const std::string& name, std::size_t index,
                   std::vector<InputFile>& files) const {
    const fs::path next = name.empty() && index == 0 ? fs::path("/") : folder / name;
    std::error_code failure;
    if (!is_last(index) && fs::is_directory(next, failure)) {
      expand(next, index + 1, files);
    } else if (is_last(index) && fs::is_regular_file(next, failure)) {
      files.push_back(input_of(next));
    }
  }

  void take_at_any_depth(const fs::directory_entry& entry, const fs::path& next, std::size_t index,
                         std::vector<InputFile>& files) const {
    std::error_code unknown;  // a file that has just gone is none
    if (entry.is_directory(unknown)) {
      if (!entry.is_symlink(unknown) && !is_hidden(next)) {
        expand(next, index, files);
      }
    } else if (is_last(index) && is_manifest(next)) {
      files.push_back(input_of(next));
    }
  }

  void take_match(const fs::directory_entry& entry, const fs::path& next, std::size_t index,
                  std::vector<InputFile>& files) const {
    std::error_code unknown;
    if (!is_last(index) && entry.is_directory(unknown)) {
      expand(next, index + 1, files);
    } else if (is_last(index) && entry.is_regular_file(unknown)) {
      files.push_back(input_of(next));
    }
  }

  std::vector<std::string_view> components_;
};

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
    Pattern(split(word, '/')).expand({}, 0, files);
    if (files.empty()) {
      return Error::of(Code::not_found, "{}: no file matches", in_quotes(word));
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
