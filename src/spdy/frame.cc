// SPDX-License-Identifier: Apache-2.0
#include "spdy/frame.h"

#include <algorithm>

#include "base/big_endian.h"

namespace podsysctl::spdy {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::uint32_t kControl = 0x80000000U;
constexpr std::uint32_t kVersion = 3U << 16U;
constexpr std::uint32_t kLengthMask = 0x00ffffffU;
constexpr unsigned kFlagShift = 24;
constexpr std::uint32_t kFin = 1;

enum Type : std::uint32_t {
  kSynStream = 1,
  kSynReply = 2,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kHeaders = 8,
  kWindowUpdate = 9,
};

// What follows the header of each: a stream or an id, then perhaps a status.
std::size_t shortest(std::uint32_t type) {
  return type == kRstStream || type == kGoAway || type == kWindowUpdate ? 8 : 4;
}

std::string control_frame(Type type, std::string_view body) {
  std::string frame;
  append_u32(frame, kControl | kVersion | type);
  append_u32(frame, static_cast<std::uint32_t>(body.size()));
  return frame.append(body);
}

void append_u16_low_first(std::string& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xffU));
  out.push_back(static_cast<char>((value >> 8U) & 0xffU));
}

// Not the last block, not compressed, on a whole byte.
void append_stored(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  out.push_back('\0');
  append_u16_low_first(out, size);
  append_u16_low_first(out, ~size);
  out.append(text);
}

Result<Frame::Kind> kind_of(std::uint32_t type) {
  switch (type) {
    case kSynReply:
      return Frame::Kind::reply;
    case kRstStream:
      return Frame::Kind::reset;
    case kPing:
      return Frame::Kind::ping;
    case kGoAway:
      return Frame::Kind::goodbye;
    case kHeaders:
      return Frame::Kind::headers;
    case kSettings:
    case kWindowUpdate:
      return Frame::Kind::settings;
    default:
      return Error::of(Code::invalid_argument, "SPDY: a frame of type {}, which was not expected",
                       type);
  }
}

}  // namespace

std::string HeaderWriter::open_stream(std::uint32_t stream, std::span<const Header> headers) {
  std::string block;
  append_u32(block, static_cast<std::uint32_t>(headers.size()));
  for (const auto& [name, value] : headers) {
    for (const std::string_view text : {name, value}) {
      append_u32(block, static_cast<std::uint32_t>(text.size()));
      block.append(text);
    }
  }
  std::string body;
  append_u32(body, stream);
  append_u32(body, 0);                                         // belongs to no other
  body.append(2, '\0');                                        // the highest priority, no slot
  body.append(std::exchange(begun_, true) ? "" : "\x78\x01");  // deflate, window of 32 KiB
  append_stored(body, block);
  append_stored(body, "");  // makes a reader hand out what it has
  return control_frame(kSynStream, body);
}

std::string data_frame(std::uint32_t stream, std::string_view data, Last last) {
  std::string frame;
  append_u32(frame, stream);
  append_u32(frame, (last == Last::yes ? kFin << kFlagShift : 0U) |
                        static_cast<std::uint32_t>(data.size()));
  return frame.append(data);
}

std::string ping_frame(std::uint32_t id) {
  std::string body;
  append_u32(body, id);
  return control_frame(kPing, body);
}

Result<> FrameReader::feed(std::string_view piece, const Use& use) {
  while (!piece.empty()) {
    if (left_ == 0) {
      const std::size_t taken = std::min(piece.size(), kHeader - header_.size());
      header_ += piece.substr(0, taken);
      piece.remove_prefix(taken);
      if (header_.size() == kHeader) {
        PSYS_TRY(begin(use));
      }
      continue;
    }
    const std::string_view text = piece.substr(0, left_);
    piece.remove_prefix(text.size());
    left_ -= text.size();
    if (!is_data_) {
      control_ += text;
      if (left_ == 0) {
        PSYS_TRY(end_control(use));
      }
      continue;
    }
    const bool fin = left_ == 0 && (u32_at(header_, 4) >> kFlagShift & kFin) != 0;
    PSYS_TRY(use({.kind = Frame::Kind::data,
                  .stream = u32_at(header_, 0),
                  .last = fin ? Last::yes : Last::no,
                  .data = text}));
    if (left_ == 0) {
      header_.clear();
    }
  }
  return {};
}

// The header is whole.
Result<> FrameReader::begin(const Use& use) {
  const std::uint32_t first = u32_at(header_, 0);
  const std::uint32_t second = u32_at(header_, 4);
  left_ = second & kLengthMask;
  is_data_ = (first & kControl) == 0;
  if (is_data_) {
    if (left_ == 0) {
      const bool fin = (second >> kFlagShift & kFin) != 0;
      header_.clear();
      return use({.kind = Frame::Kind::data, .stream = first, .last = fin ? Last::yes : Last::no});
    }
    return {};
  }
  if ((first & 0x7fff0000U) != kVersion) {
    return Error::of(Code::invalid_argument, "what the server sends is no SPDY/3.1");
  }
  PSYS_TRY(kind_of(first & 0xffffU));
  if (left_ < shortest(first & 0xffffU)) {
    return Error::of(Code::invalid_argument, "SPDY: a frame of {} bytes is too short", left_);
  }
  if (left_ > kControlLimit) {
    return Error::of(Code::denied_by_policy,
                     "SPDY: a control frame of {} bytes; at most {} are "
                     "read",
                     left_, kControlLimit);
  }
  return {};
}

Result<> FrameReader::end_control(const Use& use) {
  const std::uint32_t type = u32_at(header_, 0) & 0xffffU;
  const bool fin = (u32_at(header_, 4) >> kFlagShift & kFin) != 0;
  PSYS_TRY_ASSIGN(const Frame::Kind kind, kind_of(type));
  Frame frame{.kind = kind};
  switch (kind) {
    case Frame::Kind::reply:
    case Frame::Kind::headers:
      frame.last = fin ? Last::yes : Last::no;
      frame.stream = u32_at(control_, 0) & ~kControl;
      break;
    case Frame::Kind::reset:
      frame.stream = u32_at(control_, 0) & ~kControl;
      frame.number = u32_at(control_, 4);
      break;
    case Frame::Kind::ping:
      frame.number = u32_at(control_, 0);
      break;
    default:
      break;
  }
  header_.clear();
  control_.clear();
  return use(frame);
}

}  // namespace podsysctl::spdy
