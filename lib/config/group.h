#pragma once

#include <string_view>

#include "config/arguments.h"
#include "model/config.h"

namespace lvsd {

class Compiler;

// `virtual_server_group NAME { … }`.
void open_group(Compiler& compiler, const Arguments& arguments);
void add_group_entry(Compiler& compiler, const Statement& line);
void close_group(Compiler& compiler);

std::uint64_t service_count(const ServiceGroup& group);

// The kernel's services that a group stands for. Marks without a family have `family`.
std::vector<ServiceKey> services(const ServiceGroup& group, Protocol protocol, Family family);

// The entry whose family is that of the virtual server as a whole, which its netmask and its marks
// without a family have: the first address, else the first mark without a family, which takes the
// virtual server's, else the first. REQUIRES: there is an entry.
const GroupEntry& leading_entry(const ServiceGroup& group);

// The line of the file: "10.0.0.1-10.0.0.9 80", "fwmark 3 inet6".
std::string spelled(const GroupEntry& entry);

}  // namespace lvsd
