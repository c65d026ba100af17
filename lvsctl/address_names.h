#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "lvsctl/render.h"
#include "model/address.h"

// Names in the place of addresses, for --resolve.

namespace lvsd::ctl {

using AddressNames = std::map<Address, std::string>;

// The names that this machine finds for the addresses, by DNS, /etc/hosts or whatever it is set up
// to ask. Returns when all are found or the time is over, with what there is by then; a name server
// that says nothing holds up nobody for longer.
AddressNames names_of(const std::set<Address>& addresses, std::chrono::milliseconds limit);

// The addresses that stand in the cells: "10.0.0.13", "tcp 10.0.0.13:80", "[2001:db8::1]:25".
std::set<Address> addresses_in(const Table& table);

// Puts the names there; what is the name of a stranger's making is made printable.
void put_names(Table& table, const AddressNames& names);

}  // namespace lvsd::ctl
