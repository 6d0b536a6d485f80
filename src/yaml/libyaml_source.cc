// SPDX-License-Identifier: Apache-2.0
#include "yaml/libyaml_source.h"

#include <yaml.h>

#include <string>

#include "yaml/text_check.h"

namespace podsysctl::yaml {
namespace {

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string_view view(const yaml_char_t* text, std::size_t length) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text), length);
}

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  Event(Event&&) = delete;
  Event& operator=(Event&&) = delete;
  ~Event() { yaml_event_delete(&raw); }

  yaml_event_t raw{};
};

class LibyamlSource final : public EventSource {
 public:
  LibyamlSource(std::string_view text, std::uint32_t first_line)
      : text_(text), first_line_(first_line) {
    ready_ = yaml_parser_initialize(&parser_) != 0;
    if (ready_) {
      yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
      yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text_.data()),
                                   text_.size());
    }
  }
  LibyamlSource(const LibyamlSource&) = delete;
  LibyamlSource& operator=(const LibyamlSource&) = delete;
  LibyamlSource(LibyamlSource&&) = delete;
  LibyamlSource& operator=(LibyamlSource&&) = delete;
  ~LibyamlSource() override {
    if (ready_) {
      yaml_parser_delete(&parser_);
    }
  }

  Result<bool> next_document(TreeBuilder& builder) override {
    if (!ready_) {
      return Error::of(Code::internal, "{}: no memory for the YAML parser", builder.source());
    }
    Event event;
    while (!ended_) {
      yaml_event_delete(&event.raw);
      if (yaml_parser_parse(&parser_, &event.raw) == 0) {
        ended_ = true;
        return syntax_error(builder.source());
      }
      if (event.raw.type == YAML_STREAM_END_EVENT) {
        ended_ = true;
      } else if (event.raw.type == YAML_DOCUMENT_END_EVENT) {
        return true;
      } else {
        Result<> fed = feed(event.raw, builder);
        if (!fed) {
          ended_ = true;
          return std::unexpected(std::move(fed).error());
        }
      }
    }
    return false;
  }

 private:
  Position position(const yaml_mark_t& mark) const {
    return {static_cast<std::uint32_t>(mark.line) + first_line_,
            static_cast<std::uint32_t>(mark.column) + 1};
  }

  Result<> feed(const yaml_event_t& event, TreeBuilder& builder) const {
    const Position at = position(event.start_mark);
    const Position end = position(event.end_mark);
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        const Style style = scalar.style == YAML_PLAIN_SCALAR_STYLE ? Style::plain : Style::quoted;
        return builder.scalar(at, end, view(scalar.anchor), view(scalar.tag), style,
                              view(scalar.value, scalar.length));
      }
      case YAML_SEQUENCE_START_EVENT:
        return builder.begin(Kind::sequence, at, view(event.data.sequence_start.anchor),
                             view(event.data.sequence_start.tag));
      case YAML_MAPPING_START_EVENT:
        return builder.begin(Kind::mapping, at, view(event.data.mapping_start.anchor),
                             view(event.data.mapping_start.tag));
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        // The end of a block collection is a mark without length, where the next thing begins.
        return builder.end(at == end ? Position() : end);
      case YAML_ALIAS_EVENT:
        return builder.alias(at, view(event.data.alias.anchor));
      default:
        return {};
    }
  }

  std::unexpected<Error> syntax_error(std::string_view source) const {
    if (parser_.error == YAML_MEMORY_ERROR) {
      return Error::of(Code::internal, "{}: no memory for the YAML parser", source);
    }
    if (parser_.error == YAML_READER_ERROR) {
      Position at = position_of(text_, parser_.problem_offset);
      at.line += first_line_ - 1;
      return error_at(source, at, fmt::format("not valid YAML: {}", view_problem()));
    }
    std::string message = fmt::format("not valid YAML: {}", view_problem());
    if (parser_.context != nullptr) {
      message +=
          fmt::format(" ({}, line {})", parser_.context, parser_.context_mark.line + first_line_);
    }
    message += hint();
    return error_at(source, position(parser_.problem_mark), message);
  }

  std::string_view view_problem() const {
    return parser_.problem == nullptr ? "unknown problem" : parser_.problem;
  }

  // A tab is invisible, and the commonest cause of this message.
  std::string_view hint() const {
    return view_problem().contains("cannot start any token")
               ? "; YAML is indented with blanks, not tabs, and text that starts with @ or ` is "
                 "quoted"
               : "";
  }

  std::string_view text_;
  std::uint32_t first_line_;
  yaml_parser_t parser_{};
  bool ready_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<EventSource> make_libyaml_source(std::string_view text, std::uint32_t first_line) {
  return std::make_unique<LibyamlSource>(text, first_line);
}

}  // namespace podsysctl::yaml
