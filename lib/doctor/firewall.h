#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What the rules of a firewall mean for IPVS, read from what the firewall's own programs print.
// Only what can be told for sure is taken: where a rule may do anything, nothing is said.

namespace lvsd::doctor {

struct Firewall {
  std::set<std::uint32_t> marks;      // that rules give to packets
  bool other_marks = false;           // some give marks that cannot be read from them
  bool rewrites_sources = false;      // SNAT or masquerading of what leaves
  std::vector<std::string> dropping;  // chains of INPUT that drop what no rule accepts
  std::set<std::string> accepted;     // addresses, ports ("80", "8000-8080") that rules accept
  bool other_accepts = false;         // some accept what cannot be read from them

  bool operator==(const Firewall&) const = default;
};

// Adds what `nft -s -t list ruleset` printed.
void read_nft(std::string_view text, Firewall& firewall);
// Adds what iptables-save or ip6tables-save printed.
void read_iptables(std::string_view text, Firewall& firewall);

// Whether some rule accepts a port, as far as can be told.
bool accepts_port(const Firewall& firewall, std::uint16_t port);

}  // namespace lvsd::doctor
