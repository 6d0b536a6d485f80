// SPDX-License-Identifier: Apache-2.0
// Images.
#include "cri/client.h"
#include "cri/cri.pb.h"
#include "cri/rpc.h"

namespace podsysctl::cri {
namespace {

namespace v1 = ::runtime::v1;

Image image_of(const v1::Image& from) {
  return {.id = from.id(),
          .tags = list_of(from.repo_tags()),
          .digests = list_of(from.repo_digests()),
          .size = from.size()};
}

}  // namespace

Result<std::optional<Image>> Client::image_status(const std::string& name, Detail detail) {
  v1::ImageStatusRequest request;
  request.mutable_image()->set_image(name);
  request.set_verbose(detail == Detail::verbose);
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::ImageStatusResponse>(channel_, image_method("ImageStatus"), request,
                                               deadlines_.look));
  if (!reply.has_image() || reply.image().id().empty()) {
    return std::nullopt;
  }
  Image image = image_of(reply.image());
  image.info = map_of(reply.info());
  return image;
}

Result<std::string> Client::pull_image(const std::string& name, const std::optional<Auth>& auth) {
  v1::PullImageRequest request;
  request.mutable_image()->set_image(name);
  if (auth) {
    v1::AuthConfig& to = *request.mutable_auth();
    to.set_username(auth->username);
    to.set_password(auth->password);
    to.set_identity_token(auth->identity_token);
  }
  PSYS_TRY_ASSIGN(const auto reply, rpc<v1::PullImageResponse>(channel_, image_method("PullImage"),
                                                               request, deadlines_.pull));
  return reply.image_ref();
}

Result<std::vector<Image>> Client::images() {
  PSYS_TRY_ASSIGN(const auto reply,
                  rpc<v1::ListImagesResponse>(channel_, image_method("ListImages"),
                                              v1::ListImagesRequest{}, deadlines_.look));
  std::vector<Image> list;
  for (const v1::Image& from : reply.images()) {
    list.push_back(image_of(from));
  }
  return list;
}

Result<> Client::remove_image(const std::string& name) {
  v1::RemoveImageRequest request;
  request.mutable_image()->set_image(name);
  return gone_is_success(rpc<v1::RemoveImageResponse>(channel_, image_method("RemoveImage"),
                                                      request, deadlines_.work));
}

}  // namespace podsysctl::cri
