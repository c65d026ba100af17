#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.h"
#include "model/service.h"

namespace lvsd {

// One connection as the kernel knows it: a line of /proc/net/ip_vs_conn.
struct Connection {
  std::string protocol;  // "tcp", "udp", "sctp"; "ip" of a persistence template of a mark
  Endpoint client;       // port 0: a persistence template
  Endpoint service;      // of a template of a mark, its address is the mark
  Endpoint server;
  std::string state;                  // "ESTABLISHED"…; of a template "NONE" or "ASSURED"
  std::uint32_t expires_seconds = 0;  // without a further packet
  std::string engine;                 // persistence engine; empty: none
  std::string engine_data;            // what it goes by, a SIP call for example

  bool operator==(const Connection&) const = default;
};

bool is_template(const Connection& connection);

// Nothing for the header and for what has not the shape of a connection.
std::optional<Connection> parse_connection(std::string_view line);

// Addresses that share their first `length` bits.
struct Network {
  Address address;
  std::uint8_t length = 0;

  bool operator==(const Network&) const = default;
};
// "198.51.100.0/24", "2001:db8::/32", or one address.
std::optional<Network> parse_network(std::string_view text);
bool contains(const Network& network, const Address& address);

// Which connections are asked for; what is empty asks for all.
struct ConnectionFilter {
  std::vector<ServiceKey> services;
  // A mark's connections bear the address the client called, so they are known by their server.
  std::vector<Endpoint> servers_of_marks;
  std::optional<Endpoint> server;  // port 0: any port
  std::string state;               // in whatever case
  std::optional<Network> client;
};
bool matches(const ConnectionFilter& filter, const Connection& connection);

}  // namespace lvsd
