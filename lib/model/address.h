#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lvsd {

enum class Family : std::uint8_t { v4, v6 };

// An IPv4 or IPv6 address without zone. Ordered by family, then numerically.
// IPv4 stands in the first four bytes, the rest is zero, as in the kernel's union nf_inet_addr.
struct Address {
  Family family = Family::v4;
  std::array<std::uint8_t, 16> bytes{};  // network order

  auto operator<=>(const Address&) const = default;
};

// Strict: dotted quad without leading zeros, or RFC 4291 text without brackets and zone.
std::optional<Address> parse_address(std::string_view text);

// Canonical: dotted quad, or RFC 5952.
std::string text(const Address& address);

bool is_unspecified(const Address& address);
bool is_multicast(const Address& address);
bool is_link_local(const Address& address);

// The address `offset` further on, counted over all 32 or 128 bits; nothing past the last one.
std::optional<Address> advanced(const Address& address, std::uint64_t offset);

// Port 0 means "no port" (fwmark services, "keep the client's port").
struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

// "10.0.0.1:80", "[2001:db8::1]:80".
std::string text(const Endpoint& endpoint);
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace lvsd
