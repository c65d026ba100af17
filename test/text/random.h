#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/table.h"
#include "plan/desired.h"

// Random values for laws. The same seed gives the same value on every machine (no distributions of
// the standard library, which differ). A law prints its seed when it fails:
//
//   for (std::uint64_t seed = 0; seed < 2000; ++seed) {
//     Random random(seed);
//     CAPTURE(seed);
//     …
//   }

namespace lvsd::test {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // In [0, limit). REQUIRES: limit > 0.
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
  // True in `percent` of a hundred cases.
  bool chance(std::uint32_t percent) { return below(100) < percent; }

  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(static_cast<std::uint32_t>(choices.size()))];
  }

 private:
  std::mt19937_64 engine_;
};

// What the kernel would accept, every attribute used, unused ones at their defaults. Keys come from
// a small world, so that two tables have much in common.
Table random_table(Random& random);

// A table that has seen some changes: entries and settings that came, went or differ.
Table changed(Table table, Random& random);

// One virtual server with all that the language has for it, without servers that share a
// destination unless that is asked for.
VirtualServer random_virtual_server(Random& random, bool shares_destinations = false);

// Several of them, with no service twice.
Config random_config(Random& random);

// Any health for each server, and any quorum.
PoolFacts random_facts(const VirtualServer& server, Random& random);

}  // namespace lvsd::test
