#include <array>

#include "config/keyword_rows.h"

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks servers = Block::real_server;

constexpr auto table = std::to_array<Keyword>({
    {.name = "real_server",
     .blocks = Block::virtual_server,
     .arguments = {address(), optional_port()},
     .help = "a server that does the work",
     .opens_block = true,
     .opens = Block::real_server,
     .apply =
         [](Compiler& c, const Arguments& a) {
           auto& server = c.service().servers.emplace_back();
           server.endpoint = {a.address(0), a.port(1)};
           server.method = c.service().method;
           server.where = a.where();
         }},
    {.name = "weight",
     .blocks = servers,
     .arguments = {number(0, int32_most)},
     .fallback = "the virtual server's, else 1",
     .help = "share of new connections; 0: none, those it has go on",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.server().weight = a.number<std::uint32_t>(0); }},
    {.name = "inhibit_on_failure",
     .blocks = servers,
     .arguments = {boolean()},
     .fallback = "the virtual server's",
     .help = "when failed it gets weight 0 instead of being removed",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.server().inhibit_on_failure = a.flag(0, true); }},
});

}  // namespace

std::span<const Keyword> server_rows() {
  return table;
}

}  // namespace lvsd
