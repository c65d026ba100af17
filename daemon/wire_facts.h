#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doctor/facts.h"
#include "model/address.h"

// What the doctor asks of wires and ways, and what it takes more than reading a file to see.

namespace lvsd {

// Asks by ARP probes (RFC 5227: no cache learns anything of them) who else has these addresses, for
// a third of a second. IPv4 only; nothing where it is not permitted.
void read_arp_answers(const std::vector<Address>& addresses, doctor::Facts& facts);

// The interface by which a packet of ours from there leaves for a stranger. IPv4 only; nothing
// where the address is not ours, or there is no way.
std::optional<std::string> way_back_from(const Address& source);

// Whether a network card joins packets for good (LRO); nothing where it does not say.
std::optional<bool> large_receive(const std::string& interface);

// What the firewall's own programs say of it; nothing where none of them could.
std::optional<doctor::Firewall> firewall();

}  // namespace lvsd
