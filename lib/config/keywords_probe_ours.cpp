#include <algorithm>
#include <array>

#include "base/pattern.h"
#include "config/keyword_rows.h"
#include "config/probe.h"

// What checks can do here and not in keepalived.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks any_server{Block::real_server, Block::sorry_server, Block::backup_server};
constexpr Blocks http{Block::http_get, Block::ssl_get};

template <class Kind>
Kind& probe(Compiler& c) {
  return std::get<Kind>(c.check().probe);
}
HttpUrl& url(Compiler& c) {
  return probe<HttpCheck>(c).urls.back();
}

std::optional<std::string> rich(const std::string& value) {
  if (value.empty()) return std::nullopt;
  return rich_word(value);
}

void set_expect(Compiler& c, const Arguments& a) {
  const Pattern pattern(a.pattern(), "");
  if (pattern.is_valid()) {
    probe<TcpCheck>(c).expect = a.pattern();
    return;
  }
  c.problems().report(Code::bad_argument, a.where(),
                      "the pattern cannot be used: " + pattern.refusal(),
                      "patterns are RE2's: no look-around, no back references");
}

// A line break would end the header and begin another one.
bool is_one_line(Compiler& c, const Arguments& a) {
  if (a.pattern().find_first_of("\r\n") == std::string::npos) return true;
  c.problems().report(Code::bad_argument, a.where(), "there is a line break in it");
  return false;
}

void add_header(Compiler& c, const Arguments& a) {
  const std::size_t colon = a.pattern().find(':');
  if (colon == std::string::npos || colon == 0) {
    c.problems().report(Code::bad_argument, a.where(), "the header has no name",
                        "expected \"Name: value\"");
    return;
  }
  if (is_one_line(c, a)) url(c).headers.push_back(a.pattern());
}

void set_credentials(Compiler& c, const Arguments& a) {
  if (is_one_line(c, a)) url(c).credentials = a.pattern();
}

std::vector<std::string> show_headers(const Subject& s) {
  std::vector<std::string> out;
  for (const std::string& header : s.url->headers)
    out.push_back(rich_word(header));
  return out;
}

void set_minimum(Compiler& c, const Arguments& a) {
  for (const TlsVersion version :
       {TlsVersion::any, TlsVersion::v1_0, TlsVersion::v1_1, TlsVersion::v1_2, TlsVersion::v1_3})
    if (text(version) == a.word(0)) probe<HttpCheck>(c).tls_minimum = version;
}

constexpr Argument text_argument(std::string_view label) {
  return {.kind = ArgumentKind::pattern, .label = label};
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "AGENT_CHECK",
     .blocks = any_server,
     .help = "passes as an agent on the server says, which sets its weight and state too",
     .opens = Opens::block,
     .block = Block::agent_check,
     .ours = true,
     .apply = open_check<AgentCheck>},
    {.name = "send",
     .blocks = Block::agent_check,
     .arguments = {text_argument("TEXT")},
     .help = "what the agent is sent first",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { probe<AgentCheck>(c).send = a.pattern(); },
     .show = [](const Subject& s) { return rich(s.probe<AgentCheck>()->send); }},
    {.name = "send",
     .blocks = Block::tcp_check,
     .arguments = {text_argument("TEXT")},
     .help = "what the server is sent first",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { probe<TcpCheck>(c).send = a.pattern(); },
     .show = [](const Subject& s) { return rich(s.probe<TcpCheck>()->send); }},
    {.name = "expect",
     .blocks = Block::tcp_check,
     .arguments = {text_argument("PATTERN")},
     .help = "what the server's answer must match",
     .ours = true,
     .apply = set_expect,
     .show = [](const Subject& s) { return rich(s.probe<TcpCheck>()->expect); }},
    {.name = "tcp",
     .blocks = Block::dns_check,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "ask over TCP",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { probe<DnsCheck>(c).tcp = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.probe<DnsCheck>()->tcp)); }},
    {.name = "answer",
     .blocks = Block::dns_check,
     .arguments = {word("CONTENT")},
     .fallback = "any",
     .help = "the record that must be in the answer",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { probe<DnsCheck>(c).answer = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.probe<DnsCheck>()->answer); }},
    {.name = "verify",
     .blocks = Block::ssl_get,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "the server's certificate must be good, and for the name that is asked for",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { probe<HttpCheck>(c).verify = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.probe<HttpCheck>()->verify)); }},
    {.name = "tls_minimum",
     .blocks = Block::ssl_get,
     .arguments = {choice("any 1.0 1.1 1.2 1.3")},
     .fallback = "any: what the TLS library is set up for",
     .help = "the lowest version of TLS that passes",
     .ours = true,
     .apply = set_minimum,
     .show =
         [](const Subject& s) {
           return std::optional(std::string(text(s.probe<HttpCheck>()->tls_minimum)));
         }},
    {.name = "cert_expiry_warning",
     .blocks = Block::ssl_get,
     .arguments = {time()},
     .fallback = "14d",
     .help = "how long before its end a certificate is warned of; 0: never",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { probe<HttpCheck>(c).cert_expiry_warning = a.time(0); },
     .show =
         [](const Subject& s) {
           return std::optional(spelled(s.probe<HttpCheck>()->cert_expiry_warning));
         }},
    {.name = "disable_on_404",
     .blocks = http,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "status 404 passes, and drains the server",
     .ours = true,
     .apply = [](Compiler& c,
                 const Arguments& a) { probe<HttpCheck>(c).disable_on_404 = a.flag(0, true); },
     .show =
         [](const Subject& s) {
           return std::optional(spelled(s.probe<HttpCheck>()->disable_on_404));
         }},
    {.name = "body_limit",
     .blocks = http,
     .arguments = {number(1, std::int64_t{64} << 20, "BYTES")},
     .fallback = "1048576",
     .help = "how much of a body is read and judged",
     .ours = true,
     .apply =
         [](Compiler& c, const Arguments& a) {
           probe<HttpCheck>(c).body_limit = a.number<std::uint32_t>(0);
         },
     .show =
         [](const Subject& s) {
           return std::optional(std::to_string(s.probe<HttpCheck>()->body_limit));
         }},
    {.name = "method",
     .blocks = Block::url,
     .arguments = {choice("GET HEAD POST PUT OPTIONS")},
     .fallback = "GET",
     .help = "the method of the request",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { url(c).method = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.url->method); }},
    {.name = "header",
     .blocks = Block::url,
     .arguments = {text_argument("\"NAME: VALUE\"")},
     .help = "a header of the request; as often as there are any",
     .ours = true,
     .apply = add_header,
     .show_each = show_headers},
    {.name = "basic_auth",
     .blocks = Block::url,
     .arguments = {text_argument("USER:PASSWORD")},
     .help = "who the request says it comes from",
     .ours = true,
     .apply = set_credentials,
     .show = [](const Subject& s) { return rich(s.url->credentials); }},
    {.name = "request_body",
     .blocks = Block::url,
     .arguments = {text_argument("TEXT")},
     .help = "the body of the request",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { url(c).content = a.pattern(); },
     .show = [](const Subject& s) { return rich(s.url->content); }},
});

}  // namespace

std::span<const Keyword> probe_rows_ours() {
  return table;
}

}  // namespace lvsd
