#include <algorithm>
#include <memory>

#include "test/text/random_words.h"
#include "test/text/settled.h"

namespace lvsd::test {

namespace {

constexpr std::int64_t int32_most = 2'147'483'647;
constexpr std::int64_t uint32_most = 4'294'967'295;

BodyPattern random_body(Random& random) {
  BodyPattern out;
  out.pattern =
      random.one_of<std::string>({"", "ok", "a b|\"c\"", "\\d+ {1}$", "(?i)it's", "\xe6\x97\xa5"});
  if (out.pattern.empty()) {
    out.options = random.one_of<std::string>({"", "utf", "{ #", "caseless \xff"});
  } else {
    out.options = random.one_of<std::string>({"", "utf", "caseless multiline"});
  }
  out.absent = random.chance(30);
  if (random.chance(30)) out.from = random_number<std::uint32_t>(random, 0, uint32_most);
  if (random.chance(30)) out.to = random_number<std::uint32_t>(random, 0, uint32_most);
  return out;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }, '.');
  return text;
}

HttpUrl random_url(Random& random) {
  HttpUrl out;
  out.path = random_word(random);
  out.virtualhost = random_option(random);
  if (random.chance(30)) out.digest = "0123456789abcdef0123456789abcdef";
  if (random.chance(30)) {
    out.statuses.clear();
    for (std::uint32_t left = 1 + random.below(3); left > 0; --left) {
      const auto first = random_number<std::uint16_t>(random, 100, 599);
      out.statuses.push_back({first, random_number<std::uint16_t>(random, first, 599)});
    }
  }
  out.body = random_body(random);
  out.tls_compliant = random.chance(30);
  out.method = random.one_of<std::string>({"GET", "GET", "HEAD", "POST", "PUT", "OPTIONS"});
  for (std::uint32_t left = random.below(3); left > 0; --left)
    out.headers.push_back(one_line("X" + random_text(random) + ":" + random_text(random)));
  if (random.chance(30)) out.credentials = one_line(random_text(random));
  if (random.chance(30)) out.content = random_text(random);
  return out;
}

Probe random_http(Random& random) {
  HttpCheck out;
  out.tls = random.chance(50);
  for (std::uint32_t left = 1 + random.below(3); left > 0; --left)
    out.urls.push_back(random_url(random));
  out.virtualhost = random_option(random);
  out.version =
      random.one_of<HttpVersion>({HttpVersion::v1_0, HttpVersion::v1_0_close, HttpVersion::v1_1});
  out.sni_name = random_option(random);
  out.enable_sni = !out.sni_name.empty() || random.chance(30);
  out.fast_recovery = random.chance(30);
  out.tls_compliant = random.chance(30);
  if (out.tls) {
    out.verify = random.chance(30);
    out.tls_minimum = random.one_of<TlsVersion>(
        {TlsVersion::any, TlsVersion::v1_0, TlsVersion::v1_1, TlsVersion::v1_2, TlsVersion::v1_3});
    if (random.chance(30)) out.cert_expiry_warning = random_time(random);
  }
  out.disable_on_404 = random.chance(30);
  if (random.chance(30)) out.body_limit = random_number<std::uint32_t>(random, 1, 64 << 20);
  return out;
}

Probe random_udp(Random& random) {
  UdpCheck out;
  for (std::uint32_t left = random.below(4); left > 0; --left)
    out.payload.push_back(static_cast<std::uint8_t>(random.below(256)));
  out.require_reply = random.chance(50);
  for (std::uint32_t left = out.require_reply ? random.below(4) : 0; left > 0; --left) {
    out.reply_mask.push_back(random.one_of<std::uint8_t>({0xff, 0xf0, 0x0f, 0x00}));
    out.reply.push_back(static_cast<std::uint8_t>(random.below(256) & out.reply_mask.back()));
  }
  if (random.chance(30)) out.min_reply = random_number<std::uint16_t>(random, 0, 65535);
  if (random.chance(30)) out.max_reply = random_number<std::uint16_t>(random, 0, 65535);
  return out;
}

Probe random_dns(Random& random) {
  DnsCheck out;
  out.type =
      random.one_of<DnsType>({DnsType::a, DnsType::ns, DnsType::cname, DnsType::soa, DnsType::mx,
                              DnsType::txt, DnsType::aaaa, DnsType::rrsig, DnsType::dnskey});
  if (random.chance(50)) out.name = random_word(random);
  out.tcp = random.chance(30);
  out.answer = random_option(random);
  return out;
}

Probe random_misc(Random& random) {
  MiscCheck out;
  out.script = random_program(random);
  out.script.user = random_option(random);
  if (!out.script.user.empty()) out.script.group = random_option(random);
  out.timeout = random_time(random, 1);
  out.dynamic = random.chance(30);
  return out;
}

Probe random_tcp(Random& random) {
  TcpCheck out;
  if (random.chance(30)) out.send = random_text(random);
  out.expect = random.one_of<std::string>({"", "", "^220 ", "[^\"]+\\n"});
  return out;
}

// Of a kind that can be where `global` says what it says.
Probe random_probe(Random& random, const GlobalSettings& global) {
  switch (random.below(10)) {
    case 0:
      return random_http(random);
    case 1:
      return random_udp(random);
    case 2:
      return random_dns(random);
    case 3:
      return random_misc(random);
    case 4:
      return PingCheck{};
    case 5:
      return SmtpCheck{random.chance(50) ? random_word(random) : SmtpCheck{}.helo_name};
    case 6:
      return AgentCheck{random.chance(50) ? random_text(random) : std::string()};
    case 7: {
      if (global.bfd_instances.empty()) break;
      return BfdCheck{random.one_of(global.bfd_instances).name};
    }
    case 8: {
      if (global.track_files.empty()) break;
      const TrackFile& file = random.one_of(global.track_files);
      FileCheck out{file.name, file.path, file.weight, file.reverse};
      if (random.chance(50))
        out.weight = random_number<std::int32_t>(random, -int32_most, int32_most);
      if (random.chance(50)) out.reverse = random.chance(50);
      return out;
    }
    default:
      break;
  }
  return random_tcp(random);
}

CheckTarget random_target(Random& random, const Endpoint& endpoint) {
  CheckTarget out;
  out.endpoint = endpoint;
  if (random.chance(20))
    out.endpoint.address = random_address(random, random.chance(50) ? Family::v4 : Family::v6);
  if (random.chance(20)) out.endpoint.port = random_number<std::uint16_t>(random, 1, 65535);
  if (random.chance(20)) out.bind_address = random_address(random, out.endpoint.address.family);
  if (random.chance(20)) out.bind_port = random_number<std::uint16_t>(random, 1, 65535);
  out.bind_interface = random_option(random);
  if (random.chance(20)) out.fwmark = random_number<std::uint32_t>(random, 0, uint32_most);
  return out;
}

// The same often, so that the writer may say it once for all.
CheckPolicy random_policy(Random& random) {
  CheckPolicy out;
  const bool usual = random.chance(50);
  const auto often = [&](std::uint32_t percent) { return usual || random.chance(percent); };
  out.delay_loop = usual ? Duration(6'000'000) : random_time(random, 1);
  if (often(30)) out.connect_timeout = Duration(random_number(random, 1, usual ? 1 : uint32_most));
  if (often(50)) out.delay_before_retry = usual ? Duration(500'000) : random_time(random);
  if (often(30)) out.warmup = usual ? Duration(0) : random_time(random);
  if (often(30)) out.fast_interval = usual ? Duration(1) : random_time(random, 1);
  if (often(30)) out.down_interval = usual ? Duration(1) : random_time(random, 1);
  if (often(50)) out.retry = usual ? 4 : random_number<std::uint32_t>(random, 0, uint32_most - 1);
  if (often(30)) out.rise = usual ? 3 : random_number<std::uint32_t>(random, 1, uint32_most);
  out.alpha = often(30);
  out.log_all_failures = random.chance(30);
  return out;
}

std::optional<Check> random_check(Random& random, const GlobalSettings& global,
                                  const Endpoint& endpoint) {
  const CheckPolicy unused;
  CheckSettings settings{random_probe(random, global), random_policy(random)};
  Check out;
  const bool is_misc = std::holds_alternative<MiscCheck>(settings.probe);
  const bool is_file = std::holds_alternative<FileCheck>(settings.probe);
  const bool is_bfd = std::holds_alternative<BfdCheck>(settings.probe);
  if (is_file || is_bfd) {
    const bool alpha = is_bfd && settings.policy.alpha;
    settings.policy = unused;
    settings.policy.alpha = alpha;
    if (is_file) settings.policy.retry = 0;
  }
  if (is_misc) settings.policy.connect_timeout = unused.connect_timeout;
  if (is_misc || is_file || is_bfd) {
    out.target.endpoint = endpoint;
  } else {
    out.target = random_target(random, endpoint);
    if (out.target.endpoint.port == 0 && !std::holds_alternative<PingCheck>(settings.probe))
      return std::nullopt;
  }
  settings.policy.patient_start = std::holds_alternative<SmtpCheck>(settings.probe);
  out.settings = std::make_shared<const CheckSettings>(std::move(settings));
  return out;
}

}  // namespace

std::vector<Check> random_checks(Random& random, const GlobalSettings& global,
                                 const Endpoint& endpoint) {
  std::vector<Check> out;
  for (std::uint32_t left = random.below(3); left > 0; --left)
    if (auto check = random_check(random, global, endpoint)) out.push_back(std::move(*check));
  return out;
}

}  // namespace lvsd::test
