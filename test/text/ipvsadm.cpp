#include "test/text/ipvsadm.h"

#include <algorithm>

#include "plan/desired.h"

namespace lvsd::test {

namespace {

std::string service_words(const ServiceKey& key) {
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
std::string flag_words(const ServiceSettings& settings) {
  const bool hashes = settings.scheduler == "sh" || settings.scheduler == "mh";
  const auto names = scheduler_flag_names(settings);
  std::string out;
  for (const std::string& name : names)
    if (!hashes || name != "flag-3") out += (out.empty() ? " " : ",") + name;
  return names.empty() ? "" : " -b" + out;
}

std::string settings_words(const ServiceSettings& settings, Family family) {
  std::string out = " -s " + settings.scheduler;
  if (settings.persistence_timeout != 0) {
    out += " -p " + std::to_string(settings.persistence_timeout);
    if (settings.persistence_netmask != host_netmask(family))
      out += " -M " + netmask_text(settings.persistence_netmask, family);
  }
  if (!settings.persistence_engine.empty()) out += " --pe " + settings.persistence_engine;
  if (settings.flags.one_packet) out += " -o";
  return out + flag_words(settings);
}

std::string tunnel_words(const Tunnel& tunnel) {
  std::string out = " --tun-type ";
  switch (tunnel.type) {
    case TunnelType::ipip:
      return out + "ipip";
    case TunnelType::gue:
      out += "gue --tun-port " + std::to_string(tunnel.port);
      break;
    case TunnelType::gre:
      out += "gre";
      break;
  }
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

std::string destination_words(const DestinationSettings& settings) {
  switch (settings.forwarding) {
    case Forwarding::direct:
      return " -g -w " + std::to_string(settings.weight);
    case Forwarding::tunnel:
      return " -i -w " + std::to_string(settings.weight) + tunnel_words(settings.tunnel);
    case Forwarding::nat:
    case Forwarding::local:
    case Forwarding::bypass:
      break;
  }
  return " -m -w " + std::to_string(settings.weight);
}

HealthState health_at_start(const RealServer& server) {
  const bool waits = std::any_of(server.checks.begin(), server.checks.end(),
                                 [](const Check& c) { return c.settings->policy.alpha; });
  if (waits) return HealthState::init;
  return server.checks.empty() ? HealthState::no_check : HealthState::up;
}

}  // namespace

std::vector<std::string> ipvsadm_lines(const Table& table) {
  std::vector<std::string> out;
  for (const auto& [key, service] : table) {
    out.push_back("-A " + service_words(key) + settings_words(service.settings, key.family));
    for (const auto& [destination, settings] : service.destinations)
      out.push_back("-a " + service_words(key) + " -r " + text(destination) +
                    destination_words(settings));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Table table_at_start(const Config& config) {
  Table out;
  for (const VirtualServer& server : config.virtual_servers) {
    PoolFacts facts;
    for (const RealServer& real : server.real_servers)
      facts.real_servers.push_back({.health = health_at_start(real)});
    // keepalived 3.2: quorum is computed from the live weights before anything is installed.
    facts.quorum = serving_weight(server, facts) >= server.quorum;
    out.merge(desired(server, facts).table);
  }
  return out;
}

}  // namespace lvsd::test
