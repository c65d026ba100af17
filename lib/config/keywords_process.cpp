#include <algorithm>
#include <array>

#include "config/global.h"
#include "config/keyword_rows.h"

// `global_defs`: how the daemon's processes run, and what is ours.

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

std::optional<std::string> show_number(std::uint64_t value) {
  if (value == 0) return std::nullopt;
  return std::to_string(value);
}

std::optional<std::string> show_cpus(const Subject& s) {
  std::string out;
  for (const std::uint32_t cpu : g(s).checker.cpus)
    out += (out.empty() ? "" : " ") + std::to_string(cpu);
  if (out.empty()) return std::nullopt;
  return out;
}

void set_checkers(Compiler& c, const Arguments& a) {
  if (a.word(0) == "auto") {
    g(c).checker.count = 0;
    return;
  }
  const NumberScan count = scan_number(a.word(0));
  if (count.outcome == NumberScan::Outcome::number && count.value >= 1 && count.value <= 256) {
    g(c).checker.count = static_cast<std::uint32_t>(count.value);
    return;
  }
  c.problems().report(Code::bad_argument, a.where(a.word(0)),
                      quoted(a.word(0)) + " does not fit here",
                      "expected auto, or a number from 1 to 256");
}

std::optional<std::string> show_sysctl_mode(const Subject& s) {
  if (g(s).sysctl_auto) return "auto";
  if (g(s).sysctls.empty()) return std::nullopt;
  return std::string();
}

void add_listen(Compiler& c, const Arguments& a) {
  const Endpoint endpoint{a.address(0), a.port(1)};
  std::vector<Endpoint>& all = g(c).api.listen;
  if (std::find(all.begin(), all.end(), endpoint) != all.end())
    return c.problems().report(Code::repeated, a.where(), "this 'listen' stands here twice");
  all.push_back(endpoint);
}

std::vector<std::string> show_listen(const Subject& s) {
  std::vector<std::string> out;
  for (const Endpoint& endpoint : g(s).api.listen)
    out.push_back(spelled(endpoint));
  return out;
}

void add_host_names(Compiler& c, const Arguments& a) {
  for (const std::string_view name : a.words())
    g(c).api.host_names.emplace_back(name);
}

std::optional<std::string> show_host_names(const Subject& s) {
  std::string out;
  for (const std::string& name : g(s).api.host_names)
    out += (out.empty() ? "" : " ") + plain_word(name);
  if (out.empty()) return std::nullopt;
  return out;
}

void close_api(Compiler& c) {
  const ApiSettings& api = g(c).api;
  if (api.write && api.token_file.empty())
    c.problems().report(Code::contradiction, c.reader().span(),
                        "'write yes' without 'token_file': there would be nothing to tell who may",
                        "name a file with a token, or leave 'write' out");
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "checker_priority",
     .blocks = global,
     .arguments = {number(-20, 19)},
     .fallback = "0",
     .help = "nice value of the checking processes",
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).checker.priority = a.number<std::int32_t>(0); },
     .show = [](const Subject& s) { return std::optional(std::to_string(g(s).checker.priority)); }},
    {.name = "checker_no_swap",
     .blocks = global,
     .help = "the checking processes stay in memory",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments&) { g(c).checker.no_swap = true; },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (!g(s).checker.no_swap) return std::nullopt;
       return std::string();
     }},
    {.name = "checker_rt_priority",
     .blocks = global,
     .arguments = {number(1, 99)},
     .fallback = "not real-time",
     .help = "real-time priority of the checking processes",
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).checker.realtime_priority = a.number<std::uint32_t>(0);
         },
     .show = [](const Subject& s) { return show_number(g(s).checker.realtime_priority); }},
    {.name = "checker_rlimit_rttime",
     .aliases = "checker_rlimit_rtime",
     .blocks = global,
     .arguments = {number(1, uint32_most, "MICROSECONDS")},
     .fallback = "10000",
     .help = "how long a real-time process may run without waiting",
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).checker.realtime_limit_microseconds =
               std::max(a.number<std::uint64_t>(0), std::uint64_t{2});
         },
     .show =
         [](const Subject& s) { return show_number(g(s).checker.realtime_limit_microseconds); }},
    {.name = "checker_cpu_affinity",
     .blocks = global,
     .arguments = {words("CPU…")},
     .fallback = "all",
     .help = "the CPUs that the checking processes run on",
     .apply = set_cpus,
     .show = show_cpus},
    {.name = "max_scripts",
     .blocks = global,
     .arguments = {number(1, 10000)},
     .fallback = "64",
     .help = "how many programs of MISC_CHECKs run at once; the others wait for their turn",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).max_scripts = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return std::optional(std::to_string(g(s).max_scripts)); }},
    {.name = "checkers",
     .blocks = global,
     .arguments = {word("NUMBER|auto")},
     .fallback = "1",
     .help = "how many processes check; auto: one for each core",
     .ours = true,
     .apply = set_checkers,
     .show =
         [](const Subject& s) {
           return std::optional(g(s).checker.count == 0 ? std::string("auto")
                                                        : std::to_string(g(s).checker.count));
         }},
    {.name = "audit_interval",
     .blocks = global,
     .arguments = {time(100'000)},
     .fallback = "10",
     .help = "how often the kernel's whole table is compared with what is wanted",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).audit_interval = a.time(0); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).audit_interval)); }},
    {.name = "load_interval",
     .blocks = global,
     .arguments = {time(50'000, 60'000'000)},
     .fallback = "0.5",
     .help = "how often connections are counted where a limit with a backup, or a drain, needs it",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).load_interval = a.time(0); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).load_interval)); }},
    {.name = "panic_percent",
     .blocks = global,
     .arguments = {number(0, 100, "PERCENT")},
     .fallback = "0: off",
     .help = "so much of a pool failing at once holds the table as it is",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).panic_percent = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return std::optional(std::to_string(g(s).panic_percent)); }},
    {.name = "reload_guard",
     .blocks = global,
     .arguments = {number(0, 100, "PERCENT")},
     .fallback = "0: off",
     .help = "a reload that removes more than this is refused unless it is forced",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).reload_guard = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return std::optional(std::to_string(g(s).reload_guard)); }},
    {.name = "flap_hold",
     .blocks = global,
     .arguments = {time()},
     .fallback = "0: off",
     .help = "a server that fails again soon stays out for this long, growing with each time",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).flap_hold = a.time(0); },
     .show = [](const Subject& s) { return std::optional(spelled(g(s).flap_hold)); }},
    {.name = "tcp_keepalive",
     .blocks = global,
     .help = "net.ipv4.tcp_keepalive_* of this host",
     .opens = Opens::block,
     .block = Block::tcp_keepalive,
     .ours = true},
    {.name = "time",
     .blocks = Block::tcp_keepalive,
     .arguments = {number(1, 32767, "SECONDS")},
     .fallback = "left as it is",
     .help = "idle time before the first probe",
     .ours = true,
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).tcp_keepalive.time_seconds = a.number<std::uint32_t>(0);
         },
     .show = [](const Subject& s) { return spelled(g(s).tcp_keepalive.time_seconds); }},
    {.name = "intvl",
     .blocks = Block::tcp_keepalive,
     .arguments = {number(1, 32767, "SECONDS")},
     .fallback = "left as it is",
     .help = "time between probes",
     .ours = true,
     .apply =
         [](Compiler& c, const Arguments& a) {
           g(c).tcp_keepalive.interval_seconds = a.number<std::uint32_t>(0);
         },
     .show = [](const Subject& s) { return spelled(g(s).tcp_keepalive.interval_seconds); }},
    {.name = "probes",
     .blocks = Block::tcp_keepalive,
     .arguments = {number(1, 127)},
     .fallback = "left as it is",
     .help = "unanswered probes after which a connection is dead",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { g(c).tcp_keepalive.probes = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return spelled(g(s).tcp_keepalive.probes); }},
    {.name = "min_mtu",
     .blocks = global,
     .arguments = {number(68, 65535, "BYTES")},
     .fallback = "left as it is",
     .help = "net.ipv4.route.min_pmtu: what ICMP messages cannot make the MTU of a path less than",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).min_mtu = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return spelled(g(s).min_mtu); }},
    {.name = "ipvs_sysctl",
     .blocks = global,
     .arguments = {optional(choice("auto"))},
     .help =
         "sysctls below net.ipv4.vs, one NAME VALUE a line; auto: those that features need, too",
     .opens = Opens::maybe,
     .block = Block::sysctls,
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).sysctl_auto |= a.has(0); },
     .line = add_sysctl,
     .show = show_sysctl_mode},
    {.name = "api",
     .blocks = global,
     .help = "how lvsctl and others reach the daemon",
     .opens = Opens::block,
     .block = Block::api,
     .ours = true,
     .finish = close_api},
    {.name = "socket",
     .blocks = Block::api,
     .arguments = {word("PATH")},
     .fallback = "the command line's, else /run/lvsd/lvsd.sock",
     .help = "the Unix socket",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).api.socket = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).api.socket); }},
    {.name = "read_group",
     .blocks = Block::api,
     .arguments = {word("GROUP")},
     .fallback = "lvsd",
     .help = "who may read",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).api.read_group = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).api.read_group); }},
    {.name = "write_group",
     .blocks = Block::api,
     .arguments = {word("GROUP")},
     .fallback = "lvsd-admin",
     .help = "who may change",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).api.write_group = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).api.write_group); }},
    {.name = "listen",
     .blocks = Block::api,
     .arguments = {address(), port()},
     .fallback = "only the Unix socket",
     .help = "HTTP on this address, for reading; may stand several times",
     .ours = true,
     .apply = add_listen,
     .show_each = show_listen},
    {.name = "host_names",
     .blocks = Block::api,
     .arguments = {words("NAME…")},
     .fallback = "addresses, localhost and the machine's own name",
     .help = "further names by which clients may ask for what 'listen' opens",
     .ours = true,
     .apply = add_host_names,
     .show = show_host_names},
    {.name = "write",
     .blocks = Block::api,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "what 'listen' opens takes changes, too, from who shows the token",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).api.write = a.flag(0, true); },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (!g(s).api.write) return std::nullopt;
       return spelled(true);
     }},
    {.name = "token_file",
     .blocks = Block::api,
     .arguments = {word("FILE")},
     .fallback = "none",
     .help =
         "a file with the token that changes need: 16 characters or more, not readable by others",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { g(c).api.token_file = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(g(s).api.token_file); }},
});

}  // namespace

std::span<const Keyword> process_rows() {
  return table;
}

}  // namespace lvsd
