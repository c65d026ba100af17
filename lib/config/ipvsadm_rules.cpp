#include "config/ipvsadm_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/parse_number.h"
#include "config/codes.h"

namespace lvsd {

namespace {

enum class Option : std::uint8_t {
  add_service,
  add_server,
  clear,
  tcp,
  udp,
  sctp,
  mark,
  scheduler,
  persistent,
  netmask,
  engine,
  flags,
  one_packet,
  ipv6,
  server,
  weight,
  upper,
  lower,
  direct,
  tunnel,
  nat,
  tunnel_type,
  tunnel_port,
  no_checksum,
  checksum,
  remote_checksum,
  numeric,
};

enum class Value : std::uint8_t { none, needed, possible };

struct Spelling {
  Option option;
  std::string_view brief;  // empty: there is none
  std::string_view full;
  Value value;
};

constexpr std::array spellings = {
    Spelling{Option::add_service, "-A", "--add-service", Value::none},
    Spelling{Option::add_server, "-a", "--add-server", Value::none},
    Spelling{Option::clear, "-C", "--clear", Value::none},
    Spelling{Option::tcp, "-t", "--tcp-service", Value::needed},
    Spelling{Option::udp, "-u", "--udp-service", Value::needed},
    Spelling{Option::sctp, "", "--sctp-service", Value::needed},
    Spelling{Option::mark, "-f", "--fwmark-service", Value::needed},
    Spelling{Option::scheduler, "-s", "--scheduler", Value::needed},
    Spelling{Option::persistent, "-p", "--persistent", Value::possible},
    Spelling{Option::netmask, "-M", "--netmask", Value::needed},
    Spelling{Option::engine, "", "--pe", Value::needed},
    Spelling{Option::flags, "-b", "--sched-flags", Value::needed},
    Spelling{Option::one_packet, "-o", "--ops", Value::none},
    Spelling{Option::ipv6, "-6", "--ipv6", Value::none},
    Spelling{Option::server, "-r", "--real-server", Value::needed},
    Spelling{Option::weight, "-w", "--weight", Value::needed},
    Spelling{Option::upper, "-x", "--u-threshold", Value::needed},
    Spelling{Option::lower, "-y", "--l-threshold", Value::needed},
    Spelling{Option::direct, "-g", "--gatewaying", Value::none},
    Spelling{Option::tunnel, "-i", "--ipip", Value::none},
    Spelling{Option::nat, "-m", "--masquerading", Value::none},
    Spelling{Option::tunnel_type, "", "--tun-type", Value::needed},
    Spelling{Option::tunnel_port, "", "--tun-port", Value::needed},
    Spelling{Option::no_checksum, "", "--tun-nocsum", Value::none},
    Spelling{Option::checksum, "", "--tun-csum", Value::none},
    Spelling{Option::remote_checksum, "", "--tun-remcsum", Value::none},
    Spelling{Option::numeric, "-n", "--numeric", Value::none},
};

const Spelling* spelling(std::string_view word) {
  const auto found = std::find_if(spellings.begin(), spellings.end(), [word](const Spelling& one) {
    return word == one.full || (!one.brief.empty() && word == one.brief);
  });
  return found == spellings.end() ? nullptr : found;
}

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<std::string_view> out;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (line.empty()) return out;
    out.push_back(line.substr(0, line.find_first_of(blanks)));
    line.remove_prefix(out.back().size());
  }
}

// "10.0.0.1:80"; also "10.0.0.1" and "[2001:db8::1]", with `port`.
std::optional<Endpoint> endpoint(std::string_view word, std::uint16_t port) {
  if (const auto whole = parse_endpoint(word)) return whole;
  if (word.starts_with('[') && word.ends_with(']')) word = word.substr(1, word.size() - 2);
  const auto address = parse_address(word);
  if (!address) return std::nullopt;
  return Endpoint{*address, port};
}

std::optional<std::uint32_t> netmask(std::string_view word, Family family) {
  if (family == Family::v6) {
    const auto length = parse_number<std::uint32_t>(word);
    return length && *length >= 1 && *length <= 128 ? length : std::nullopt;
  }
  const auto mask = parse_address(word);
  if (!mask || mask->family != Family::v4) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i)
    out = out << 8 | mask->bytes[i];
  return out;
}

bool take_flag(std::string_view name, SchedulerFlags& flags) {
  if (name == "flag-1" || name == "sh-fallback" || name == "mh-fallback")
    flags.flag_1 = true;
  else if (name == "flag-2" || name == "sh-port" || name == "mh-port")
    flags.flag_2 = true;
  else if (name == "flag-3")
    flags.flag_3 = true;
  else
    return false;
  return true;
}

bool take_flags(std::string_view names, SchedulerFlags& flags) {
  while (!names.empty()) {
    const auto name = names.substr(0, names.find(','));
    if (!take_flag(name, flags)) return false;
    names.remove_prefix(std::min(name.size() + 1, names.size()));
  }
  return true;
}

std::optional<TunnelType> tunnel_type(std::string_view word) {
  if (word == "ipip") return TunnelType::ipip;
  if (word == "gue") return TunnelType::gue;
  if (word == "gre") return TunnelType::gre;
  return std::nullopt;
}

// The options of one line, by name. What is wrong with it is thrown away with the line.
class Rule {
 public:
  // Empty, or why the line is no rule.
  std::string take(std::span<const std::string_view> words) {
    while (!words.empty()) {
      std::string_view word = words.front();
      words = words.subspan(1);
      std::optional<std::string_view> value;
      if (const auto equals = word.find('='); word.starts_with("--") && equals != word.npos) {
        value = word.substr(equals + 1);
        word = word.substr(0, equals);
      }
      const Spelling* known = spelling(word);
      if (known == nullptr) return "unknown option '" + std::string(word) + "'";
      if (known->value == Value::none && value) return "'" + std::string(word) + "' takes no value";
      const bool follows = !words.empty() && !words.front().starts_with('-');
      if (known->value != Value::none && !value && follows) {
        value = words.front();
        words = words.subspan(1);
      }
      if (known->value == Value::needed && !value)
        return "'" + std::string(word) + "' lacks its value";
      if (!values_.emplace(known->option, value.value_or("")).second)
        return "'" + std::string(word) + "' stands twice";
    }
    return {};
  }

  bool has(Option option) const { return values_.contains(option); }
  std::string_view word(Option option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::string_view() : found->second;
  }
  // `fallback` where it is not there; nothing where it is no number.
  std::optional<std::uint32_t> number(Option option, std::uint32_t fallback) const {
    return word(option).empty() ? fallback : parse_number<std::uint32_t>(word(option));
  }

 private:
  std::map<Option, std::string_view> values_;
};

std::optional<ServiceKey> service_key(const Rule& rule) {
  if (rule.has(Option::mark)) {
    const auto mark = parse_number<std::uint32_t>(rule.word(Option::mark));
    if (!mark || *mark == 0) return std::nullopt;
    return fwmark_service(*mark, rule.has(Option::ipv6) ? Family::v6 : Family::v4);
  }
  for (const auto& [option, protocol] :
       {std::pair{Option::tcp, Protocol::tcp}, std::pair{Option::udp, Protocol::udp},
        std::pair{Option::sctp, Protocol::sctp}})
    if (rule.has(option))
      if (const auto where = endpoint(rule.word(option), 0))
        return address_service(protocol, *where);
  return std::nullopt;
}

// Empty, or what is wrong.
std::string take_service(const Rule& rule, const ServiceKey& key, VirtualServer& server) {
  ServiceSettings& settings = server.settings;
  server.services = {key};
  if (rule.has(Option::scheduler)) settings.scheduler = rule.word(Option::scheduler);
  settings.persistence_netmask = host_netmask(key.family);
  if (rule.has(Option::persistent)) {
    const auto timeout = rule.number(Option::persistent, 300);
    if (!timeout) return "the time of -p is no number";
    settings.persistence_timeout = *timeout;
  }
  if (rule.has(Option::netmask)) {
    const auto mask = netmask(rule.word(Option::netmask), key.family);
    if (!mask) return "the mask of -M is none";
    settings.persistence_netmask = *mask;
  }
  settings.persistence_engine = rule.word(Option::engine);
  settings.flags.one_packet = rule.has(Option::one_packet);
  if (!take_flags(rule.word(Option::flags), settings.flags)) return "a flag of -b is not known";
  return {};
}

std::string take_tunnel(const Rule& rule, Tunnel& tunnel) {
  if (rule.has(Option::tunnel_type)) {
    const auto type = tunnel_type(rule.word(Option::tunnel_type));
    if (!type) return "the tunnel is neither ipip nor gue nor gre";
    tunnel.type = *type;
  }
  const auto port = rule.number(Option::tunnel_port, 0);
  if (!port || *port > 65535) return "the port of the tunnel is none";
  tunnel.port = static_cast<std::uint16_t>(*port);
  if (rule.has(Option::checksum)) tunnel.checksum = TunnelChecksum::full;
  if (rule.has(Option::remote_checksum)) tunnel.checksum = TunnelChecksum::remote;
  return {};
}

std::string take_server(const Rule& rule, const ServiceKey& service, RealServer& server) {
  const auto where = endpoint(rule.word(Option::server), service.port);
  if (!where) return "the real server is no ADDRESS:PORT in numbers";
  server.endpoint = *where;
  DestinationSettings& settings = server.settings;
  // Without a word, ipvsadm's way is direct routing.
  settings.forwarding = rule.has(Option::nat)      ? Forwarding::nat
                        : rule.has(Option::tunnel) ? Forwarding::tunnel
                                                   : Forwarding::direct;
  const auto weight = rule.number(Option::weight, 1);
  const auto upper = rule.number(Option::upper, 0);
  const auto lower = rule.number(Option::lower, 0);
  if (!weight || !upper || !lower) return "-w, -x and -y take numbers";
  settings.weight = *weight;
  settings.upper_threshold = *upper;
  settings.lower_threshold = *lower;
  return settings.forwarding == Forwarding::tunnel ? take_tunnel(rule, settings.tunnel)
                                                   : std::string();
}

// Puts a line's rule into the configuration; or what is wrong with it.
std::string take_line(std::string_view line, Config& config) {
  const auto words = words_of(line);
  if (words.empty() || words.front().starts_with('#')) return {};
  Rule rule;
  if (std::string wrong = rule.take(words); !wrong.empty()) return wrong;
  if (rule.has(Option::clear)) return {};
  if (rule.has(Option::add_service) == rule.has(Option::add_server))
    return "neither -A nor -a begins the line";
  const auto key = service_key(rule);
  if (!key) return "there is no service ADDRESS:PORT in numbers: -t, -u, --sctp-service or -f";
  auto& servers = config.virtual_servers;
  const auto found =
      std::find_if(servers.begin(), servers.end(),
                   [&key](const VirtualServer& server) { return server.services.front() == *key; });
  if (rule.has(Option::add_service)) {
    if (found != servers.end()) return text(*key) + " stands twice";
    VirtualServer server;
    std::string wrong = take_service(rule, *key, server);
    if (wrong.empty()) servers.push_back(std::move(server));
    return wrong;
  }
  if (found == servers.end()) return "no -A before this line adds " + text(*key);
  RealServer server;
  std::string wrong = take_server(rule, *key, server);
  if (wrong.empty()) found->real_servers.push_back(std::move(server));
  return wrong;
}

}  // namespace

RulesRead rules_read(std::string_view text, const std::string& file) {
  RulesRead out;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string wrong = take_line(line, out.config);
    if (wrong.empty()) continue;
    out.diagnostics.push_back({.severity = Severity::error,
                               .code = lvsd::text(Code::bad_argument),
                               .message = wrong,
                               .hint = {},
                               .where = {.file = file,
                                         .line = number,
                                         .column = 1,
                                         .length = static_cast<std::uint32_t>(line.size())},
                               .source_line = std::string(line),
                               .included_from = {}});
  }
  return out;
}

}  // namespace lvsd
