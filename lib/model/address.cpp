#include "model/address.h"

#include <arpa/inet.h>

#include "base/parse_number.h"

namespace lvsd {

std::optional<Address> parse_address(std::string_view text) {
  // inet_pton wants a terminated string; the longest valid one has 45 characters.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  text.copy(terminated.data(), text.size());

  Address address;
  const bool v6 = text.find(':') != text.npos;
  address.family = v6 ? Family::v6 : Family::v4;
  if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated.data(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

std::string text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(address.family == Family::v6 ? AF_INET6 : AF_INET, address.bytes.data(), buffer.data(),
            buffer.size());
  return buffer.data();
}

bool is_unspecified(const Address& address) {
  return address.bytes == std::array<std::uint8_t, 16>{};
}

bool is_multicast(const Address& address) {
  return address.family == Family::v4 ? (address.bytes[0] & 0xf0) == 0xe0
                                      : address.bytes[0] == 0xff;
}

bool is_link_local(const Address& address) {
  return address.family == Family::v4
             ? address.bytes[0] == 169 && address.bytes[1] == 254
             : address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

std::optional<Address> advanced(const Address& address, std::uint64_t offset) {
  Address result = address;
  std::uint64_t carry = offset;
  for (std::size_t i = address.family == Family::v4 ? 4 : 16; i-- > 0 && carry != 0;) {
    carry += result.bytes[i];
    result.bytes[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  if (carry != 0) return std::nullopt;
  return result;
}

std::string text(const Endpoint& endpoint) {
  const std::string address = text(endpoint.address);
  const bool v6 = endpoint.address.family == Family::v6;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);

  const auto address = parse_address(host);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port || bracketed != (address->family == Family::v6)) return std::nullopt;
  return Endpoint{*address, *port};
}

}  // namespace lvsd
