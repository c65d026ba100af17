#include <array>

#include "config/hex.h"
#include "config/keyword_rows.h"
#include "config/probe.h"

// The kinds of checks but HTTP, and what only one kind has.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks any_server{Block::real_server, Block::sorry_server, Block::backup_server};

template <class Kind>
Kind& probe(Compiler& c) {
  return std::get<Kind>(c.check().probe);
}

const MiscCheck& misc(const Subject& s) {
  return *s.probe<MiscCheck>();
}
const UdpCheck& udp(const Subject& s) {
  return *s.probe<UdpCheck>();
}
const FileCheck& file(const Subject& s) {
  return *s.probe<FileCheck>();
}

std::optional<std::string> show_user(const Subject& s) {
  const Script& script = misc(s).script;
  if (script.user.empty()) return std::nullopt;
  return plain_word(script.user) + (script.group.empty() ? "" : " " + plain_word(script.group));
}

std::optional<std::string> show_path(const Subject& s) {
  Script script = misc(s).script;
  script.user.clear();  // it has a keyword of its own here
  script.group.clear();
  return spelled_script(script);
}

std::optional<std::string> show_reply(const Subject& s) {
  if (!udp(s).require_reply) return std::nullopt;
  return hex_text(udp(s).reply, udp(s).reply_mask);
}

std::optional<std::string> show_bound(const Subject& s, std::uint16_t UdpCheck::*member) {
  return std::to_string(udp(s).*member);
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "TCP_CHECK",
     .blocks = any_server,
     .help = "passes when a TCP connection is established",
     .opens = Opens::block,
     .block = Block::tcp_check,
     .apply = open_check<TcpCheck>},
    {.name = "HTTP_GET",
     .blocks = any_server,
     .help = "passes when its urls answer as wanted",
     .opens = Opens::block,
     .block = Block::http_get,
     .apply = open_check<HttpCheck>,
     .finish = close_http_check},
    {.name = "SSL_GET",
     .blocks = any_server,
     .help = "HTTP_GET over TLS",
     .opens = Opens::block,
     .block = Block::ssl_get,
     .apply = open_https_check,
     .finish = close_http_check},
    {.name = "SMTP_CHECK",
     .blocks = any_server,
     .help = "passes when the mail server answers greeting, HELO and QUIT",
     .opens = Opens::block,
     .block = Block::smtp_check,
     .apply = open_check<SmtpCheck>},
    {.name = "helo_name",
     .blocks = Block::smtp_check,
     .arguments = {word("NAME")},
     .fallback = "smtpchecker.keepalived.org",
     .help = "the name given with HELO",
     .apply = [](Compiler& c, const Arguments& a) { probe<SmtpCheck>(c).helo_name = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.probe<SmtpCheck>()->helo_name); }},
    {.name = "host",
     .blocks = Block::smtp_check,
     .help = "an old block around connect_ip and its kind",
     .opens = Opens::block,
     .block = Block::smtp_host,
     .effect = Effect::acted},
    {.name = "DNS_CHECK",
     .blocks = any_server,
     .help = "passes when a query is answered without error",
     .opens = Opens::block,
     .block = Block::dns_check,
     .apply = open_check<DnsCheck>},
    {.name = "type",
     .blocks = Block::dns_check,
     .arguments = {choice_in_any_case("A NS CNAME SOA MX TXT AAAA RRSIG DNSKEY")},
     .fallback = "SOA",
     .help = "the record type that is asked for",
     .apply = set_dns_type,
     .show =
         [](const Subject& s) {
           return std::optional(std::string(text(s.probe<DnsCheck>()->type)));
         }},
    {.name = "name",
     .blocks = Block::dns_check,
     .arguments = {word("NAME")},
     .fallback = ".",
     .help = "the name that is asked for",
     .apply = [](Compiler& c, const Arguments& a) { probe<DnsCheck>(c).name = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.probe<DnsCheck>()->name); }},
    {.name = "UDP_CHECK",
     .blocks = any_server,
     .help = "passes when a datagram brings no ICMP error, or the answer that is wanted",
     .opens = Opens::block,
     .block = Block::udp_check,
     .apply = open_check<UdpCheck>},
    {.name = "payload",
     .blocks = Block::udp_check,
     .arguments = {words("HEX")},
     .fallback = "32 bytes of text",
     .help = "what is sent",
     .apply = set_payload,
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (udp(s).payload.empty()) return std::nullopt;
       return hex_text(udp(s).payload, {});
     }},
    {.name = "require_reply",
     .blocks = Block::udp_check,
     .arguments = {optional(words("[HEX]"))},
     .help = "an answer must come, and start with these bytes; X stands for any digit",
     .apply = set_reply,
     .show = show_reply},
    {.name = "min_reply_length",
     .blocks = Block::udp_check,
     .arguments = {number(0, 65535, "BYTES")},
     .fallback = "0",
     .help = "least length of the answer, where require_reply has bytes",
     .apply = [](Compiler& c,
                 const Arguments& a) { probe<UdpCheck>(c).min_reply = a.number<std::uint16_t>(0); },
     .show = [](const Subject& s) { return show_bound(s, &UdpCheck::min_reply); }},
    {.name = "max_reply_length",
     .blocks = Block::udp_check,
     .arguments = {number(0, 65535, "BYTES")},
     .fallback = "255",
     .help = "greatest length of the answer, where require_reply has bytes",
     .apply = [](Compiler& c,
                 const Arguments& a) { probe<UdpCheck>(c).max_reply = a.number<std::uint16_t>(0); },
     .show = [](const Subject& s) { return show_bound(s, &UdpCheck::max_reply); }},
    {.name = "PING_CHECK",
     .blocks = any_server,
     .help = "passes on an answer to an ICMP echo request",
     .opens = Opens::block,
     .block = Block::ping_check,
     .apply = open_check<PingCheck>},
    {.name = "MISC_CHECK",
     .blocks = any_server,
     .help = "passes when a program ends with 0",
     .opens = Opens::block,
     .block = Block::misc_check,
     .apply = open_check<MiscCheck>,
     .finish = close_misc_check},
    {.name = "misc_path",
     .blocks = Block::misc_check,
     .arguments = {script()},
     .help = "the program",
     .script_user = false,
     .apply = set_misc_path,
     .show = show_path},
    {.name = "misc_timeout",
     .blocks = Block::misc_check,
     .arguments = {time(1)},
     .fallback = "delay_loop",
     .help = "how long the program may run",
     .apply = [](Compiler& c, const Arguments& a) { c.check().misc_timeout = a.time(0); },
     .show = [](const Subject& s) { return std::optional(spelled(misc(s).timeout)); }},
    {.name = "misc_dynamic",
     .blocks = Block::misc_check,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "an exit code of 2 to 255 passes and sets the weight to the code less 2",
     .excess_ignored = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { probe<MiscCheck>(c).dynamic = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(misc(s).dynamic)); }},
    {.name = "user",
     .blocks = Block::misc_check,
     .arguments = {word("USER"), optional(word("GROUP"))},
     .fallback = "script_user",
     .help = "who the program runs as",
     .apply = set_misc_user,
     .show = show_user},
    {.name = "FILE_CHECK",
     .blocks = any_server,
     .help = "the number in a track_file is added to the weight, or fails the server",
     .opens = Opens::block,
     .block = Block::file_check,
     .apply = open_check<FileCheck>,
     .finish = close_file_check},
    {.name = "track_file",
     .blocks = Block::file_check,
     .arguments = {word("NAME")},
     .help = "the name of a track_file, defined before",
     .apply = [](Compiler& c, const Arguments& a) { probe<FileCheck>(c).track_file = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(file(s).track_file); }},
    {.name = "weight",
     .blocks = Block::file_check,
     .arguments = {number(-int32_most, int32_most), optional(choice("reverse noreverse"))},
     .fallback = "the track_file's",
     .help = "what the number is multiplied with; 0: any number but 0 fails the server",
     .apply = set_file_weight,
     .show =
         [](const Subject& s) {
           return std::optional(std::to_string(file(s).weight) +
                                (file(s).reverse ? " reverse" : " noreverse"));
         }},
    {.name = "BFD_CHECK",
     .blocks = any_server,
     .help = "passes while a BFD session is up",
     .opens = Opens::block,
     .block = Block::bfd_check,
     .apply = open_check<BfdCheck>,
     .finish = close_bfd_check},
    {.name = "name",
     .blocks = Block::bfd_check,
     .arguments = {word("NAME")},
     .help = "the name of a bfd_instance, defined before",
     .apply = [](Compiler& c, const Arguments& a) { probe<BfdCheck>(c).instance = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.probe<BfdCheck>()->instance); }},
});

}  // namespace

std::span<const Keyword> probe_rows() {
  return table;
}

}  // namespace lvsd
