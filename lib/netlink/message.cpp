#include "netlink/message.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace lvsd {

namespace {

template <class T>
void put(Bytes& out, std::size_t at, const T& value) {
  std::memcpy(out.data() + at, &value, sizeof value);
}

template <class T>
T get(BytesView from) {
  T value;
  std::memcpy(&value, from.data(), sizeof value);
  return value;
}

}  // namespace

void AttributeWriter::bytes(std::uint16_t type, BytesView value) {
  const std::size_t start = out_.size();
  const std::size_t length = sizeof(nlattr) + value.size();
  assert(length <= std::numeric_limits<std::uint16_t>::max());
  out_.resize(start + netlink_aligned(length));
  put(out_, start, nlattr{static_cast<std::uint16_t>(length), type});
  if (!value.empty()) std::memcpy(out_.data() + start + sizeof(nlattr), value.data(), value.size());
}

void AttributeWriter::big_endian(std::uint16_t type, std::uint16_t value) {
  const std::array<std::uint8_t, 2> ordered{static_cast<std::uint8_t>(value >> 8),
                                            static_cast<std::uint8_t>(value)};
  bytes(type, std::as_bytes(std::span(ordered)));
}

void AttributeWriter::big_endian(std::uint16_t type, std::uint32_t value) {
  const std::array<std::uint8_t, 4> ordered{
      static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
      static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  bytes(type, std::as_bytes(std::span(ordered)));
}

void AttributeWriter::string(std::uint16_t type, std::string_view value) {
  const std::size_t start = out_.size();
  bytes(type, std::as_bytes(std::span(value)));
  const std::size_t length = sizeof(nlattr) + value.size() + 1;
  out_.resize(start + netlink_aligned(length));
  put(out_, start, nlattr{static_cast<std::uint16_t>(length), type});
}

void AttributeWriter::close_nest(std::size_t start) {
  auto header = get<nlattr>(BytesView(out_).subspan(start));
  assert(out_.size() - start <= std::numeric_limits<std::uint16_t>::max());
  header.nla_len = static_cast<std::uint16_t>(out_.size() - start);
  header.nla_type |= NLA_F_NESTED;
  put(out_, start, header);
}

std::size_t open_message(Bytes& out, const MessageHeader& header) {
  const std::size_t start = out.size();
  out.resize(start + sizeof(nlmsghdr) + sizeof(genlmsghdr));
  put(out, start,
      nlmsghdr{.nlmsg_len = 0,
               .nlmsg_type = header.type,
               .nlmsg_flags = header.flags,
               .nlmsg_seq = header.sequence,
               .nlmsg_pid = 0});
  put(out, start + sizeof(nlmsghdr),
      genlmsghdr{.cmd = header.command, .version = header.version, .reserved = 0});
  return start;
}

void close_message(Bytes& out, std::size_t start) {
  put(out, start, static_cast<std::uint32_t>(out.size() - start));
}

void append_fence(Bytes& out, std::uint32_t sequence) {
  const std::size_t start = out.size();
  out.resize(start + sizeof(nlmsghdr));
  put(out, start,
      nlmsghdr{.nlmsg_len = sizeof(nlmsghdr),
               .nlmsg_type = NLMSG_NOOP,
               .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
               .nlmsg_seq = sequence,
               .nlmsg_pid = 0});
}

std::optional<Message> MessageReader::next() {
  if (rest_.empty()) return std::nullopt;
  nlmsghdr header{};
  if (rest_.size() >= sizeof header) header = get<nlmsghdr>(rest_);
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest_.size()) {
    malformed_ = true;
    return std::nullopt;
  }
  const BytesView payload = rest_.subspan(sizeof header, header.nlmsg_len - sizeof header);
  rest_ = rest_.subspan(std::min(netlink_aligned(header.nlmsg_len), rest_.size()));
  return Message{header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq, payload};
}

std::optional<int> verdict_of(const Message& message) {
  if (message.payload.size() < sizeof(std::int32_t)) {
    if (message.type == NLMSG_DONE && message.payload.empty()) return 0;
    return std::nullopt;
  }
  const auto error = get<std::int32_t>(message.payload);
  if (error > 0 || error == std::numeric_limits<std::int32_t>::min()) return std::nullopt;
  return -error;
}

std::optional<GenericPayload> generic_payload(const Message& message) {
  if (message.payload.size() < sizeof(genlmsghdr)) return std::nullopt;
  return GenericPayload{get<genlmsghdr>(message.payload).cmd,
                        message.payload.subspan(sizeof(genlmsghdr))};
}

}  // namespace lvsd
