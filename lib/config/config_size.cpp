#include "config/config_size.h"

#include "config/characters.h"

namespace lvsd {

namespace {

// What malloc takes for itself, a block.
constexpr std::size_t overhead = 2 * sizeof(std::size_t);

// The line that `at` is in, up to there and without its indentation.
std::string_view line_up_to(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t end = before.rfind('\n');
  const std::string_view line = end == before.npos ? before : before.substr(end + 1);
  return line.substr(indentation(line));
}

}  // namespace

std::size_t ConfigSize::memory() const {
  constexpr std::size_t one = sizeof(VirtualServer) + sizeof(ServiceKey) + 2 * overhead;
  return virtual_servers * one + real_servers * sizeof(RealServer);
}

ConfigSize expected_size(std::string_view text) {
  ConfigSize size;
  for (std::size_t at = text.find('{'); at != text.npos; at = text.find('{', at + 1)) {
    const std::string_view line = line_up_to(text, at);
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
