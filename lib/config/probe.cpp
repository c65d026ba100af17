#include "config/probe.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/parse_number.h"
#include "base/pattern.h"
#include "config/compile.h"
#include "config/hex.h"
#include "config/scan.h"

namespace lvsd {

namespace {

constexpr std::size_t digest_length = 32;

CheckDraft& start(Compiler& c, const Arguments& a, Probe probe) {
  CheckDraft& draft = c.server().checks.emplace_back();
  draft.probe = std::move(probe);
  draft.where = a.where();
  draft.origin = a.origin();
  return draft;
}

HttpCheck& http(Compiler& c) {
  return std::get<HttpCheck>(c.check().probe);
}

void drop_check(Compiler& c, std::string why, Code code = Code::incomplete_check) {
  c.problems().report(code, c.block_span(), std::move(why));
  c.server().checks.pop_back();
}

}  // namespace

template <class Kind>
void open_check(Compiler& c, const Arguments& a) {
  start(c, a, Kind{});
}
template void open_check<TcpCheck>(Compiler&, const Arguments&);
template void open_check<HttpCheck>(Compiler&, const Arguments&);
template void open_check<SmtpCheck>(Compiler&, const Arguments&);
template void open_check<DnsCheck>(Compiler&, const Arguments&);
template void open_check<UdpCheck>(Compiler&, const Arguments&);
template void open_check<PingCheck>(Compiler&, const Arguments&);
template void open_check<MiscCheck>(Compiler&, const Arguments&);
template void open_check<FileCheck>(Compiler&, const Arguments&);
template void open_check<AgentCheck>(Compiler&, const Arguments&);
template void open_check<BfdCheck>(Compiler&, const Arguments&);

void open_https_check(Compiler& c, const Arguments& a) {
  start(c, a, HttpCheck{.tls = true});
}

void close_http_check(Compiler& c) {
  if (!http(c).urls.empty()) return;
  if (c.block_is_clean()) return drop_check(c, "the check has no url");
  c.server().checks.pop_back();
}

void close_misc_check(Compiler& c) {
  if (std::get<MiscCheck>(c.check().probe).script.empty())
    drop_check(c, "the check names no program; write misc_path");
}

void close_file_check(Compiler& c) {
  CheckDraft& draft = c.check();
  auto& check = std::get<FileCheck>(draft.probe);
  if (check.track_file.empty()) return drop_check(c, "the check names no track_file");

  const TrackFile* const file = c.track_file(check.track_file);
  if (file == nullptr)
    return drop_check(c, "no track_file " + quoted(check.track_file) + " is defined before",
                      Code::unknown_reference);
  check.path = file->path;
  check.weight = draft.file_weight.value_or(file->weight);
  check.reverse = draft.file_reverse.value_or(file->reverse);
}

void close_bfd_check(Compiler& c) {
  const std::string& instance = std::get<BfdCheck>(c.check().probe).instance;
  if (instance.empty()) return drop_check(c, "the check names no bfd_instance");
  if (!c.knows_bfd_instance(instance))
    return drop_check(c, "no bfd_instance " + quoted(instance) + " is defined before",
                      Code::unknown_reference);
  c.problems().report(Code::not_acted_on, c.block_span(),
                      "lvsd does not speak BFD yet: this check never runs",
                      "the server counts as up, and with 'alpha' as down, for ever");
}

void open_url(Compiler& c, const Arguments&) {
  http(c).urls.emplace_back();
  http(c).urls.back().tls_compliant = http(c).tls_compliant;
  c.check().statuses_given = false;
}

namespace {

// keepalived logs a pattern that it cannot use, and compares nothing.
void drop_unusable_pattern(Compiler& c, BodyPattern& body) {
  if (body.pattern.empty()) return;
  const Pattern pattern(body.pattern, body.options);
  if (pattern.is_valid()) return;
  c.problems().report(
      Code::bad_argument, c.block_span(), "the regex cannot be used: " + pattern.refusal(),
      c.problems().lenient() ? "the body is not looked at; patterns are RE2's"
                             : "patterns are RE2's: no look-around, no back references");
  body = {};
}

}  // namespace

void close_url(Compiler& c) {
  drop_unusable_pattern(c, http(c).urls.back().body);
  if (!http(c).urls.back().path.empty()) return;
  c.problems().report(Code::incomplete_check, c.block_span(), "the url has no path");
  http(c).urls.pop_back();
}

void set_digest(Compiler& c, const Arguments& a) {
  std::string digest(a.word(0));
  const bool hex = digest.size() == digest_length &&
                   digest.find_first_not_of("0123456789abcdefABCDEF") == digest.npos;
  if (!hex) {
    c.problems().report(Code::bad_argument, a.where(a.word(0)),
                        quoted(digest) + " is not an MD5 digest", "expected 32 hexadecimal digits");
    return;
  }
  std::transform(digest.begin(), digest.end(), digest.begin(),
                 [](char x) { return x >= 'A' && x <= 'F' ? static_cast<char>(x + 32) : x; });
  http(c).urls.back().digest = std::move(digest);
}

namespace {

std::optional<StatusRange> scan_statuses(std::string_view word) {
  const std::size_t dash = word.find('-');
  const auto first = parse_number<std::uint16_t>(word.substr(0, dash));
  const auto last = dash == word.npos ? first : parse_number<std::uint16_t>(word.substr(dash + 1));
  if (!first || !last || *first < 100 || *last > 599 || *last < *first) return std::nullopt;
  return StatusRange{*first, *last};
}

}  // namespace

void add_statuses(Compiler& c, const Arguments& a) {
  auto& statuses = http(c).urls.back().statuses;
  for (const std::string_view word : a.words()) {
    const auto range = scan_statuses(word);
    if (!range) {
      c.problems().report(Code::bad_argument, a.where(word),
                          quoted(word) + " is neither a status nor a range",
                          "expected 200 or 200-299, from 100 to 599");
      continue;
    }
    if (!std::exchange(c.check().statuses_given, true)) statuses.clear();
    statuses.push_back(*range);
  }
}

void set_payload(Compiler& c, const Arguments& a) {
  auto bytes = scan_hex(a.words(), false);
  if (!bytes || bytes->bytes.empty()) {
    c.problems().report(Code::bad_argument, a.where(a.words().front()),
                        "the payload is not hexadecimal", "two digits a byte: 0d 0a");
    return;
  }
  std::get<UdpCheck>(c.check().probe).payload = std::move(bytes->bytes);
}

void set_reply(Compiler& c, const Arguments& a) {
  auto& check = std::get<UdpCheck>(c.check().probe);
  check.require_reply = true;
  if (a.words().empty()) return;
  auto bytes = scan_hex(a.words(), true);
  if (!bytes) {
    c.problems().report(Code::bad_argument, a.where(a.words().front()),
                        "the answer is not hexadecimal", "two digits a byte, X for any digit");
    return;
  }
  check.reply = std::move(bytes->bytes);
  check.reply_mask = std::move(bytes->mask);
}

void set_misc_path(Compiler& c, const Arguments& a) {
  auto& script = std::get<MiscCheck>(c.check().probe).script;
  script.argv = a.script().argv;
}

void set_misc_user(Compiler& c, const Arguments& a) {
  auto& script = std::get<MiscCheck>(c.check().probe).script;
  script.user = a.word(0);
  script.group = a.word(1);
}

void set_file_weight(Compiler& c, const Arguments& a) {
  c.check().file_weight = a.number<std::int32_t>(0);
  if (a.has(1)) c.check().file_reverse = a.word(1) == "reverse";
}

void set_dns_type(Compiler& c, const Arguments& a) {
  for (const DnsType type : {DnsType::a, DnsType::ns, DnsType::cname, DnsType::soa, DnsType::mx,
                             DnsType::txt, DnsType::aaaa, DnsType::rrsig, DnsType::dnskey})
    if (equal_in_any_case(text(type), a.word(0))) std::get<DnsCheck>(c.check().probe).type = type;
}

}  // namespace lvsd
