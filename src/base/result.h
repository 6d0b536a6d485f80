// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. Dropping one is a compile error.
//   PSYS_TRY(write_all(fd, text));                     // return the error, or go on
//   PSYS_TRY_ASSIGN(const auto text, read_file(path)); // return the error, or bind the value
// Both are statements: GCC 12 leaks when an early return leaves a braced initialiser half built.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace podsysctl {

template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  using value_type = T;
};

// return with_context(std::move(result), "pod web");
template <class T>
[[nodiscard]] Result<T> with_context(Result<T> result, std::string_view context) {
  if (!result) {
    return std::unexpected(std::move(result).error().within(context));
  }
  return result;
}

}  // namespace podsysctl

#define PSYS_CONCAT_INNER(a, b) a##b
#define PSYS_CONCAT(a, b) PSYS_CONCAT_INNER(a, b)

#define PSYS_TRY(expression)                                      \
  do {                                                            \
    auto psys_try_result = (expression);                          \
    if (!psys_try_result) {                                       \
      return std::unexpected(std::move(psys_try_result).error()); \
    }                                                             \
  } while (false)

#define PSYS_TRY_ASSIGN_NAMED(name, declaration, expression) \
  auto name = (expression);                                  \
  if (!name) {                                               \
    return std::unexpected(std::move(name).error());         \
  }                                                          \
  declaration = *std::move(name)

#define PSYS_TRY_ASSIGN(declaration, expression) \
  PSYS_TRY_ASSIGN_NAMED(PSYS_CONCAT(psys_try_, __LINE__), declaration, expression)
