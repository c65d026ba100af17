#pragma once

// Netlink messages as bytes: how one is written, how a datagram is taken apart. Knows nothing of
// sockets, nor of what a message means. What is read may come from a newer kernel or be damaged:
// every access is checked, unknown attributes are passed over, short ones make the whole message
// malformed.

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lvsd {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;

// Writes attributes at the end of a buffer; used through append_message.
class AttributeWriter {
 public:
  explicit AttributeWriter(Bytes& out) : out_(out) {}

  // In the machine's order, which is what generic netlink uses but for the types named "be".
  template <class Number>
  void number(std::uint16_t type, Number value) {
    static_assert(std::is_unsigned_v<Number>);
    bytes(type, std::as_bytes(std::span(&value, 1)));
  }
  void big_endian(std::uint16_t type, std::uint16_t value);
  void big_endian(std::uint16_t type, std::uint32_t value);
  void string(std::uint16_t type, std::string_view value);  // with its terminating NUL
  void bytes(std::uint16_t type, BytesView value);

  // `body` writes the attributes inside.
  template <class Body>
  void nest(std::uint16_t type, Body body) {
    const std::size_t start = out_.size();
    bytes(type, {});
    body();
    close_nest(start);
  }

 private:
  void close_nest(std::size_t start);

  Bytes& out_;
};

struct MessageHeader {
  std::uint16_t type = 0;   // generic netlink: the family's number
  std::uint16_t flags = 0;  // NLM_F_*
  std::uint32_t sequence = 0;
  std::uint8_t command = 0;
  std::uint8_t version = 0;
};

// Opens a generic netlink message at the end of `out` and returns where it starts, for
// close_message to write its length there.
std::size_t open_message(Bytes& out, const MessageHeader& header);
void close_message(Bytes& out, std::size_t start);

// A generic netlink message at the end of `out`; `body` gets an AttributeWriter.
template <class Body>
void append_message(Bytes& out, const MessageHeader& header, Body body) {
  const std::size_t start = open_message(out, header);
  AttributeWriter writer(out);
  body(writer);
  close_message(out, start);
}

// A request that does nothing and is always acknowledged: the kernel works in order, so its answer
// says that everything before it is over. (That of a command may never come: netlink_rcv_skb sends
// none for EINTR, which stopping a sync daemon that never ran gives.)
void append_fence(Bytes& out, std::uint32_t sequence);

// One message of a datagram.
struct Message {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  BytesView payload;
};

// Walks the messages of a datagram.
class MessageReader {
 public:
  explicit MessageReader(BytesView datagram) : rest_(datagram) {}

  // Nothing at the end, and nothing when what is left is not a message.
  std::optional<Message> next();
  bool malformed() const { return malformed_; }

 private:
  BytesView rest_;
  bool malformed_ = false;
};

// The kernel's verdict in an NLMSG_ERROR (0 is an acknowledgement) or NLMSG_DONE message, as a
// positive errno; nothing when the message is too short to hold one. A NLMSG_DONE without one means
// success.
std::optional<int> verdict_of(const Message& message);

// The command and attributes of a generic netlink message.
struct GenericPayload {
  std::uint8_t command = 0;
  BytesView attributes;
};
std::optional<GenericPayload> generic_payload(const Message& message);

// The attributes of one level, found by type. Types above `Max` are passed over; of one that stands
// twice the last counts, as in the kernel. Getters of a missing or short attribute return zero or
// the fallback, and `malformed` tells.
template <std::uint16_t Max>
class Attributes {
 public:
  explicit Attributes(BytesView rest);

  bool has(std::uint16_t type) const { return values_[type].data() != nullptr; }

  template <class Number>
  Number number(std::uint16_t type);
  template <class Number>
  Number number_or(std::uint16_t type, Number fallback) {
    return has(type) ? number<Number>(type) : fallback;
  }
  std::uint16_t big_endian_16(std::uint16_t type);
  std::uint32_t big_endian_32(std::uint16_t type);
  std::string_view string(std::uint16_t type);  // up to its NUL
  BytesView bytes(std::uint16_t type);

  bool malformed() const { return malformed_; }

 private:
  std::array<BytesView, Max + 1> values_{};
  bool malformed_ = false;
};

// Both messages and attributes start at multiples of four (NLMSG_ALIGNTO, NLA_ALIGNTO).
constexpr std::size_t netlink_aligned(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

// Here for speed: a dump of a large table is millions of attributes.
template <std::uint16_t Max>
Attributes<Max>::Attributes(BytesView rest) {
  while (!rest.empty()) {
    nlattr header{};
    if (rest.size() >= sizeof header) std::memcpy(&header, rest.data(), sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > rest.size()) {
      malformed_ = true;
      return;
    }
    // Without NLA_F_NESTED and NLA_F_NET_BYTEORDER.
    const std::uint16_t type = header.nla_type & NLA_TYPE_MASK;
    if (type <= Max) values_[type] = rest.subspan(sizeof header, header.nla_len - sizeof header);
    rest = rest.subspan(std::min(netlink_aligned(header.nla_len), rest.size()));
  }
}

template <std::uint16_t Max>
template <class Number>
Number Attributes<Max>::number(std::uint16_t type) {
  Number value{};
  if (values_[type].size() < sizeof value) {
    malformed_ = true;
    return value;
  }
  std::memcpy(&value, values_[type].data(), sizeof value);
  return value;
}

template <std::uint16_t Max>
std::uint16_t Attributes<Max>::big_endian_16(std::uint16_t type) {
  const auto value = number<std::array<std::uint8_t, 2>>(type);
  return static_cast<std::uint16_t>(value[0] << 8 | value[1]);
}

template <std::uint16_t Max>
std::uint32_t Attributes<Max>::big_endian_32(std::uint16_t type) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : number<std::array<std::uint8_t, 4>>(type))
    value = value << 8 | byte;
  return value;
}

template <std::uint16_t Max>
std::string_view Attributes<Max>::string(std::uint16_t type) {
  const BytesView value = bytes(type);
  const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
  return text.substr(0, text.find('\0'));
}

template <std::uint16_t Max>
BytesView Attributes<Max>::bytes(std::uint16_t type) {
  if (!has(type)) malformed_ = true;
  return values_[type];
}

}  // namespace lvsd
