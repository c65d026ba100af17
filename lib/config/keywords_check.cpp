#include <array>

#include "config/keyword_rows.h"

namespace lvsd {

namespace {

using namespace rows;

constexpr auto table = std::to_array<Keyword>({
    {.name = "TCP_CHECK",
     .blocks = Block::real_server,
     .help = "passes when a TCP connection is established",
     .opens_block = true,
     .opens = Block::tcp_check,
     .apply =
         [](Compiler& c, const Arguments& a) {
           c.server().checks.push_back(CheckDraft{TcpCheck{}, {}, a.where()});
         }},
});

}  // namespace

std::span<const Keyword> check_rows() {
  return table;
}

}  // namespace lvsd
