#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.h"

namespace lvsd {

enum class Protocol : std::uint8_t { tcp = 6, udp = 17, sctp = 132 };  // IANA numbers
std::string_view text(Protocol protocol);                              // "tcp"

// What identifies a service in the kernel: (protocol, address, port), or (family, mark).
// With a mark the other members stand at their defaults, except `family`.
struct ServiceKey {
  std::uint32_t fwmark = 0;  // 0: an address service
  Protocol protocol = Protocol::tcp;
  Family family = Family::v4;  // of the address, or which packets the mark is for
  Address address;
  std::uint16_t port = 0;

  auto operator<=>(const ServiceKey&) const = default;
};

ServiceKey address_service(Protocol protocol, const Endpoint& endpoint);
ServiceKey fwmark_service(std::uint32_t mark, Family family);

// "tcp 10.0.0.1:80", "udp [2001:db8::1]:53", "fwmark 7", "fwmark6 7".
std::string text(const ServiceKey& key);
// The same with a colon for the blank, as commands and the API name it: "tcp:10.0.0.1:80",
// "fwmark6:7". Both spellings are read back.
std::string id(const ServiceKey& key);
std::optional<ServiceKey> parse_service_key(std::string_view text);

// Bits of `struct ip_vs_flags` that belong to the configuration (linux/ip_vs.h). The kernel's own
// bits, "hashed" and "persistent", are not among them: the first is never ours to set and the
// second is `persistence_timeout != 0`.
struct SchedulerFlags {
  bool one_packet = false;  // --ops, UDP only
  bool flag_1 = false;      // sh-fallback, mh-fallback
  bool flag_2 = false;      // sh-port, mh-port
  bool flag_3 = false;

  auto operator<=>(const SchedulerFlags&) const = default;
};

// What is configured of a service. SET_SERVICE replaces all of it (ipvs-kernel contract, fact 12).
struct ServiceSettings {
  std::string scheduler = "wlc";  // module name without the ip_vs_ prefix
  SchedulerFlags flags;
  std::uint32_t persistence_timeout = 0;  // seconds; 0: not persistent
  // Which clients share a template: a mask in host order for IPv4, a prefix length for IPv6.
  std::uint32_t persistence_netmask = 0xffffffff;
  std::string persistence_engine;  // "sip" or empty

  auto operator<=>(const ServiceSettings&) const = default;
};

// The kernel modules a service with these settings needs beside ip_vs: "ip_vs_wlc", "ip_vs_pe_sip".
// Linux loads them when the service is written.
std::vector<std::string> kernel_modules(const ServiceSettings& settings);

// The mask that puts every client by itself: what the kernel is sent for a service that is not
// persistent (0xffffffff, or 128).
std::uint32_t host_netmask(Family family);

// The names of the scheduler's flag bits that are set, as ipvsadm has them: "mh-fallback",
// "sh-port", "flag-3". Without "ops".
std::vector<std::string> scheduler_flag_names(const ServiceSettings& settings);

// "255.255.255.0", or the prefix length "64".
std::string netmask_text(std::uint32_t netmask, Family family);

// "wrr", "mh flags mh-fallback,mh-port persistent 300 netmask 24 pe sip". Defaults are left out.
std::string text(const ServiceSettings& settings, Family family);

// Measured by the kernel. Bytes and packets leaving are seen with NAT only.
struct TrafficCounters {
  std::uint64_t connections = 0;
  std::uint64_t in_packets = 0;
  std::uint64_t out_packets = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;

  auto operator<=>(const TrafficCounters&) const = default;
};

// Per second, from the kernel's estimator (a moving average, refreshed every 2 s). Bytes, not bits.
struct TrafficRates {
  std::uint64_t connections = 0;
  std::uint64_t in_packets = 0;
  std::uint64_t out_packets = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;

  auto operator<=>(const TrafficRates&) const = default;
};

struct Traffic {
  TrafficCounters counters;
  TrafficRates rates;

  auto operator<=>(const Traffic&) const = default;
};

}  // namespace lvsd
