#include "netlink/ipvs_message.h"

#include <linux/ip_vs.h>
#include <sys/socket.h>

#include <string>

namespace lvsd {

namespace {

class CodecCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "ipvs codec"; }
  std::string message(int code) const override {
    switch (static_cast<codec_errc>(code)) {
      case codec_errc::malformed:
        return "malformed answer";
      case codec_errc::unnameable:
        return "protocol not supported";
    }
    return "?";
  }
};

}  // namespace

std::error_code make_error_code(codec_errc code) {
  static const CodecCategory category;
  return {static_cast<int>(code), category};
}

Error malformed(std::string_view what) {
  return Error{codec_errc::malformed, "reading " + std::string(what)};
}

MessageHeader ipvs_header(const RequestHeader& header, std::uint8_t command) {
  return {.type = header.family,
          .flags = static_cast<std::uint16_t>(header.flags | NLM_F_REQUEST),
          .sequence = header.sequence,
          .command = command,
          .version = IPVS_GENL_VERSION};
}

void append_command(Bytes& out, const RequestHeader& header, std::uint8_t command,
                    const ServiceKey& service) {
  append_command(out, header, command, [&](AttributeWriter& to) {
    to.nest(IPVS_CMD_ATTR_SERVICE, [&] { put_service_key(to, service); });
  });
}

void put_service_key(AttributeWriter& to, const ServiceKey& key) {
  to.number(IPVS_SVC_ATTR_AF,
            static_cast<std::uint16_t>(key.family == Family::v6 ? AF_INET6 : AF_INET));
  if (key.fwmark != 0) {
    to.number(IPVS_SVC_ATTR_FWMARK, key.fwmark);
    return;
  }
  to.number(IPVS_SVC_ATTR_PROTOCOL, static_cast<std::uint16_t>(key.protocol));
  to.bytes(IPVS_SVC_ATTR_ADDR, bytes_of(key.address));
  to.big_endian(IPVS_SVC_ATTR_PORT, key.port);
}

BytesView bytes_of(const Address& address) {
  return std::as_bytes(std::span(address.bytes));
}

std::optional<Address> address_of(BytesView bytes, Family family) {
  const std::size_t size = family == Family::v6 ? 16 : 4;
  if (bytes.size() < size) return std::nullopt;
  Address address;
  address.family = family;
  std::memcpy(address.bytes.data(), bytes.data(), size);
  return address;
}

std::optional<BytesView> nested(const Message& message, std::uint16_t type) {
  const auto payload = generic_payload(message);
  if (!payload) return std::nullopt;
  Attributes<IPVS_CMD_ATTR_MAX> outer(payload->attributes);
  const BytesView inner = outer.bytes(type);
  if (outer.malformed()) return std::nullopt;
  return inner;
}

}  // namespace lvsd
