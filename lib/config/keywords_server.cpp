#include <array>

#include "config/keyword_rows.h"
#include "config/method.h"
#include "config/server.h"

// What real, sorry and backup servers say of themselves, and what a virtual server says for all of
// its real servers.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks servers{Block::virtual_server, Block::real_server};
constexpr Blocks any_server{Block::real_server, Block::sorry_server, Block::backup_server};

const ServerPolicy* policy(const Subject& s) {
  return s.server == nullptr ? nullptr : s.server->policy.get();
}

std::optional<std::string> show_name(const Subject& s) {
  if (s.backup != nullptr) return spelled_word(s.backup->name);
  if (s.sorry != nullptr) return spelled_word(s.sorry->name);
  return spelled_word(s.server->name);
}

std::optional<std::string> show_weight(const Subject& s) {
  if (s.backup != nullptr) return std::nullopt;
  if (s.sorry != nullptr) return std::to_string(s.sorry->settings.weight);
  if (s.server == nullptr) return std::nullopt;
  return std::to_string(s.server->settings.weight);
}

std::optional<std::string> show_inhibit(const Subject& s) {
  if (s.sorry != nullptr) return spelled(s.sorry->inhibit);
  if (s.server == nullptr) return std::nullopt;
  return spelled(s.server->inhibit_on_failure);
}

template <class Value>
std::optional<std::string> show_policy(const Subject& s, Value ServerPolicy::*member) {
  if (policy(s) == nullptr) return std::nullopt;
  const Value& value = policy(s)->*member;
  if constexpr (std::is_same_v<Value, bool> || std::is_same_v<Value, Duration>) {
    return spelled(value);
  } else if constexpr (std::is_same_v<Value, Script>) {
    return spelled_script(value);
  } else {
    return std::to_string(value);
  }
}

std::optional<std::string> show_threshold(const Subject& s,
                                          std::uint32_t DestinationSettings::*member) {
  if (s.server == nullptr) return std::nullopt;
  return std::to_string(s.server->settings.*member);
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "real_server",
     .blocks = Block::virtual_server,
     .arguments = {address(), optional_port()},
     .help = "a server that does the work",
     .opens = Opens::block,
     .block = Block::real_server,
     .apply = open_real_server,
     .finish = close_real_server},
    {.name = "sorry_server",
     .blocks = Block::virtual_server,
     .arguments = {address(), optional_port()},
     .help = "serves when quorum is lost; with a block it has a weight and checks of its own",
     .opens = Opens::maybe,
     .block = Block::sorry_server,
     .apply = open_sorry_server},
    {.name = "backup_server",
     .blocks = Block::real_server,
     .arguments = {address(), optional_port()},
     .help = "takes over for this real server when it fails or is full",
     .opens = Opens::maybe,
     .block = Block::backup_server,
     .ours = true,
     .apply = open_backup_server},
    {.name = "name",
     .blocks = any_server,
     .arguments = {word("NAME")},
     .fallback = "address and port",
     .help = "what commands, logs and metrics call it",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { c.server().name = a.word(0); },
     .show = show_name},
    {.name = "weight",
     .blocks = Blocks{Block::virtual_server, Block::real_server, Block::sorry_server},
     .arguments = {number(0, int32_most)},
     .fallback = "the virtual server's, else 1",
     .help = "share of new connections; 0: none, those it has go on",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.manner().weight = a.number<std::uint32_t>(0); },
     .show = show_weight},
    {.name = "lvs_method",
     .aliases = "lb_kind",
     .blocks = Block::virtual_server,
     .arguments = {words("NAT | DR | TUN [type ipip|gue|gre] [port PORT] [nocsum|csum|remcsum]")},
     .fallback = "NAT",
     .help = "how packets reach the real servers: rewritten, routed directly, or in a tunnel",
     .inherited = true,
     .apply = set_service_method},
    {.name = "lvs_method",
     .blocks = any_server,
     .arguments = {words("NAT | DR | TUN [type ipip|gue|gre] [port PORT] [nocsum|csum|remcsum]")},
     .fallback = "the virtual server's",
     .help = "how packets reach this server",
     .inherited = true,
     .apply = set_server_method,
     .show = show_method},
    {.name = "sorry_server_lvs_method",
     .blocks = Block::virtual_server,
     .arguments = {words("NAT | DR | TUN [type ipip|gue|gre] [port PORT] [nocsum|csum|remcsum]")},
     .fallback = "the virtual server's",
     .help = "how packets reach the sorry server",
     .apply = set_sorry_method},
    {.name = "uthreshold",
     .synonyms = "max_connections",
     .blocks = servers,
     .arguments = {number(0, uint32_most, "CONNECTIONS")},
     .fallback = "0: without limit",
     .help = "so many connections and it is full: it gets no new ones",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.manner().upper_threshold = a.number<std::uint32_t>(0); },
     .show =
         [](const Subject& s) { return show_threshold(s, &DestinationSettings::upper_threshold); }},
    {.name = "lthreshold",
     .synonyms = "resume_connections",
     .blocks = servers,
     .arguments = {number(0, uint32_most, "CONNECTIONS")},
     .fallback = "three quarters of uthreshold",
     .help = "below so many connections it is no longer full",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.manner().lower_threshold = a.number<std::uint32_t>(0); },
     .show =
         [](const Subject& s) { return show_threshold(s, &DestinationSettings::lower_threshold); }},
    {.name = "inhibit_on_failure",
     .blocks = Blocks{Block::virtual_server, Block::real_server, Block::sorry_server},
     .arguments = {boolean()},
     .fallback = "the virtual server's, else no",
     .help = "failed, it gets weight 0 instead of being removed",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.manner().inhibit_on_failure = a.flag(0, true); },
     .show = show_inhibit},
    {.name = "disable",
     .blocks = Block::real_server,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "take it out of service at once",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { c.server().disabled = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.server->disabled)); }},
    {.name = "notify_up",
     .blocks = Block::real_server,
     .arguments = {script()},
     .help = "runs when it comes up",
     .apply = [](Compiler& c, const Arguments& a) { c.server().notify_up = a.script(); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::notify_up); }},
    {.name = "notify_down",
     .blocks = Block::real_server,
     .arguments = {script()},
     .help = "runs when it goes down",
     .apply = [](Compiler& c, const Arguments& a) { c.server().notify_down = a.script(); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::notify_down); }},
    {.name = "smtp_alert",
     .blocks = Block::real_server,
     .arguments = {boolean()},
     .fallback = "smtp_alert_checker, smtp_alert, else yes",
     .help = "mail on a change of its state",
     .apply = [](Compiler& c, const Arguments& a) { c.server().smtp_alert = a.flag(0, true); },
     .show = [](const Subject& s) { return spelled(policy(s)->smtp_alert); }},
    {.name = "virtualhost",
     .blocks = servers,
     .arguments = {word("NAME")},
     .fallback = "the virtual server's, else address and port",
     .help = "the name that HTTP checks ask for",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.manner().virtualhost = a.word(0); }},
    {.name = "graceful_shutdown",
     .blocks = servers,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "leaving, it keeps its connections until they end or drain_timeout is over",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.policy().graceful_shutdown = a.flag(0, true); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::graceful_shutdown); }},
    {.name = "drain_timeout",
     .blocks = servers,
     .arguments = {time()},
     .fallback = "0: without limit",
     .help = "how long draining waits for connections to end",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.policy().drain_timeout = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::drain_timeout); }},
    {.name = "slow_start",
     .blocks = servers,
     .arguments = {time()},
     .fallback = "0: full weight at once",
     .help = "coming up, its weight grows to full over this time",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.policy().slow_start = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::slow_start); }},
    {.name = "preempt",
     .blocks = servers,
     .arguments = {boolean()},
     .fallback = "yes",
     .help = "when it is back it takes over from its backup",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.policy().preempt = a.flag(0, true); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::preempt); }},
    {.name = "preempt_delay",
     .blocks = servers,
     .arguments = {time()},
     .fallback = "0",
     .help = "how long it must be back before it takes over",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.policy().preempt_delay = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::preempt_delay); }},
    {.name = "on_return",
     .blocks = servers,
     .arguments = {choice("cut drain")},
     .fallback = "cut",
     .help = "what becomes of the backup's connections when the master takes over",
     .ours = true,
     .inherited = true,
     .apply =
         [](Compiler& c, const Arguments& a) {
           c.policy().on_return = a.word(0) == "drain" ? OnReturn::drain : OnReturn::cut;
         },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (policy(s) == nullptr) return std::nullopt;
       return policy(s)->on_return == OnReturn::drain ? "drain" : "cut";
     }},
    {.name = "backup_at",
     .blocks = servers,
     .arguments = {number(1, 100, "PERCENT")},
     .fallback = "100",
     .help = "how much of uthreshold brings the backup in",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.policy().backup_at = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::backup_at); }},
    {.name = "min_mtu",
     .blocks = servers,
     .arguments = {number(0, 65535, "BYTES")},
     .fallback = "0: the system's",
     .help = "with TUN: MTU of the route to it, which no ICMP message changes",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.policy().min_mtu = a.number<std::uint16_t>(0); },
     .show = [](const Subject& s) { return show_policy(s, &ServerPolicy::min_mtu); }},
});

}  // namespace

std::span<const Keyword> server_rows() {
  return table;
}

}  // namespace lvsd
