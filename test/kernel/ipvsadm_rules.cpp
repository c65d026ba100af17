#include "test/kernel/ipvsadm_rules.h"

#include <set>
#include <sstream>

namespace lvsd::testing {
namespace {

std::string service_option(const ServiceKey& key) {
  if (key.fwmark != 0)
    return "-f " + std::to_string(key.fwmark) + (key.family == Family::v6 ? " -6" : "");
  const std::string where = text(Endpoint{key.address, key.port});
  switch (key.protocol) {
    case Protocol::tcp:
      return "-t " + where;
    case Protocol::udp:
      return "-u " + where;
    case Protocol::sctp:
      return "--sctp-service " + where;
  }
  return "?";
}

// sh and mh have names for two of the bits; ipvsadm shows the third one with them as "-b" alone.
std::string scheduler_flags(const ServiceSettings& settings) {
  const bool hashes = settings.scheduler == "sh" || settings.scheduler == "mh";
  const auto& flags = settings.flags;
  if (!flags.flag_1 && !flags.flag_2 && !flags.flag_3) return "";
  std::string names;
  const auto add = [&names](bool is_set, const std::string& name) {
    if (is_set) names += (names.empty() ? " " : ",") + name;
  };
  add(flags.flag_1, hashes ? settings.scheduler + "-fallback" : "flag-1");
  add(flags.flag_2, hashes ? settings.scheduler + "-port" : "flag-2");
  add(flags.flag_3 && !hashes, "flag-3");
  return " -b" + names;
}

std::string netmask(std::uint32_t mask, Family family) {
  if (family == Family::v6) return std::to_string(mask);
  Address address;
  for (std::size_t i = 0; i < 4; ++i)
    address.bytes[i] = static_cast<std::uint8_t>(mask >> (24 - 8 * i));
  return text(address);
}

std::string service_rule(const ServiceKey& key, const ServiceSettings& settings) {
  std::string out = "-A " + service_option(key) + " -s " + settings.scheduler;
  if (settings.persistence_timeout != 0) {
    out += " -p " + std::to_string(settings.persistence_timeout);
    if (settings.persistence_netmask != host_netmask(key.family))
      out += " -M " + netmask(settings.persistence_netmask, key.family);
  }
  if (!settings.persistence_engine.empty()) out += " --pe " + settings.persistence_engine;
  if (settings.flags.one_packet) out += " -o";
  return out + scheduler_flags(settings);
}

std::string tunnel_options(const Tunnel& tunnel) {
  if (tunnel.type == TunnelType::ipip) return " --tun-type ipip";
  std::string out = " --tun-type gre";
  if (tunnel.type == TunnelType::gue)
    out = " --tun-type gue --tun-port " + std::to_string(tunnel.port);
  switch (tunnel.checksum) {
    case TunnelChecksum::none:
      return out + " --tun-nocsum";
    case TunnelChecksum::full:
      return out + " --tun-csum";
    case TunnelChecksum::remote:
      return out + " --tun-remcsum";
  }
  return out;
}

std::string destination_rule(const ServiceKey& service, const DestinationKey& key,
                             const DestinationSettings& settings) {
  std::string out = "-a " + service_option(service) + " -r " + text(key);
  switch (settings.forwarding) {
    case Forwarding::nat:
      out += " -m";
      break;
    case Forwarding::direct:
      out += " -g";
      break;
    case Forwarding::tunnel:
      out += " -i";
      break;
    case Forwarding::local:
    case Forwarding::bypass:
      out += " ?";
      break;
  }
  out += " -w " + std::to_string(settings.weight);
  if (settings.forwarding == Forwarding::tunnel) out += tunnel_options(settings.tunnel);
  return out;
}

}  // namespace

std::string sorted(const std::string& lines) {
  std::multiset<std::string> all;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);)
    all.insert(line.substr(0, line.find_last_not_of(' ') + 1));
  std::string out;
  for (const std::string& line : all)
    out += line + "\n";
  return out;
}

std::string ipvsadm_rules(const Table& table) {
  std::string out;
  for (const auto& [key, service] : table) {
    out += service_rule(key, service.settings) + "\n";
    for (const auto& [destination, settings] : service.destinations)
      out += destination_rule(key, destination, settings) + "\n";
  }
  return sorted(out);
}

std::string thresholds(const Table& table) {
  std::string out;
  for (const auto& [key, service] : table)
    for (const auto& [destination, settings] : service.destinations)
      out += text(destination) + " " + std::to_string(settings.upper_threshold) + " " +
             std::to_string(settings.lower_threshold) + "\n";
  return sorted(out);
}

}  // namespace lvsd::testing
