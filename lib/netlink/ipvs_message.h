#pragma once

// What the messages of IPVS have in common, for the codecs of this folder.

#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "model/address.h"
#include "model/service.h"
#include "netlink/message.h"

namespace lvsd {

// What every request starts with.
struct RequestHeader {
  std::uint16_t family = 0;  // the number the kernel gave "IPVS"
  std::uint32_t sequence = 0;
  std::uint16_t flags = 0;  // NLM_F_ACK, NLM_F_DUMP; NLM_F_REQUEST is always added
};

MessageHeader ipvs_header(const RequestHeader& header, std::uint8_t command);

// A request of one of IPVS_CMD_* at the end of `out`; `body` gets an AttributeWriter.
template <class Body>
void append_command(Bytes& out, const RequestHeader& header, std::uint8_t command, Body body) {
  append_message(out, ipvs_header(header, command), body);
}

// The request that needs no more than the service's key.
void append_command(Bytes& out, const RequestHeader& header, std::uint8_t command,
                    const ServiceKey& service);
void put_service_key(AttributeWriter& to, const ServiceKey& key);

BytesView bytes_of(const Address& address);  // all 16, as the kernel's union nf_inet_addr
// 4 bytes are enough for IPv4.
std::optional<Address> address_of(BytesView bytes, Family family);

enum class codec_errc {
  malformed = 1,  // not what the kernel's contract says; nothing of it may be used
  unnameable,     // a service that our model has no name for, e.g. of protocol 47: a stranger's
};
std::error_code make_error_code(codec_errc code);

Error malformed(std::string_view what);

// What is inside the one attribute of this type of an answer.
std::optional<BytesView> nested(const Message& message, std::uint16_t type);

}  // namespace lvsd

template <>
struct std::is_error_code_enum<lvsd::codec_errc> : std::true_type {};
