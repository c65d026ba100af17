#pragma once

#include <map>
#include <string>
#include <vector>

#include "test/bench/activity.h"
#include "test/bench/contender.h"
#include "test/bench/layout.h"
#include "test/bench/samples.h"

namespace lvsd::bench {

struct Measured {
  Samples elapsed;
  Samples cpu;

  void add(const Burst& burst) {
    elapsed.add(burst.elapsed_ms);
    cpu.add(burst.cpu_ms);
  }
};

// All that was measured of one program with one layout.
struct Figures {
  Measured cold_start;
  Samples writing;  // of the cold start: from the first entry in the kernel to the last
  Measured unchanged;
  Measured one_server;
  Measured one_weight;
  Measured restart;
  Measured audit;      // lvsd only
  Samples memory_mib;  // the most there was
};

// Of the program that does nothing but write and read the table.
struct Limit {
  Samples write;
  Samples read;
};

using Results = std::map<Program, Figures>;

// REQUIRES: two programs, both among the results: the one that is reported on, and the other.
std::string report(const Layout& layout, const std::vector<Program>& programs,
                   const Results& results, const Limit& limit);

// What was measured with one of the sizes.
struct Sized {
  Layout layout;
  Results results;
};

// How it grows: what an entry costs beside that size, and the memory. REQUIRES: as above, for each.
std::string by_size(const std::vector<Program>& programs, const std::vector<Sized>& all);

}  // namespace lvsd::bench
