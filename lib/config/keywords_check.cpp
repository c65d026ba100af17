#include <array>

#include "config/keyword_rows.h"

// What all checks have in common: when they run, what makes a verdict, where they go.

namespace lvsd {

namespace {

using namespace rows;

// A virtual server and its servers set these for their checks.
constexpr Blocks above{Block::virtual_server, Block::real_server, Block::sorry_server,
                       Block::backup_server};
constexpr Blocks connecting{Block::tcp_check,  Block::http_get,   Block::ssl_get,
                            Block::smtp_check, Block::dns_check,  Block::udp_check,
                            Block::ping_check, Block::agent_check};
constexpr Blocks polled = connecting | Blocks{Block::misc_check};
constexpr Blocks targets = connecting | Blocks{Block::smtp_host};

const CheckPolicy* policy(const Subject& s) {
  return s.check == nullptr ? nullptr : &s.check->settings->policy;
}

template <class Value>
std::optional<std::string> show_policy(const Subject& s, Value CheckPolicy::*member) {
  if (policy(s) == nullptr) return std::nullopt;
  const Value& value = policy(s)->*member;
  if constexpr (std::is_same_v<Value, std::uint32_t>) {
    return std::to_string(value);
  } else {
    return spelled(value);
  }
}

const CheckTarget* target(const Subject& s) {
  return s.check == nullptr ? nullptr : &s.check->target;
}

template <class Value>
std::optional<std::string> show_number(const Subject& s, Value CheckTarget::*member) {
  if (target(s) == nullptr || target(s)->*member == 0) return std::nullopt;
  return std::to_string(target(s)->*member);
}

void set_fall(Compiler& c, const Arguments& a) {
  c.timing().retry = a.number<std::uint32_t>(0) - 1;
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "delay_loop",
     .blocks = above | polled,
     .arguments = {time(1)},
     .fallback = "the real server's, the virtual server's, else 60",
     .help = "time between two runs of a check",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().delay_loop = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::delay_loop); }},
    {.name = "fast_interval",
     .blocks = above | polled,
     .arguments = {time(1)},
     .fallback = "delay_before_retry while failing, else delay_loop",
     .help = "time between two runs while a check is in doubt",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().fast_interval = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::fast_interval); }},
    {.name = "down_interval",
     .blocks = above | polled,
     .arguments = {time(1)},
     .fallback = "delay_loop",
     .help = "time between two runs while a check is down",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().down_interval = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::down_interval); }},
    {.name = "connect_timeout",
     .blocks = above | connecting,
     .arguments = {time(1, 4'294'967'295)},
     .fallback = "the real server's, the virtual server's, else 5",
     .help = "how long a check waits for an answer",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().connect_timeout = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::connect_timeout); }},
    {.name = "retry",
     .blocks = above,
     .arguments = {number(1, uint32_most - 1)},
     .fallback = "each check's own",
     .help = "how many failures in a row are forgiven",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.timing().retry = a.number<std::uint32_t>(0); }},
    {.name = "retry",
     .blocks = Blocks{Block::tcp_check, Block::smtp_check, Block::dns_check, Block::udp_check,
                      Block::ping_check, Block::misc_check, Block::agent_check},
     .arguments = {number(0, uint32_most - 1)},
     .fallback = "the real server's, the virtual server's, else 1; DNS_CHECK 3, MISC_CHECK 0",
     .help = "how many failures in a row are forgiven",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.timing().retry = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::retry); }},
    {.name = "retry",
     .aliases = "nb_get_retry",
     .blocks = Blocks{Block::http_get, Block::ssl_get},
     .arguments = {number(0, uint32_most - 1)},
     .fallback = "the real server's, the virtual server's, else 1",
     .help = "how many failures in a row are forgiven",
     .inherited = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { c.timing().retry = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::retry); }},
    {.name = "fall",
     .blocks = above | polled,
     .arguments = {number(1, uint32_most)},
     .fallback = "retry + 1",
     .help = "how many failures in a row take a server out; another way to say retry",
     .ours = true,
     .says = "retry",
     .apply = set_fall},
    {.name = "rise",
     .blocks = above | polled,
     .arguments = {number(1, uint32_most)},
     .fallback = "1",
     .help = "how many successes in a row bring a server back",
     .ours = true,
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().rise = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::rise); }},
    {.name = "delay_before_retry",
     .blocks = above | polled,
     .arguments = {time()},
     .fallback =
         "the real server's, the virtual server's, else 1; HTTP_GET 3, DNS_CHECK delay_loop",
     .help = "time to the next run after a failure that is forgiven",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().delay_before_retry = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::delay_before_retry); }},
    {.name = "warmup",
     .blocks = above | polled,
     .arguments = {time()},
     .fallback = "delay_loop",
     .help = "the first run of a check is put off by a random part of this",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().warmup = a.time(0); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::warmup); }},
    {.name = "alpha",
     .blocks = Block::virtual_server,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "its real servers are down until their checks have passed once",
     .inherited = true,
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().alpha = a.flag(0, true); }},
    {.name = "alpha",
     .blocks =
         Blocks{Block::real_server, Block::sorry_server, Block::backup_server, Block::bfd_check} |
         polled,
     .arguments = {boolean()},
     .fallback = "the real server's, the virtual server's, else no",
     .help = "down until it has passed once",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { c.timing().alpha = a.flag(0, true); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::alpha); }},
    {.name = "log_all_failures",
     .blocks = polled,
     .arguments = {boolean()},
     .fallback = "checker_log_all_failures, else no",
     .help = "log every failure, not only those that change the state",
     .apply = [](Compiler& c, const Arguments& a) { c.check().log_all_failures = a.flag(0, true); },
     .show = [](const Subject& s) { return show_policy(s, &CheckPolicy::log_all_failures); }},
    {.name = "connect_ip",
     .blocks = targets,
     .arguments = {address()},
     .fallback = "the real server's",
     .help = "the address that is checked",
     .apply = [](Compiler& c, const Arguments& a) { c.check().connect_ip = a.address(0); },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (target(s) == nullptr) return std::nullopt;
       return text(target(s)->endpoint.address);
     }},
    {.name = "connect_port",
     .blocks = targets,
     .arguments = {port()},
     .fallback = "the real server's",
     .help = "the port that is checked",
     .apply = [](Compiler& c, const Arguments& a) { c.check().connect_port = a.port(0); },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (target(s) == nullptr || target(s)->endpoint.port == 0) return std::nullopt;
       return std::to_string(target(s)->endpoint.port);
     }},
    {.name = "bindto",
     .blocks = targets,
     .arguments = {address()},
     .fallback = "any",
     .help = "the address that checks come from",
     .apply = [](Compiler& c, const Arguments& a) { c.check().target.bind_address = a.address(0); },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (target(s) == nullptr || !target(s)->bind_address) return std::nullopt;
       return text(*target(s)->bind_address);
     }},
    {.name = "bind_port",
     .blocks = targets,
     .arguments = {port()},
     .fallback = "any",
     .help = "the port that checks come from",
     .apply = [](Compiler& c, const Arguments& a) { c.check().target.bind_port = a.port(0); },
     .show = [](const Subject& s) { return show_number(s, &CheckTarget::bind_port); }},
    {.name = "bind_if",
     .blocks = targets,
     .arguments = {word("INTERFACE")},
     .fallback = "any",
     .help = "the interface that checks leave by; an IPv6 link-local address needs one",
     .apply = [](Compiler& c, const Arguments& a) { c.check().target.bind_interface = a.word(0); },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (target(s) == nullptr) return std::nullopt;
       return spelled_word(target(s)->bind_interface);
     }},
    {.name = "fwmark",
     .blocks = targets,
     .arguments = {number(0, uint32_most, "MARK")},
     .fallback = "0: none",
     .help = "the firewall mark of the check's packets",
     .apply = [](Compiler& c,
                 const Arguments& a) { c.check().target.fwmark = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_number(s, &CheckTarget::fwmark); }},
});

}  // namespace

std::span<const Keyword> check_rows() {
  return table;
}

}  // namespace lvsd
