#pragma once

// IPVS as Linux 6.1 does it, as far as its generic netlink commands show: what is checked, in which
// order, with which errno, and what is kept. Written after the kernel's
// net/netfilter/ipvs/ip_vs_ctl.c; the errno table in test/data/errno_golden.txt is run against
// both. Knows attributes, not sockets.

#include <linux/ip_vs.h>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/controls.h"
#include "model/table.h"
#include "netlink/message.h"

namespace lvsd::test {

struct FakeDestination {
  std::uint16_t family = 0;
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  std::uint32_t forwarding = 0;
  std::int32_t weight = 0;
  std::uint32_t upper_threshold = 0;
  std::uint32_t lower_threshold = 0;
  std::uint8_t tunnel_type = 0;
  std::uint16_t tunnel_port = 0;
  std::uint16_t tunnel_flags = 0;
  DestinationCounters counters;
};

struct FakeService {
  std::uint16_t family = 0;
  std::uint16_t protocol = 0;
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  std::uint32_t fwmark = 0;
  std::string scheduler;
  std::string engine;
  std::uint32_t flags = 0;
  std::uint32_t timeout = 0;
  std::uint32_t netmask = 0;  // as it came: network order for IPv4
  Traffic traffic;
  std::deque<FakeDestination> destinations;  // the newest first, as they are listed
};

class FakeIpvs {
 public:
  using Command = Attributes<IPVS_CMD_ATTR_MAX>;

  // Every command that changes something; returns the errno, 0 when done.
  int change(std::uint8_t command, BytesView attributes);

  // GET_SERVICE with a key: the service, or the errno.
  int find(BytesView attributes, const FakeService*& found) const;
  // GET_DEST: nothing when there is no such service, whatever the reason.
  const FakeService* service_of_list(BytesView attributes) const;

  // The nests of an answer.
  void fill(AttributeWriter& to, const FakeService& service) const;
  void fill(AttributeWriter& to, const FakeDestination& destination) const;
  void fill_timeouts(AttributeWriter& to) const;
  void fill_sync(AttributeWriter& to, SyncRole role) const;

  // What is in it, as a value. Entries that the model cannot name are left out.
  Table table() const;

  std::deque<FakeService> services;  // in the order they were made
  std::set<std::string> schedulers{"rr", "wrr", "lc",   "wlc",   "sed", "nq",  "dh",
                                   "sh", "mh",  "lblc", "lblcr", "fo",  "ovf", "twos"};
  std::set<std::string> engines{"sip"};
  std::set<std::string> interfaces{"lo", "eth0"};
  Controls controls;
  bool has_ipv6 = true;
  bool has_stats64 = true;

 private:
  int change_table(std::uint8_t command, const Command& in);
  bool has_mixed_families() const;
  int set_timeouts(Command in);
  int change_sync(std::uint8_t command, Command in);
  int parse_service(const Command& in, bool full, FakeService& parsed, FakeService*& found) const;
  int add_service(const FakeService& wanted);
  int set_service(FakeService& service, const FakeService& wanted) const;
  int check_service(const FakeService& wanted) const;
  int change_destination(std::uint8_t command, const Command& in, FakeService& service) const;
};

}  // namespace lvsd::test
