#pragma once

#include <cstdint>
#include <string>

#include "model/service.h"

namespace lvsd::bench {

// The virtual servers that a run is about, the same ones for everybody and for ipvs_limit: TCP,
// NAT, wlc, port 80, each with `servers` real servers of its own.
struct Layout {
  std::uint32_t services = 0;
  std::uint32_t servers = 10;
  // Of the virtual server in the middle: more real servers, and the weight of its first.
  std::uint32_t more_servers = 0;
  std::uint32_t weight = 1;
  // Virtual servers beside these, each with one real server that is checked: TCP, every 5 s, one
  // failure is enough.
  std::uint32_t checked = 0;

  std::uint32_t entries() const { return services * (1 + servers) + checked * 2; }
};

std::string text(const Layout& layout);

ServiceKey service(std::uint32_t index);

// Where the checked real servers listen, on an address of 127.1.0.0/16 each.
constexpr std::uint16_t checked_port = 7000;

}  // namespace lvsd::bench
