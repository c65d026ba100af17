#include "model/service.h"

#include "base/parse_number.h"

namespace lvsd {

std::string_view text(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp:
      return "tcp";
    case Protocol::udp:
      return "udp";
    case Protocol::sctp:
      return "sctp";
  }
  return "?";
}

ServiceKey address_service(Protocol protocol, const Endpoint& endpoint) {
  return ServiceKey{.fwmark = 0,
                    .protocol = protocol,
                    .family = endpoint.address.family,
                    .address = endpoint.address,
                    .port = endpoint.port};
}

ServiceKey fwmark_service(std::uint32_t mark, Family family) {
  ServiceKey key;
  key.fwmark = mark;
  key.family = family;
  key.address.family = family;
  return key;
}

namespace {

std::string spelled(const ServiceKey& key, char separator) {
  if (key.fwmark != 0) {
    return std::string(key.family == Family::v6 ? "fwmark6" : "fwmark") + separator +
           std::to_string(key.fwmark);
  }
  return std::string(text(key.protocol)) + separator + text(Endpoint{key.address, key.port});
}

std::optional<Protocol> parse_protocol(std::string_view word) {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::sctp})
    if (word == text(protocol)) return protocol;
  return std::nullopt;
}

}  // namespace

std::string text(const ServiceKey& key) {
  return spelled(key, ' ');
}
std::string id(const ServiceKey& key) {
  return spelled(key, ':');
}

std::optional<ServiceKey> parse_service_key(std::string_view text) {
  const auto end_of_kind = text.find_first_of(" :");
  if (end_of_kind == text.npos) return std::nullopt;
  const auto kind = text.substr(0, end_of_kind);
  const auto rest = text.substr(end_of_kind + 1);

  if (kind == "fwmark" || kind == "fwmark6") {
    const auto mark = parse_number<std::uint32_t>(rest);
    if (!mark || *mark == 0) return std::nullopt;
    return fwmark_service(*mark, kind == "fwmark6" ? Family::v6 : Family::v4);
  }
  const auto protocol = parse_protocol(kind);
  const auto endpoint = parse_endpoint(rest);
  if (!protocol || !endpoint) return std::nullopt;
  return address_service(*protocol, *endpoint);
}

std::vector<std::string> kernel_modules(const ServiceSettings& settings) {
  std::vector<std::string> modules;
  if (!settings.scheduler.empty()) modules.push_back("ip_vs_" + settings.scheduler);
  if (!settings.persistence_engine.empty())
    modules.push_back("ip_vs_pe_" + settings.persistence_engine);
  return modules;
}

std::uint32_t host_netmask(Family family) {
  return family == Family::v4 ? 0xffffffffU : 128U;
}

// The two scheduler bits have names of their own with sh and mh.
std::vector<std::string> scheduler_flag_names(const ServiceSettings& settings) {
  const bool hashes = settings.scheduler == "sh" || settings.scheduler == "mh";
  std::vector<std::string> names;
  if (settings.flags.flag_1) names.push_back(hashes ? settings.scheduler + "-fallback" : "flag-1");
  if (settings.flags.flag_2) names.push_back(hashes ? settings.scheduler + "-port" : "flag-2");
  if (settings.flags.flag_3) names.push_back("flag-3");
  return names;
}

std::string netmask_text(std::uint32_t netmask, Family family) {
  if (family == Family::v6) return std::to_string(netmask);
  Address mask;
  for (std::size_t i = 0; i < 4; ++i)
    mask.bytes[i] = static_cast<std::uint8_t>(netmask >> (24 - 8 * i));
  return text(mask);
}

std::string text(const ServiceSettings& settings, Family family) {
  std::string out = settings.scheduler.empty() ? "none" : settings.scheduler;
  std::string flags;
  for (const std::string& name : scheduler_flag_names(settings))
    flags += (flags.empty() ? " flags " : ",") + name;
  out += flags;
  if (settings.flags.one_packet) out += " ops";
  if (settings.persistence_timeout != 0) {
    out += " persistent " + std::to_string(settings.persistence_timeout);
    if (settings.persistence_netmask != host_netmask(family))
      out += " netmask " + netmask_text(settings.persistence_netmask, family);
  }
  if (!settings.persistence_engine.empty()) out += " pe " + settings.persistence_engine;
  return out;
}

}  // namespace lvsd
