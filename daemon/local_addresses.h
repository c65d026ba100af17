#pragma once

#include <sys/socket.h>

#include <map>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "model/address.h"

namespace lvsd {

// Which addresses are this host's, in the network namespace of the calling thread. All of it asks
// the kernel and sends nothing.

// Asked of many addresses it costs a socket for each family, once.
class RouteQuestion {
 public:
  // The address that this host would send from, by the route there; nothing: there is no route.
  std::optional<Address> source_towards(const Address& address);

  // Whether this host takes the packets to an address: an interface has it, or a local route
  // catches it.
  bool is_local(const Address& address) { return source_towards(address) == address; }

 private:
  UniqueFd v4_;
  UniqueFd v6_;
};

// The interface that has each address, up or not.
std::map<Address, std::string> interface_addresses();

// Nothing: of another family, or null.
std::optional<Address> address_of(const sockaddr* raw);

}  // namespace lvsd
