#include <array>

#include "config/keyword_rows.h"

namespace lvsd {

namespace {

using namespace rows;

constexpr auto table = std::to_array<Keyword>({
    {.name = "global_defs",
     .blocks = Block::root,
     .help = "settings of the daemon as a whole; may stand several times",
     .opens_block = true,
     .opens = Block::global_defs},
    {.name = "audit_interval",
     .blocks = Block::global_defs,
     .arguments = {time(100'000)},
     .fallback = "10",
     .help = "how often the kernel's whole table is compared with what is wanted",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.config().global.audit_interval = a.time(0); }},
});

}  // namespace

std::span<const Keyword> global_rows() {
  return table;
}

}  // namespace lvsd
