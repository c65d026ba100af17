#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "config/keywords.h"
#include "model/origin.h"

namespace lvsd {

// Where each value of a Config was written. Kept only when it is asked for (LoadOptions::origins).
class Origins {
 public:
  // A block, known by where it starts. `index` tells blocks of one line apart.
  struct Place {
    Block block = Block::root;
    Origin start;  // of the root and of global_defs: line 0
    std::uint32_t index = 0;
  };

  // The last one counts, as its value does.
  void record(const Place& place, std::string_view keyword, Origin where);
  std::optional<Origin> find(const Place& place, std::string_view keyword) const;

 private:
  using Key = std::tuple<Block, std::uint32_t, std::uint32_t, std::uint32_t, std::string_view>;
  static Key key(const Place& place, std::string_view keyword);

  std::map<Key, Origin> origins_;
};

}  // namespace lvsd
