#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "model/address.h"
#include "test/kernel/network_namespace.h"
#include "test/kernel/process.h"
#include "test/kernel/web_server.h"

namespace lvsd::testing {

// One machine of a TestNet.
struct Host {
  std::string name;
  NetworkNamespace net;

  // Runs a program there; see process.h.
  std::string output_of(const Command& command, std::string_view input = {}) const {
    return testing::output_of(net, command, input);
  }
};

// A client, a director and real servers, each in a network namespace, wired for NAT, DR and TUN at
// once; which one is used is the virtual service's choice.
//
//     client ──┬───────────── front ─────────────┬──────┬──── …     10.0.0.0/24  2001:db8::/64
//   10.0.0.1   │                                 │      │
//   2001:db8::1│                                 │      │
//          director  10.0.0.254                 s1     s2           VIPs 10.0.0.100 … .103,
//              │     2001:db8::fe                │      │           2001:db8::100 … ::103
//              └────────────── back ─────────────┴──────┴──── …     10.0.1.0/24  2001:db8:1::/64
//                    10.0.1.254           10.0.1.1    10.0.1.2
//                    2001:db8:1::fe  2001:db8:1::1  2001:db8:1::2
//
// NAT: the servers' default route leads through the director. DR and TUN: the servers have the VIPs
// on lo, do not answer ARP for them, and send what comes from a VIP out of the front, past the
// director. The director's own table is empty: the test, or the lvsd it starts, fills it.
//
// On every server a web server listens on port 80 of all its addresses.
class TestNet {
 public:
  explicit TestNet(int servers = 3);

  const Host& client() const { return client_; }
  const Host& director() const { return director_; }
  // REQUIRES: 1 <= number <= servers, here and below.
  const Host& server(int number) const;
  WebServer& web(int number);

  // Pulls the server's cables: its packets are lost without a word, like those of a machine that
  // lost power.
  void unplug(int number);
  void plug(int number);

 private:
  void wire() const;
  void set_cables(int number, std::string_view state) const;

  NetworkNamespace switches_;
  Host client_{"client", {}};
  Host director_{"director", {}};
  std::deque<Host> servers_;
  WebServers web_servers_;
};

// The first VIP of a family, and the address of a server on the back network.
Address vip(Family family);
Address server_address(Family family, int number);

// Packets a device has received and sent so far, its own noise (neighbour discovery) included.
struct Packets {
  long received = 0;
  long sent = 0;
};
Packets packets(const NetworkNamespace& where, std::string_view device);

// Writes net.…, spelled with dots, in a host's namespace.
void set_sysctl(const NetworkNamespace& where, std::string_view name, std::string_view value);

}  // namespace lvsd::testing
