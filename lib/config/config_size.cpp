#include "config/config_size.h"

#include <algorithm>

#include "config/characters.h"

namespace lvsd {

namespace {

// What malloc takes for itself, a block.
constexpr std::size_t overhead = 2 * sizeof(std::size_t);

}  // namespace

std::size_t ConfigSize::memory() const {
  constexpr std::size_t one = sizeof(VirtualServer) + sizeof(ServiceKey) + 2 * overhead;
  return virtual_servers * one + real_servers * sizeof(RealServer);
}

// Each line once: one may be megabytes long and all of braces.
ConfigSize expected_size(std::string_view text) {
  ConfigSize size;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line.remove_prefix(indentation(line));
    if (line.find('{') == line.npos) continue;
    if (line.starts_with("real_server "))
      ++size.real_servers;
    else if (line.starts_with("virtual_server "))
      ++size.virtual_servers;
  }
  return size;
}

ConfigSize size_of(const Config& config) {
  ConfigSize size{.virtual_servers = config.virtual_servers.size()};
  for (const VirtualServer& server : config.virtual_servers)
    size.real_servers += server.real_servers.size();
  return size;
}

}  // namespace lvsd
