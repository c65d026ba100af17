#include <array>

#include "config/keyword_rows.h"
#include "config/probe.h"

// HTTP_GET and SSL_GET.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks http{Block::http_get, Block::ssl_get};

HttpCheck& check(Compiler& c) {
  return std::get<HttpCheck>(c.check().probe);
}
HttpUrl& url(Compiler& c) {
  return check(c).urls.back();
}
const HttpCheck& check(const Subject& s) {
  return *s.probe<HttpCheck>();
}

void set_version(Compiler& c, const Arguments& a) {
  check(c).version = a.word(0) == "1.0"   ? HttpVersion::v1_0
                     : a.word(0) == "1.1" ? HttpVersion::v1_1
                                          : HttpVersion::v1_0_close;
}

// Off, it leaves no name to be asked for either (keepalived).
void set_enable_sni(Compiler& c, const Arguments& a) {
  check(c).enable_sni = a.flag(0, true);
  if (!check(c).enable_sni) check(c).sni_name.clear();
}

void set_sni_name(Compiler& c, const Arguments& a) {
  check(c).enable_sni = true;
  check(c).sni_name = a.word(0);
}

std::optional<std::string> show_statuses(const Subject& s) {
  std::string out;
  for (const StatusRange& range : s.url->statuses) {
    if (!out.empty()) out += ' ';
    out += std::to_string(range.first);
    if (range.last != range.first) out += "-" + std::to_string(range.last);
  }
  return out;
}

std::optional<std::string> show_offset(std::uint32_t offset) {
  if (offset == 0) return std::nullopt;
  return std::to_string(offset);
}

// A quoted word may hold several.
std::string options(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words)
    each_word(word, [&out](std::string_view option) {
      if (!out.empty()) out += ' ';
      out += option;
    });
  return out;
}

std::optional<std::string> show_options(const Subject& s) {
  if (s.url->body.options.empty()) return std::nullopt;
  std::string out;
  each_word(s.url->body.options, [&out](std::string_view option) {
    if (!out.empty()) out += ' ';
    out += plain_word(std::string(option));
  });
  return out;
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "virtualhost",
     .blocks = http,
     .arguments = {word("NAME")},
     .fallback = "the real server's, the virtual server's, else address and port",
     .help = "the name that is asked for",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { check(c).virtualhost = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(check(s).virtualhost); }},
    {.name = "http_protocol",
     .blocks = http,
     .arguments = {choice("1.0 1.0C 1.0c 1.1")},
     .fallback = "1.0",
     .help = "the version; 1.0C is 1.0 with \"Connection: close\"",
     .apply = set_version,
     .show = [](const Subject& s) { return std::optional(std::string(text(check(s).version))); }},
    {.name = "enable_sni",
     .blocks = http,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "TLS names the host that is asked for",
     .apply = set_enable_sni,
     .show = [](const Subject& s) { return std::optional(spelled(check(s).enable_sni)); }},
    {.name = "sni_name",
     .blocks = http,
     .arguments = {optional(word("NAME"))},
     .fallback = "the virtual host",
     .help = "the host that TLS names",
     .apply = set_sni_name,
     .show = [](const Subject& s) { return spelled_word(check(s).sni_name); }},
    {.name = "fast_recovery",
     .blocks = http,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "a recovering server's remaining urls are asked for at once",
     .apply = [](Compiler& c, const Arguments& a) { check(c).fast_recovery = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(check(s).fast_recovery)); }},
    {.name = "tls_compliant",
     .blocks = http,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "TLS is ended in the orderly way",
     .apply = [](Compiler& c, const Arguments& a) { check(c).tls_compliant = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(check(s).tls_compliant)); }},
    {.name = "url",
     .blocks = http,
     .help = "what is asked for and what the answer must be; several are asked for in turn",
     .opens = Opens::block,
     .block = Block::url,
     .apply = open_url,
     .finish = close_url},
    {.name = "path",
     .blocks = Block::url,
     .arguments = {word("PATH")},
     .help = "the path that is asked for",
     .apply = [](Compiler& c, const Arguments& a) { url(c).path = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.url->path); }},
    {.name = "digest",
     .blocks = Block::url,
     .arguments = {word("MD5")},
     .fallback = "any body",
     .help = "MD5 of the body in hexadecimal",
     .apply = set_digest,
     .show = [](const Subject& s) { return spelled_word(s.url->digest); }},
    {.name = "status_code",
     .blocks = Block::url,
     .arguments = {words("STATUS[-STATUS]…")},
     .fallback = "200-299",
     .help = "the answers that pass",
     .apply = add_statuses,
     .show = show_statuses},
    {.name = "virtualhost",
     .blocks = Block::url,
     .arguments = {word("NAME")},
     .fallback = "the check's",
     .help = "the name that is asked for",
     .inherited = true,
     .apply = [](Compiler& c, const Arguments& a) { url(c).virtualhost = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(s.url->virtualhost); }},
    {.name = "tls_compliant",
     .blocks = Block::url,
     .arguments = {boolean()},
     .fallback = "the check's",
     .help = "TLS is ended in the orderly way",
     .apply = [](Compiler& c, const Arguments& a) { url(c).tls_compliant = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.url->tls_compliant)); }},
    {.name = "regex",
     .blocks = Block::url,
     .arguments = {{.kind = ArgumentKind::pattern, .label = "PATTERN"}},
     .help = "what the body must match",
     .apply = [](Compiler& c, const Arguments& a) { url(c).body.pattern = a.pattern(); },
     .show = [](const Subject& s) -> std::optional<std::string> {
       if (s.url->body.pattern.empty()) return std::nullopt;
       return rich_word(s.url->body.pattern);
     }},
    {.name = "regex_no_match",
     .blocks = Block::url,
     .arguments = {boolean()},
     .fallback = "no",
     .help = "the body must not match",
     .excess_ignored = true,
     .apply = [](Compiler& c, const Arguments& a) { url(c).body.absent = a.flag(0, true); },
     .show = [](const Subject& s) { return std::optional(spelled(s.url->body.absent)); }},
    {.name = "regex_options",
     .blocks = Block::url,
     .arguments = {words("OPTION…")},
     .help = "PCRE2's options in lower case: caseless, dotall, multiline, utf, …",
     .apply = [](Compiler& c, const Arguments& a) { url(c).body.options = options(a.words()); },
     .show = show_options},
    {.name = "regex_min_offset",
     .blocks = Block::url,
     .arguments = {number(0, uint32_most, "BYTES")},
     .fallback = "0",
     .help = "where in the body a match may start",
     .apply = [](Compiler& c,
                 const Arguments& a) { url(c).body.from = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_offset(s.url->body.from); }},
    {.name = "regex_max_offset",
     .blocks = Block::url,
     .arguments = {number(0, uint32_most, "BYTES")},
     .fallback = "the end of the body",
     .help = "up to where a match may start",
     .apply = [](Compiler& c, const Arguments& a) { url(c).body.to = a.number<std::uint32_t>(0); },
     .show = [](const Subject& s) { return show_offset(s.url->body.to); }},
    {.name = "regex_stack",
     .blocks = Block::url,
     .arguments = {number(0, uint32_most, "START"), number(0, uint32_most, "MAX")},
     .help = "memory of keepalived's regular expressions; ours need none",
     .effect = Effect::obsolete},
});

}  // namespace

std::span<const Keyword> http_rows() {
  return table;
}

}  // namespace lvsd
