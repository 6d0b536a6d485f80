// SPDX-License-Identifier: Apache-2.0
#include "check/kubelet_drop_in.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "policy/allowlist.h"

namespace podsysctl::check {
namespace {

constexpr std::array<std::string_view, 2> kFlags{"--allowed-unsafe-sysctls",
                                                 "--experimental-allowed-unsafe-sysctls"};

struct Line {
  std::string text;
  std::uint32_t number = 0;
};

// Lines with their continuations ('\' at the end) joined by a blank, without comments.
std::vector<Line> logical_lines(std::string_view text) {
  std::vector<Line> lines;
  std::uint32_t number = 0;
  bool goes_on = false;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.starts_with('#') || line.starts_with(';')) {
      continue;
    }
    const bool continues = line.ends_with('\\');
    line.remove_suffix(continues ? 1 : 0);
    if (goes_on) {
      lines.back().text += " ";
      lines.back().text += line;
    } else {
      lines.push_back({std::string(line), number});
    }
    goes_on = continues;
  }
  return lines;
}

// Blank-separated words; single and double quotes hold blanks, '\' takes the next character as it
// is. nullopt where a quote is not closed.
std::optional<std::vector<std::string>> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote != '\0' ? c == quote : (c == '"' || c == '\'')) {
      quote = quote == '\0' ? c : '\0';
      in_word = true;
    } else if (quote == '\0' && (c == ' ' || c == '\t')) {
      if (in_word) {
        words.push_back(std::exchange(word, {}));
      }
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') {
    return std::nullopt;
  }
  if (in_word) {
    words.push_back(std::move(word));
  }
  return words;
}

// The values of the allowlist's flag among words.
std::vector<std::string> flag_values(const std::vector<std::string>& words) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string_view name = std::string_view(words[i]).substr(0, equals);
    if (std::ranges::find(kFlags, name) == kFlags.end()) {
      continue;
    }
    if (equals != std::string::npos) {
      values.push_back(words[i].substr(equals + 1));
    } else if (i + 1 < words.size()) {
      values.push_back(words[++i]);
    }
  }
  return values;
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class DropIn {
 public:
  explicit DropIn(std::string_view source) : source_(source) {}

  Result<> read(const Line& line) {
    if (line.text.starts_with('[')) {
      section_ = line.text;
      return {};
    }
    const std::size_t equals = line.text.find('=');
    if (equals == std::string::npos) {
      return {};
    }
    const std::string_view name = trim(std::string_view(line.text).substr(0, equals));
    const std::string_view value = trim(std::string_view(line.text).substr(equals + 1));
    if (section_ == "[Service]" && name == "Environment") {
      return read_environment(value, line.number);
    }
    if (section_ == "[Service]" && name == "ExecStart") {
      return read_command(value, line.number);
    }
    if (section_.empty() && is_variable_name(name)) {
      PSYS_TRY_ASSIGN(const auto words, cut(value, line.number));
      return read_assignment(join(words, " "), line.number);
    }
    return {};
  }

  std::vector<NodePattern> take() && {
    std::vector<NodePattern> all = std::move(environment_);
    std::ranges::move(command_, std::back_inserter(all));
    return all;
  }

 private:
  Result<std::vector<std::string>> cut(std::string_view text, std::uint32_t line) const {
    auto words = words_of(text);
    if (!words) {
      return Error::of(Code::invalid_argument, "{}:{}: a quote is not closed", source_, line);
    }
    return *std::move(words);
  }

  // Each word is NAME=VALUE; an empty value forgets all before it.
  Result<> read_environment(std::string_view value, std::uint32_t line) {
    if (value.empty()) {
      environment_.clear();
      return {};
    }
    PSYS_TRY_ASSIGN(const auto words, cut(value, line));
    for (const std::string& word : words) {
      const std::size_t equals = word.find('=');
      if (equals != std::string::npos) {
        PSYS_TRY(read_assignment(word.substr(equals + 1), line));
      }
    }
    return {};
  }

  // A variable's value becomes words of the command once more, unquoted.
  Result<> read_assignment(const std::string& value, std::uint32_t line) {
    PSYS_TRY_ASSIGN(const auto words, cut(value, line));
    return add(flag_values(words), line, environment_);
  }

  Result<> read_command(std::string_view value, std::uint32_t line) {
    if (value.empty()) {
      command_.clear();
      return {};
    }
    PSYS_TRY_ASSIGN(const auto words, cut(value, line));
    return add(flag_values(words), line, command_);
  }

  Result<> add(const std::vector<std::string>& values, std::uint32_t line,
               std::vector<NodePattern>& patterns) const {
    for (const std::string& value : values) {
      auto list = policy::parse_pattern_list(value);
      if (!list) {
        return Error::of(Code::invalid_argument, "{}:{}: {}", source_, line, list.error().message);
      }
      for (std::string& pattern : *list) {
        patterns.push_back({pattern, {{line, 1}, "", pattern}});
      }
    }
    return {};
  }

  std::string source_;
  std::string section_;
  std::vector<NodePattern> environment_;
  std::vector<NodePattern> command_;
};

}  // namespace

Result<std::vector<NodePattern>> read_kubelet_drop_in(std::string_view text,
                                                      std::string_view source) {
  DropIn drop_in(source);
  for (const Line& line : logical_lines(text)) {
    PSYS_TRY(drop_in.read(line));
  }
  return std::move(drop_in).take();
}

}  // namespace podsysctl::check
