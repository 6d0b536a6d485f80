// SPDX-License-Identifier: Apache-2.0
// The API's documents, read and written. Members that are unknown are left alone, those that older
// daemons lack are optional; what is there has to be of its type.
// Errors: invalid_argument, naming the document and the member. Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "docker/types.h"

namespace podsysctl::docker {

[[nodiscard]] std::string encode(const ContainerSpec& spec);
[[nodiscard]] std::string encode(const ExecSpec& spec);

[[nodiscard]] Result<CreatedContainer> decode_created(std::string_view text);
[[nodiscard]] Result<Container> decode_container(std::string_view text);
[[nodiscard]] Result<std::vector<ListedContainer>> decode_container_list(std::string_view text);
[[nodiscard]] Result<Image> decode_image(std::string_view text);
[[nodiscard]] Result<Version> decode_version(std::string_view text);
// The member DockerRootDir of GET /info.
[[nodiscard]] Result<std::string> decode_root_folder(std::string_view text);
[[nodiscard]] Result<ExecState> decode_exec(std::string_view text);
// Of POST /containers/{id}/wait.
[[nodiscard]] Result<int> decode_wait(std::string_view text);
[[nodiscard]] Result<Event> decode_event(std::string_view line);
[[nodiscard]] Result<Progress> decode_progress(std::string_view line);
// {"message":"…"}; the whole text where it is none.
[[nodiscard]] std::string decode_error(std::string_view text);

}  // namespace podsysctl::docker
