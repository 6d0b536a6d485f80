// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "check/located.h"
#include "check/runner.h"
#include "check/units.h"
#include "yaml/reader.h"
#include "yaml/text_check.h"
#include "yaml/value.h"

namespace podsysctl::check {
namespace {

constexpr std::size_t kMaxExpanded = 200'000;  // nodes that aliases add; manifests need few

// All documents of a text; the error that ends the reading, if one does.
Result<> check_documents(const Part& part, DocumentChecker& checker, Sink& sink) {
  yaml::DocumentReader reader(part.text, "", manifest_limits(), part.start);
  for (;;) {
    PSYS_TRY_ASSIGN(const auto document, reader.next());
    if (!document) {
      return {};
    }
    const yaml::Node& root = document->root();
    const bool is_entry = part.form == Part::Form::list_entry && root.items.size() == 1;
    checker.check(yaml::Value(is_entry ? *root.items.front() : root, part.path, ""), sink);
  }
}

}  // namespace

yaml::Limits manifest_limits() noexcept {
  return {.input_bytes = kMaxFileBytes, .expanded_nodes = kMaxExpanded};
}

void check_part(const Part& part, DocumentChecker& checker, Sink& sink) {
  const std::size_t findings = sink.findings().size();
  const Summary summary = sink.summary();
  if (check_documents(part, checker, sink)) {
    return;
  }
  // Once more, document by document: only the broken one is lost.
  sink.findings().resize(findings);
  sink.summary() = summary;
  DocumentCutter cutter(part.text, part.start);
  while (auto document = cutter.next(1)) {
    document->path = part.path;
    document->form = part.form;
    if (const Result<> read = check_documents(*document, checker, sink); !read) {
      Located fault = locate(read.error().message, document->start);
      sink.summary().documents += part.path.empty() ? 1U : 0U;
      sink.add(Rule::unreadable, {fault.at, "", ""}, std::move(fault.text),
               document->text.find("{{") != std::string_view::npos
                   ? "this looks like a template: render it first, by helm template or the like"
                   : "the other documents of the file are checked all the same");
    }
  }
}

}  // namespace podsysctl::check
