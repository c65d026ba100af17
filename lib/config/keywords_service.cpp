#include <algorithm>
#include <array>

#include "config/group.h"
#include "config/keyword_rows.h"
#include "config/netmask.h"

// What a virtual server says of itself.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks services = Block::virtual_server;
constexpr std::string_view schedulers = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf twos sed nq";
constexpr std::int64_t most_persistence = 2'678'400;

const SchedulerFlags& flags(const Subject& s) {
  return s.service->settings.flags;
}

bool hashes(const Subject& s, std::string_view scheduler) {
  return s.service->settings.scheduler == scheduler;
}

std::optional<std::string> when(bool set) {
  if (!set) return std::nullopt;
  return std::string();
}

std::optional<std::string> show_protocol(const Subject& s) {
  for (const ServiceKey& key : s.service->services) {
    if (key.fwmark != 0) continue;
    return key.protocol == Protocol::tcp ? "TCP" : (key.protocol == Protocol::udp ? "UDP" : "SCTP");
  }
  return std::nullopt;
}

// The virtual server's own mark, whose family the file has to say; null: an entry of a group says
// it. In a group of marks a service stands for each entry.
const ServiceKey* open_mark(const Subject& s) {
  const std::vector<ServiceKey>& keys = s.service->services;
  const auto is_mark = [](const ServiceKey& key) { return key.fwmark != 0; };
  if (keys.empty() || !std::all_of(keys.begin(), keys.end(), is_mark)) return nullptr;
  for (const ServiceGroup& group : s.config->groups) {
    if (group.name != s.service->group) continue;
    const GroupEntry& leading = leading_entry(group);
    if (leading.family_given) return nullptr;
    return &keys[static_cast<std::size_t>(&leading - group.entries.data())];
  }
  return &keys.front();
}

std::optional<std::string> show_family(const Subject& s) {
  const ServiceKey* const mark = open_mark(s);
  if (mark == nullptr) return std::nullopt;
  return mark->family == Family::v6 ? "inet6" : "inet";
}

// Of the virtual server as a whole, as the file's masks have it.
Family family(const Subject& s) {
  if (const ServiceKey* const mark = open_mark(s)) return mark->family;
  const std::vector<ServiceKey>& keys = s.service->services;
  const auto address =
      std::find_if(keys.begin(), keys.end(), [](const ServiceKey& key) { return key.fwmark == 0; });
  return address == keys.end() ? keys.front().family : address->family;
}

void set_protocol(Compiler& c, const Arguments& a) {
  const char first = a.word(0).front();
  const bool tcp = first == 'T' || first == 't';
  const bool udp = first == 'U' || first == 'u';
  c.service().protocol = tcp ? Protocol::tcp : (udp ? Protocol::udp : Protocol::sctp);
}

void set_persistence(Compiler& c, const Arguments& a) {
  if (a.has(0) && a.number(0) == 0)
    c.problems().report(Code::old_spelling, a.where(a.word(0)),
                        "'persistence_timeout 0' means no persistence; leave it out");
  c.service().persistence_timeout = a.has(0) ? a.number<std::uint32_t>(0) : 360;
}

void set_granularity(Compiler& c, const Arguments& a) {
  const auto mask = scan_netmask(a.word(0));
  if (!mask) {
    c.problems().report(Code::bad_argument, a.where(a.word(0)),
                        quoted(a.word(0)) + " is neither a netmask nor a prefix length",
                        "expected 255.255.255.0, or for IPv6 a number from 1 to 128");
    return;
  }
  c.service().persistence_netmask = mask->value;
  c.service().persistence_netmask_family = mask->family;
  if (c.service().persistence_timeout == 0) c.service().persistence_timeout = 360;
}

std::optional<std::string> show_granularity(const Subject& s) {
  const ServiceSettings& settings = s.service->settings;
  if (settings.persistence_timeout == 0 || s.service->services.empty()) return std::nullopt;
  const Family own = family(s);
  if (settings.persistence_netmask == host_netmask(own)) return std::nullopt;
  return netmask_text(settings.persistence_netmask, own);
}

// `sh-port` and its kind want their scheduler before them; keepalived drops them otherwise.
template <bool SchedulerFlags::*flag>
void set_hash_flag(Compiler& c, const Arguments& a) {
  const std::string_view word = a.keyword();
  const std::string_view wanted = word.substr(0, 2);
  if (c.service().scheduler == wanted) {
    c.service().flags.*flag = true;
    return;
  }
  c.problems().report(Code::flag_ignored, a.where(),
                      quoted(word) + " is for 'lvs_sched " + std::string(wanted) + "'",
                      c.service().scheduler.empty() ? "write it after the lvs_sched line" : "");
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "name",
     .blocks = services,
     .arguments = {word("NAME")},
     .fallback = "protocol, address and port",
     .help = "what commands, logs and metrics call it",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { c.service().name = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.service->name); }},
    {.name = "owner",
     .blocks = services,
     .arguments = {word("TEXT")},
     .help = "who to ask about it; shown, nothing else",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { c.service().owner = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.service->owner); }},
    {.name = "ip_family",
     .blocks = services,
     .arguments = {choice("inet inet6")},
     .fallback = "the address's, else the real servers'",
     .help = "which packets a mark is for",
     .apply =
         [](Compiler& c, const Arguments& a) {
           c.service().ip_family = a.word(0) == "inet6" ? Family::v6 : Family::v4;
         },
     .show = show_family},
    {.name = "protocol",
     .blocks = services,
     .arguments = {choice_in_any_case("TCP UDP SCTP")},
     .fallback = "UDP, with a warning",
     .help = "the transport protocol",
     .apply = set_protocol,
     .show = show_protocol},
    {.name = "lvs_sched",
     .aliases = "lb_algo",
     .blocks = services,
     .arguments = {choice(schedulers, "SCHEDULER")},
     .fallback = "wlc",
     .help = "how new connections are spread over the real servers",
     .apply = [](Compiler& c, const Arguments& a) { c.service().scheduler = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.service->settings.scheduler); }},
    {.name = "sh-port",
     .blocks = services,
     .help = "the source port is hashed as well",
     .excess_ignored = true,
     .apply = set_hash_flag<&SchedulerFlags::flag_2>,
     .show = [](const Subject& s) { return when(flags(s).flag_2 && hashes(s, "sh")); }},
    {.name = "sh-fallback",
     .blocks = services,
     .help = "clients of a server with weight 0 go to another one",
     .excess_ignored = true,
     .apply = set_hash_flag<&SchedulerFlags::flag_1>,
     .show = [](const Subject& s) { return when(flags(s).flag_1 && hashes(s, "sh")); }},
    {.name = "mh-port",
     .blocks = services,
     .help = "the source port is hashed as well",
     .excess_ignored = true,
     .apply = set_hash_flag<&SchedulerFlags::flag_2>,
     .show = [](const Subject& s) { return when(flags(s).flag_2 && hashes(s, "mh")); }},
    {.name = "mh-fallback",
     .blocks = services,
     .help = "clients of a server with weight 0 go to another one",
     .excess_ignored = true,
     .apply = set_hash_flag<&SchedulerFlags::flag_1>,
     .show = [](const Subject& s) { return when(flags(s).flag_1 && hashes(s, "mh")); }},
    {.name = "flag-1",
     .blocks = services,
     .help = "the scheduler's first flag",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { c.service().flags.flag_1 = true; },
     .show =
         [](const Subject& s) {
           return when(flags(s).flag_1 && !hashes(s, "sh") && !hashes(s, "mh"));
         }},
    {.name = "flag-2",
     .blocks = services,
     .help = "the scheduler's second flag",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { c.service().flags.flag_2 = true; },
     .show =
         [](const Subject& s) {
           return when(flags(s).flag_2 && !hashes(s, "sh") && !hashes(s, "mh"));
         }},
    {.name = "flag-3",
     .blocks = services,
     .help = "the scheduler's third flag",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { c.service().flags.flag_3 = true; },
     .show = [](const Subject& s) { return when(flags(s).flag_3); }},
    {.name = "ops",
     .blocks = services,
     .help =
         "every UDP packet is scheduled by itself; for DR and TUN, as with NAT answers get lost",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { c.service().flags.one_packet = true; },
     .show = [](const Subject& s) { return when(flags(s).one_packet); }},
    {.name = "hashed",
     .blocks = services,
     .help = "accepted; the kernel sets this itself",
     .effect = Effect::obsolete,
     .excess_ignored = true},
    {.name = "persistence_timeout",
     .blocks = services,
     .arguments = {optional(number(0, most_persistence, "SECONDS"))},
     .fallback = "not persistent; without SECONDS 360",
     .help = "a client keeps its real server until it was idle for so long",
     .apply = set_persistence,
     .show = [](const Subject& s) -> std::optional<std::string> {
       const std::uint32_t timeout = s.service->settings.persistence_timeout;
       if (timeout == 0) return std::nullopt;
       return std::to_string(timeout);
     }},
    {.name = "persistence_granularity",
     .blocks = services,
     .arguments = {word("NETMASK|PREFIX")},
     .fallback = "every client by itself",
     .help = "clients of one network keep the same real server",
     .apply = set_granularity,
     .show = show_granularity},
    {.name = "persistence_engine",
     .blocks = services,
     .arguments = {word("NAME")},
     .help = "what else tells clients apart: sip",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.service().persistence_engine = a.word(0).substr(0, 15); },
     .show = [](const Subject& s) { return spelled_word(s.service->settings.persistence_engine); }},
    {.name = "quorum",
     .blocks = services,
     .arguments = {number(1, uint32_most, "WEIGHT")},
     .fallback = "1",
     .help = "least weight of live real servers below which the sorry servers take over",
     .apply =
         [](Compiler& c, const Arguments& a) {
           c.service().quorum = a.number<std::uint32_t>(0);
           c.service().quorum_where = a.where();
         },
     .show = [](const Subject& s) { return std::optional(std::to_string(s.service->quorum)); }},
    {.name = "hysteresis",
     .blocks = services,
     .arguments = {number(0, uint32_most, "WEIGHT")},
     .fallback = "0",
     .help = "how far the weight must pass quorum before its state changes",
     .apply =
         [](Compiler& c, const Arguments& a) {
           c.service().hysteresis = a.number<std::uint32_t>(0);
           c.service().hysteresis_where = a.where();
         },
     .show = [](const Subject& s) { return std::optional(std::to_string(s.service->hysteresis)); }},
    {.name = "quorum_up",
     .blocks = services,
     .arguments = {script()},
     .help = "runs when quorum is reached",
     .apply = [](Compiler& c, const Arguments& a) { c.service().quorum_up = a.script(); },
     .show = [](const Subject& s) { return spelled_script(s.service->quorum_up); }},
    {.name = "quorum_down",
     .blocks = services,
     .arguments = {script()},
     .help = "runs when quorum is lost",
     .apply = [](Compiler& c, const Arguments& a) { c.service().quorum_down = a.script(); },
     .show = [](const Subject& s) { return spelled_script(s.service->quorum_down); }},
    {.name = "omega",
     .blocks = services,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "\"down\" scripts run when the daemon stops, too",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments& a) { c.service().omega = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.service->omega)); }},
    {.name = "ha_suspend",
     .blocks = services,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "checks run only while the address is on this host",
     .effect = Effect::inert,
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments& a) { c.service().ha_suspend = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.service->ha_suspend)); }},
    {.name = "smtp_alert",
     .blocks = services,
     .arguments = {boolean()},
     .fallback = "smtp_alert_checker, smtp_alert, else no",
     .help = "mail on a change of quorum",
     .apply = [](Compiler& c, const Arguments& a) { c.service().smtp_alert = a.flag(0, true); },
     .show = [](const Subject& s) { return spelled(s.service->smtp_alert); }},
    {.name = "graceful_removal",
     .blocks = services,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "a real server that is deleted from the file drains first",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.service().graceful_removal = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.service->graceful_removal)); }},
    {.name = "sorry_server_inhibit",
     .blocks = services,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "at rest the sorry server is in the table with weight 0",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments& a) { c.service().sorry_inhibit = a.flag(0, true); }},
    {.name = "nat_mask",
     .blocks = services,
     .arguments = {word("NETMASK")},
     .help = "NAT needs no netmask",
     .effect = Effect::obsolete},
    {.name = "snmp_name",
     .blocks = {Block::virtual_server, Block::real_server},
     .arguments = {word("NAME")},
     .help = "what SNMP calls it",
     .effect = Effect::inert},
});

}  // namespace

std::span<const Keyword> service_rows() {
  return table;
}

}  // namespace lvsd
