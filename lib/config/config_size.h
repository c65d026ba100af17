#pragma once

#include <cstddef>
#include <string_view>

#include "model/config.h"

namespace lvsd {

// How large a configuration is, told from its text before it is compiled, or from itself. Asked by
// load(), and by the daemon, which makes the memory for it ready in one piece
// (daemon/memory_ahead).
struct ConfigSize {
  std::size_t virtual_servers = 0;
  std::size_t real_servers = 0;

  // Bytes, and rather too few: without what only some servers have.
  std::size_t memory() const;

  bool operator==(const ConfigSize&) const = default;
};

// Counted are the blocks that begin with `virtual_server` or `real_server` at the start of a line
// and open on that line.
ConfigSize expected_size(std::string_view text);
ConfigSize size_of(const Config& config);

}  // namespace lvsd
