#include <array>

#include "config/keyword_rows.h"
#include "config/settle.h"

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks services = Block::virtual_server;
constexpr Blocks inherited{Block::virtual_server, Block::real_server, Block::tcp_check};

constexpr std::string_view schedulers = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf twos sed nq";

void open_service(Compiler& c, const Arguments& a) {
  c.service() = ServiceDraft{};
  c.service().where = a.where();
  c.service().endpoint = {a.address(0), a.port(1)};
}

void set_method(Compiler& c, const Arguments& a) {
  Method method;
  if (a.word(0) == "DR") method.forwarding = Forwarding::direct;
  if (a.word(0) == "TUN") method.forwarding = Forwarding::tunnel;
  c.service().method = method;
}

void set_protocol(Compiler& c, const Arguments& a) {
  const char first = a.word(0).front();
  const bool tcp = first == 'T' || first == 't';
  const bool udp = first == 'U' || first == 'u';
  c.service().protocol = tcp ? Protocol::tcp : (udp ? Protocol::udp : Protocol::sctp);
}

void add_sorry_server(Compiler& c, const Arguments& a) {
  c.service().sorry_servers.assign(
      1, SorryDraft{{a.address(0), a.port(1)}, c.service().method, false, a.where()});
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "virtual_server",
     .blocks = Block::root,
     .arguments = {address(), optional_port()},
     .help = "a service that clients connect to, and the real servers behind it",
     .opens_block = true,
     .opens = Block::virtual_server,
     .apply = open_service,
     .finish = settle_service},
    {.name = "lvs_sched",
     .aliases = "lb_algo",
     .blocks = services,
     .arguments = {choice(schedulers, "SCHEDULER")},
     .fallback = "wlc",
     .help = "how new connections are spread over the real servers",
     .apply = [](Compiler& c, const Arguments& a) { c.service().scheduler = a.word(0); }},
    {.name = "lvs_method",
     .aliases = "lb_kind",
     .blocks = services,
     .arguments = {choice("NAT DR TUN")},
     .fallback = "NAT",
     .help = "how packets reach the real servers: rewritten, routed directly, or in a tunnel",
     .apply = set_method},
    {.name = "protocol",
     .blocks = services,
     .arguments = {{.kind = ArgumentKind::choice, .choices = "TCP UDP SCTP", .any_case = true}},
     .fallback = "UDP, with a warning",
     .help = "the transport protocol",
     .apply = set_protocol},
    {.name = "quorum",
     .blocks = services,
     .arguments = {number(1, uint32_most)},
     .fallback = "1",
     .help = "least weight of live real servers below which the sorry servers take over",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.service().quorum = a.number<std::uint32_t>(0); }},
    {.name = "hysteresis",
     .blocks = services,
     .arguments = {number(0, uint32_most)},
     .fallback = "0",
     .help = "how far the weight must pass quorum before its state changes",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.service().hysteresis = a.number<std::uint32_t>(0); }},
    {.name = "sorry_server",
     .blocks = services,
     .arguments = {address(), optional_port()},
     .help = "serves when quorum is lost",
     .apply = add_sorry_server},
    {.name = "inhibit_on_failure",
     .blocks = services,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "a failed real server gets weight 0 instead of being removed",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.service().inhibit_on_failure = a.flag(0, true); }},
    {.name = "delay_loop",
     .blocks = inherited,
     .arguments = {time(1)},
     .fallback = "the real server's, the virtual server's, else 60",
     .help = "time between two runs of a check",
     .apply = [](Compiler& c, const Arguments& a) { c.timing().delay_loop = a.time(0); }},
    {.name = "connect_timeout",
     .blocks = inherited,
     .arguments = {time(1, 4'294'967'295)},
     .fallback = "the real server's, the virtual server's, else 5",
     .help = "how long a check waits for an answer",
     .apply = [](Compiler& c, const Arguments& a) { c.timing().connect_timeout = a.time(0); }},
    {.name = "delay_before_retry",
     .blocks = inherited,
     .arguments = {time()},
     .fallback = "the real server's, the virtual server's, else the check's own",
     .help = "time to the next run after a failure that is forgiven",
     .apply = [](Compiler& c, const Arguments& a) { c.timing().delay_before_retry = a.time(0); }},
    {.name = "retry",
     .blocks = inherited,
     .arguments = {number(0, uint32_most - 1)},
     .fallback = "the real server's, the virtual server's, else the check's own",
     .help = "how many failures in a row are forgiven",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.timing().retry = a.number<std::uint32_t>(0); }},
    {.name = "warmup",
     .blocks = inherited,
     .arguments = {time()},
     .fallback = "delay_loop",
     .help = "the first run of a check is put off by a random part of this",
     .apply = [](Compiler& c, const Arguments& a) { c.timing().warmup = a.time(0); }},
    {.name = "alpha",
     .blocks = inherited,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "a real server is down until its checks have passed once",
     .apply = [](Compiler& c, const Arguments& a) { c.timing().alpha = a.flag(0, true); }},
});

}  // namespace

std::span<const Keyword> service_rows() {
  return table;
}

}  // namespace lvsd
