// SPDX-License-Identifier: Apache-2.0
// Redirections, the files that a script writes, and settings loaded from them.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "base/strings.h"
#include "shell/evaluator.h"

namespace podsysctl::shell {
namespace {

constexpr std::string_view kProcSys = "/proc/sys/";
constexpr std::array<std::string_view, 5> kSystemFolders{"/etc/sysctl.d/", "/run/sysctl.d/",
                                                         "/usr/local/lib/sysctl.d/",
                                                         "/usr/lib/sysctl.d/", "/lib/sysctl.d/"};

// Where bytes go that nobody keeps.
bool is_nowhere(std::string_view path) {
  return path == "/dev/null" || path.starts_with("/dev/std") || path.starts_with("/dev/fd/") ||
         path == "/dev/tty" || path == "/dev/console" || path == "/proc/1/fd/1" ||
         path == "/proc/1/fd/2" || path.starts_with("/proc/self/fd/");
}

std::string without_double_slashes(std::string_view path) {
  std::string clean;
  for (const char c : path) {
    if (c != '/' || !clean.ends_with('/')) {
      clean += c;
    }
  }
  return clean;
}

}  // namespace

std::string Evaluator::resolved(std::string_view path) const {
  const std::string absolute =
      path.starts_with('/') ? std::string(path) : fmt::format("{}/{}", folder_, path);
  return without_double_slashes(root_ + absolute);
}

Text Evaluator::input_of(const Node& node, const Text& in) {
  Text input = in;
  for (const Redirect& redirect : node.redirects) {
    if (redirect.kind == Redirect::Kind::document && redirect.body) {
      input = expand_whole(*redirect.body);
    } else if (redirect.kind == Redirect::Kind::in) {
      const Text path = expand_whole(redirect.target);
      const auto file = files_.find(resolved(path.text));
      if (file != files_.end()) {
        file->second.loaded = true;
        input = file->second.origin;
        input.text = file->second.content;
      } else {
        input = unknown_output().out;
      }
    }
  }
  return input;
}

void Evaluator::send(const Node& node, Outcome& outcome) {
  for (const Redirect& redirect : node.redirects) {
    const bool to_file =
        redirect.kind == Redirect::Kind::out || redirect.kind == Redirect::Kind::append;
    if (redirect.fd == 1 && redirect.kind == Redirect::Kind::duplicate) {
      outcome.out = {};
    } else if (to_file && redirect.fd != 0 && redirect.fd != 2 && !exhausted_) {
      const Text target = expand_whole(redirect.target);
      deliver(redirect.fd == 1 ? outcome.out : unknown_output().out, target,
              redirect.kind == Redirect::Kind::append, Means::redirection);
      outcome.out = {};
    }
  }
}

void Evaluator::deliver(const Text& out, const Text& target, bool append, Means means) {
  const std::string path = resolved(target.text);
  if (target.text.empty() || is_nowhere(path)) {
    return;
  }
  const std::size_t proc = path.find(kProcSys);
  if (proc != std::string::npos) {
    return note_write(path.substr(proc + kProcSys.size()), out, means, target.source, target.at);
  }
  if (!spend(path.size() + out.text.size())) {
    return;
  }
  File& file = files_[path];
  if (!append || file.content.empty()) {
    file.content = out.text;
    file.origin = out;
  } else {
    file.content += out.text;
    file.origin.verbatim = false;
  }
  file.origin.text.clear();
  file.source = target.source;
  file.at = target.at;
  file.loaded = false;
  file.perhaps = file.perhaps || perhaps_ > 0;
}

// sysctl.conf(5): KEY = VALUE; '#' and ';' begin comments, '-' says that failing is fine.
void Evaluator::load(const Text& settings, std::size_t source, std::size_t at) {
  const std::string_view text = settings.text;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = trim(text.substr(begin, end - begin));
    const std::size_t equals = line.find('=');
    if (!line.starts_with('#') && !line.starts_with(';') &&
        (equals != std::string_view::npos || !is_known(line))) {
      const std::size_t inside = begin + text.substr(begin).find_first_not_of(" \t\r");
      line.remove_prefix(line.starts_with('-') ? 1 : 0);
      const std::size_t cut = std::min(line.find('='), line.size());
      const Text value{std::string(line.substr(std::min(cut + 1, line.size()))), 0, 0, false};
      note_write(std::string(trim(line.substr(0, cut))),
                 cut < line.size() ? value : unknown_output().out, Means::sysctl_file,
                 settings.verbatim ? settings.source : source,
                 settings.verbatim ? settings.at + inside : at);
    }
    begin = end + 1;
  }
}

void Evaluator::load_file(const Text& path, const Call& call) {
  if (path.text == "-" || path.text == "/dev/stdin") {
    return load(*call.in, path.source, path.at);
  }
  const auto file = files_.find(resolved(path.text));
  if (file == files_.end()) {
    return note_write("", unknown_output().out, Means::sysctl_file, path.source, path.at);
  }
  file->second.loaded = true;
  Text settings = file->second.origin;
  settings.text = file->second.content;
  perhaps_ += file->second.perhaps ? 1U : 0U;
  load(settings, path.source, path.at);
  perhaps_ -= file->second.perhaps ? 1U : 0U;
}

// sysctl --system
void Evaluator::load_all(const Call& call) {
  bool any = false;
  for (auto& [path, file] : files_) {
    const std::string_view inside =
        std::string_view(path).substr(path.starts_with(root_) ? root_.size() : 0);
    const bool in_folder = std::ranges::any_of(
        kSystemFolders, [&](std::string_view folder) { return inside.starts_with(folder); });
    if ((in_folder && inside.ends_with(".conf")) || inside == "/etc/sysctl.conf") {
      any = true;
      const Text& at = call.words.front();
      load_file({std::string(inside), at.source, at.at, false}, call);
    }
  }
  if (!any) {
    const Text& at = call.words.front();
    note_write("", unknown_output().out, Means::sysctl_file, at.source, at.at);
  }
}

}  // namespace podsysctl::shell
