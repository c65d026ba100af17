#include <algorithm>
#include <array>

#include "config/global.h"
#include "config/keyword_rows.h"

// `global_defs`: the load balancer, scripts, mail.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks global = Block::global_defs;

GlobalSettings& g(Compiler& c) {
  return c.config().global;
}
const GlobalSettings& g(const Subject& s) {
  return s.config->global;
}

std::optional<std::string> show_flush_on_stop(const Subject& s) {
  if (g(s).flush_on_stop == FlushOnStop::no) return std::nullopt;
  return g(s).flush_on_stop == FlushOnStop::services ? "VS" : "";
}

std::optional<std::string> shown_if(bool set) {
  if (!set) return std::nullopt;
  return std::string();
}

std::optional<std::string> show_fifo(const NotifyFifo& fifo) {
  if (fifo.path.empty()) return std::nullopt;
  std::string out = plain_word(fifo.path);
  if (!fifo.user.empty()) out += " " + plain_word(fifo.user);
  if (!fifo.group.empty()) out += " " + plain_word(fifo.group);
  return out;
}

void set_fifo(NotifyFifo& fifo, const Arguments& a) {
  fifo.path = a.word(0);
  fifo.user = a.word(1);
  fifo.group = a.word(2);
}

std::optional<std::string> show_script_user(const Subject& s) {
  if (g(s).script_user.empty()) return std::nullopt;
  return plain_word(g(s).script_user) +
         (g(s).script_group.empty() ? "" : " " + plain_word(g(s).script_group));
}

std::optional<std::string> show_smtp_server(const Subject& s) {
  if (g(s).mail.server.empty()) return std::nullopt;
  return plain_word(g(s).mail.server) + " " + std::to_string(g(s).mail.port);
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "router_id",
     .aliases = "lvs_id",
     .blocks = global,
     .arguments = {word("NAME")},
     .fallback = "the host's name",
     .help = "what this host is called in mails",
     .apply = [](Compiler& c, const Arguments& a) { g(c).router_id = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).router_id); }},
    {.name = "lvs_timeouts",
     .blocks = global,
     .arguments = {words("[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]")},
     .fallback = "the kernel's are left as they are",
     .help = "after how long an idle connection is forgotten; 0: leave as it is",
     .apply = set_timeouts,
     .show = show_timeouts},
    {.name = "lvs_flush",
     .blocks = global,
     .help = "start as if the table were empty: what lvsd does in any case, and keeps connections",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { g(c).flush_at_start = true; },
     .show = [](const Subject& s) { return shown_if(g(s).flush_at_start); }},
    {.name = "lvs_flush_on_stop",
     .aliases = "lvs_flush_onstop",
     .blocks = global,
     .arguments = {optional(choice("VS"))},
     .fallback = "the table stays",
     .help = "the services of this file leave the table when lvsd stops; others' stay",
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).flush_on_stop = a.has(0) ? FlushOnStop::services : FlushOnStop::all;
         },
     .show = show_flush_on_stop},
    {.name = "lvs_sync_daemon",
     .blocks = global,
     .arguments = {words(
         "INTERFACE [inst NAME] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS]")},
     .help = "the kernel's connection synchronisation",
     .apply = set_sync_daemon,
     .show = show_sync_daemon},
    {.name = "nftables_ipvs",
     .blocks = global,
     .arguments = {optional(word("TABLE"))},
     .fallback = "a service for each address",
     .help = "groups by one mark and nftables sets; table keepalived_ipvs if none is given",
     .effect = Effect::inert,
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).nftables.table = a.has(0) ? a.word(0) : "keepalived_ipvs";
         },
     .show = [](const Subject& s) { return spelled_word(g(s).nftables.table); }},
    {.name = "nftables_ipvs_priority",
     .blocks = global,
     .arguments = {number(-int32_most - 1, int32_most)},
     .fallback = "-1",
     .help = "priority of the nftables hook",
     .effect = Effect::inert,
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).nftables.priority = a.number<std::int32_t>(0); },
     .show =
         [](const Subject& s) { return std::optional(std::to_string(g(s).nftables.priority)); }},
    {.name = "nftables_ipvs_start_fwmark",
     .blocks = global,
     .arguments = {number(1, uint32_most, "MARK")},
     .fallback = "1000",
     .help = "the first mark that is taken",
     .effect = Effect::inert,
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).nftables.start_fwmark = a.number<std::uint32_t>(0); },
     .show =
         [](const Subject& s) {
           return std::optional(std::to_string(g(s).nftables.start_fwmark));
         }},
    {.name = "nftables_counters",
     .blocks = global,
     .help = "counters in the nftables rules",
     .effect = Effect::inert,
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { g(c).nftables.counters = true; },
     .show = [](const Subject& s) { return shown_if(g(s).nftables.counters); }},
    {.name = "checker_log_all_failures",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "log every failure, not only those that change a state",
     .apply = [](Compiler& c, const Arguments& a) { g(c).log_all_failures = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).log_all_failures)); }},
    {.name = "rs_init_notifies",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "notify scripts run for real servers that are put in at start, too",
     .apply = [](Compiler& c, const Arguments& a) { g(c).rs_init_notifies = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).rs_init_notifies)); }},
    {.name = "lvs_notify_fifo",
     .blocks = global,
     .arguments = {word("PATH"), optional(word("USER")), optional(word("GROUP"))},
     .help = "a named pipe for the events of virtual and real servers",
     .apply = [](Compiler& c, const Arguments& a) { set_fifo(g(c).lvs_fifo, a); },
     .show = [](const Subject& s) { return show_fifo(g(s).lvs_fifo); }},
    {.name = "lvs_notify_fifo_script",
     .blocks = global,
     .arguments = {script()},
     .help = "who reads lvs_notify_fifo; the path is its last argument",
     .apply = [](Compiler& c, const Arguments& a) { g(c).lvs_fifo.script = a.script(); },
     .show = [](const Subject& s) { return spelled_script(g(s).lvs_fifo.script); }},
    {.name = "notify_fifo",
     .blocks = global,
     .arguments = {word("PATH"), optional(word("USER")), optional(word("GROUP"))},
     .help = "a named pipe for all events",
     .apply = [](Compiler& c, const Arguments& a) { set_fifo(g(c).fifo, a); },
     .show = [](const Subject& s) { return show_fifo(g(s).fifo); }},
    {.name = "notify_fifo_script",
     .blocks = global,
     .arguments = {script()},
     .help = "who reads notify_fifo; the path is its last argument",
     .apply = [](Compiler& c, const Arguments& a) { g(c).fifo.script = a.script(); },
     .show = [](const Subject& s) { return spelled_script(g(s).fifo.script); }},
    {.name = "script_user",
     .blocks = global,
     .arguments = {word("USER[:GROUP]"), optional(word("GROUP"))},
     .fallback = "keepalived_script if there is such a user, else the daemon's own",
     .help = "who scripts run as that name no user",
     .apply = set_script_user,
     .show = show_script_user},
    {.name = "enable_script_security",
     .blocks = global,
     .help = "a script that others than root can change is not run as root",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { g(c).script_security = true; },
     .show = [](const Subject& s) { return shown_if(g(s).script_security); }},
    {.name = "set_supplementary_groups",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "scripts have their user's other groups, too",
     .apply = [](Compiler& c, const Arguments& a) { g(c).supplementary_groups = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).supplementary_groups)); }},
    {.name = "use_symlink_paths",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "scripts are run by the path as written, not by what it leads to",
     .apply = [](Compiler& c, const Arguments& a) { g(c).symlink_paths = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).symlink_paths)); }},
    {.name = "umask",
     .blocks = global,
     .arguments = {word("MASK")},
     .fallback = "0177",
     .help = "permissions that files the daemon makes do not get",
     .apply = set_umask,
     .show = show_umask},
    {.name = "startup_script",
     .blocks = global,
     .arguments = {script()},
     .help = "runs before anything else",
     .apply = [](Compiler& c, const Arguments& a) { g(c).startup.script = a.script(); },
     .show = [](const Subject& s) { return spelled_script(g(s).startup.script); }},
    {.name = "startup_script_timeout",
     .blocks = global,
     .arguments = {number(1, 1000, "SECONDS")},
     .fallback = "10",
     .help = "how long startup_script may run",
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).startup.timeout_seconds = a.number<std::uint32_t>(0); },
     .show =
         [](const Subject& s) {
           return std::optional(std::to_string(g(s).startup.timeout_seconds));
         }},
    {.name = "shutdown_script",
     .blocks = global,
     .arguments = {script()},
     .help = "runs when everything has stopped",
     .apply = [](Compiler& c, const Arguments& a) { g(c).shutdown.script = a.script(); },
     .show = [](const Subject& s) { return spelled_script(g(s).shutdown.script); }},
    {.name = "shutdown_script_timeout",
     .blocks = global,
     .arguments = {number(1, 1000, "SECONDS")},
     .fallback = "10",
     .help = "how long shutdown_script may run",
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).shutdown.timeout_seconds = a.number<std::uint32_t>(0);
         },
     .show =
         [](const Subject& s) {
           return std::optional(std::to_string(g(s).shutdown.timeout_seconds));
         }},
    {.name = "include_check",
     .blocks = global,
     .arguments = {optional(words("[+|-]read|match|wildcard_match|brace_match…"))},
     .help = "what plain includes further down demand",
     .apply = set_include_check},
    {.name = "random_seed",
     .blocks = global,
     .arguments = {number(0, uint32_most)},
     .fallback = "a new one at every start",
     .help = "makes ${_RANDOM} repeatable",
     .apply =
         [](Compiler& c, const Arguments& a) {
           c.reader().definitions().seed(a.number<std::uint32_t>(0));
         }},
    {.name = "notification_email",
     .blocks = global,
     .help = "who gets mail, one address a line",
     .opens = Opens::block,
     .block = Block::mail_addresses,
     .line = [](Compiler& c, const Statement& line) { g(c).mail.to.emplace_back(line.keyword()); }},
    {.name = "notification_email_from",
     .blocks = global,
     .arguments = {word("ADDRESS")},
     .help = "the sender of mails",
     .apply = [](Compiler& c, const Arguments& a) { g(c).mail.from = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).mail.from); }},
    {.name = "smtp_server",
     .blocks = global,
     .arguments = {word("HOST"), optional(port())},
     .help = "the mail server",
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).mail.server = a.word(0);
           g(c).mail.port = a.has(1) ? a.port(1) : 25;
         },
     .show = show_smtp_server},
    {.name = "smtp_helo_name",
     .blocks = global,
     .arguments = {word("NAME")},
     .fallback = "the host's name",
     .help = "the name given with HELO",
     .apply = [](Compiler& c, const Arguments& a) { g(c).mail.helo_name = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).mail.helo_name); }},
    {.name = "smtp_connect_timeout",
     .blocks = global,
     .arguments = {time()},
     .fallback = "30",
     .help = "how long to wait for the mail server",
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).mail.connect_timeout = std::max<Duration>(a.time(0), std::chrono::seconds(1));
         },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).mail.connect_timeout)); }},
    {.name = "smtp_alert",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "real servers yes, virtual servers no",
     .help = "mail for everything that says nothing itself",
     .apply = [](Compiler& c, const Arguments& a) { g(c).smtp_alert = a.flag(0, true); },
     .show = [](const Subject& s) { return spelled(g(s).smtp_alert); }},
    {.name = "smtp_alert_checker",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "smtp_alert",
     .help = "mail for all virtual and real servers that say nothing themselves",
     .apply = [](Compiler& c, const Arguments& a) { g(c).smtp_alert_checker = a.flag(0, true); },
     .show = [](const Subject& s) { return spelled(g(s).smtp_alert_checker); }},
    {.name = "no_checker_emails",
     .blocks = global,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "mail only when a real server changes, not one of its checks; lvsd always does that",
     .apply = [](Compiler& c, const Arguments& a) { g(c).no_checker_emails = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).no_checker_emails)); }},
});

}  // namespace

std::span<const Keyword> global_rows() {
  return table;
}

}  // namespace lvsd
