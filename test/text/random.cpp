#include "test/text/random.h"

#include <algorithm>
#include <set>

#include "test/text/table.h"

namespace lvsd::test {

namespace {

Endpoint random_endpoint(Random& random, Family family, const char* network_v4,
                         const char* network_v6, const std::vector<std::uint16_t>& ports) {
  const std::string host = std::to_string(1 + random.below(5));
  const auto address = parse_address((family == Family::v4 ? network_v4 : network_v6) + host);
  return {*address, random.one_of(ports)};
}

ServiceKey random_service_key(Random& random) {
  const Family family = random.chance(60) ? Family::v4 : Family::v6;
  if (random.chance(20)) return fwmark_service(1 + random.below(3), family);
  const auto protocol =
      random.one_of<Protocol>({Protocol::tcp, Protocol::tcp, Protocol::udp, Protocol::sctp});
  return address_service(protocol,
                         random_endpoint(random, family, "10.0.0.", "2001:db8::", {80, 443}));
}

// Those of Linux 6.1; `twos` came later.
const std::vector<std::string>& schedulers() {
  static const std::vector<std::string> names = {"rr",    "wrr", "lc", "wlc", "sed", "nq", "lblc",
                                                 "lblcr", "dh",  "sh", "mh",  "fo",  "ovf"};
  return names;
}

ServiceSettings random_service_settings(Random& random, Family family) {
  ServiceSettings settings;
  settings.scheduler = random.one_of(schedulers());
  settings.flags = {random.chance(10), random.chance(30), random.chance(30), random.chance(10)};
  settings.persistence_netmask = host_netmask(family);
  if (random.chance(40)) {
    settings.persistence_timeout = random.one_of<std::uint32_t>({1, 300, 360, 2678400});
    if (random.chance(50))
      settings.persistence_netmask = family == Family::v4
                                         ? random.one_of<std::uint32_t>({0xffffff00, 0xffff0000, 0})
                                         : 1 + random.below(128);
    if (random.chance(20)) settings.persistence_engine = "sip";
  }
  return settings;
}

Tunnel random_tunnel(Random& random) {
  Tunnel tunnel;
  tunnel.type = random.one_of<TunnelType>({TunnelType::ipip, TunnelType::gue, TunnelType::gre});
  if (tunnel.type == TunnelType::gue)
    tunnel.port = static_cast<std::uint16_t>(1 + random.below(0xffff));
  if (tunnel.type != TunnelType::ipip)
    tunnel.checksum = random.one_of<TunnelChecksum>(
        {TunnelChecksum::none, TunnelChecksum::full, TunnelChecksum::remote});
  return tunnel;
}

DestinationSettings random_destination_settings(Random& random) {
  DestinationSettings settings;
  settings.forwarding = random.one_of<Forwarding>(
      {Forwarding::nat, Forwarding::nat, Forwarding::direct, Forwarding::tunnel});
  if (settings.forwarding == Forwarding::tunnel) settings.tunnel = random_tunnel(random);
  settings.weight = random.one_of<std::uint32_t>({0, 1, 1, 2, 10, 2147483647});
  if (random.chance(30)) {
    settings.upper_threshold = random.one_of<std::uint32_t>({1, 100, 2147483647});
    settings.lower_threshold = random.below(settings.upper_threshold);
  }
  return settings;
}

// IPv4 behind IPv6 and the reverse exist with tunnels only.
Family random_destination_family(Random& random, Family service, Forwarding forwarding) {
  if (forwarding != Forwarding::tunnel || random.chance(70)) return service;
  return service == Family::v4 ? Family::v6 : Family::v4;
}

void put_destination(Random& random, Family service, Destinations& destinations) {
  const auto settings = random_destination_settings(random);
  const Family family = random_destination_family(random, service, settings.forwarding);
  destinations.insert_or_assign(
      random_endpoint(random, family, "10.1.0.", "2001:db8:1::", {0, 80, 8080}), settings);
}

void change_service(Random& random, Family family, Service& service) {
  if (random.chance(20)) service.settings = random_service_settings(random, family);
  if (random.chance(40)) put_destination(random, family, service.destinations);
  for (auto entry = service.destinations.begin(); entry != service.destinations.end();) {
    if (random.chance(20)) {
      entry = service.destinations.erase(entry);
      continue;
    }
    if (random.chance(30)) entry->second.weight = random.below(3);
    if (random.chance(20)) {
      const Forwarding forwarding = entry->second.forwarding;  // tunnels may cross families
      entry->second = random_destination_settings(random);
      entry->second.forwarding = forwarding;
      if (forwarding != Forwarding::tunnel) entry->second.tunnel = {};
    }
    ++entry;
  }
}

}  // namespace

Table random_table(Random& random) {
  Table table;
  for (std::uint32_t left = random.below(7); left > 0; --left) {
    const ServiceKey key = random_service_key(random);
    Service& service = table[key];
    service.settings = random_service_settings(random, key.family);
    for (std::uint32_t members = random.below(6); members > 0; --members)
      put_destination(random, key.family, service.destinations);
  }
  return table;
}

Table changed(Table table, Random& random) {
  for (auto entry = table.begin(); entry != table.end();) {
    if (random.chance(15)) {
      entry = table.erase(entry);
      continue;
    }
    if (random.chance(50)) change_service(random, entry->first.family, entry->second);
    ++entry;
  }
  if (random.chance(50)) table.merge(random_table(random));
  return table;
}

namespace {

std::vector<ServiceKey> random_services(Random& random, Family family, bool is_group) {
  std::set<ServiceKey> keys;
  const std::size_t wanted = is_group ? 1 + random.below(4) : 1;
  while (keys.size() < wanted)
    if (const ServiceKey key = random_service_key(random); key.family == family) keys.insert(key);
  return {keys.begin(), keys.end()};
}

CheckSettings random_check(Random& random) {
  CheckPolicy policy;
  policy.retry = random.below(4);
  policy.rise = 1 + random.below(3);
  policy.alpha = random.chance(30);
  return {TcpCheck{}, policy};
}

RealServer random_real_server(Random& random, Family family, std::uint16_t number) {
  RealServer real;
  real.endpoint = random_endpoint(random, family, "10.1.0.", "2001:db8:1::", {0, 80, 8080});
  real.endpoint.address = *advanced(real.endpoint.address, std::uint64_t{number} * 16);
  real.settings = random_destination_settings(random);
  real.inhibit_on_failure = random.chance(20);
  if (random.chance(80)) {
    const auto check = std::make_shared<const CheckSettings>(random_check(random));
    real.checks.push_back({check, {.endpoint = real.endpoint, .bind_address = {}}});
  }
  return real;
}

SorryServer random_sorry_server(Random& random, Family family, std::uint16_t number) {
  SorryServer sorry;
  sorry.endpoint = random_endpoint(random, family, "10.2.0.", "2001:db8:2::", {80});
  sorry.endpoint.address = *advanced(sorry.endpoint.address, std::uint64_t{number} * 16);
  sorry.settings = random_destination_settings(random);
  sorry.settings.weight = 1;
  sorry.inhibit = random.chance(30);
  return sorry;
}

void share_destinations(Random& random, VirtualServer& server) {
  if (server.real_servers.size() >= 2 && random.chance(50))
    server.real_servers.back().endpoint.address = server.real_servers.front().endpoint.address;
  if (!server.sorry_servers.empty() && !server.real_servers.empty() && random.chance(50)) {
    server.sorry_servers.front().endpoint = server.real_servers.front().endpoint;
    server.sorry_servers.front().settings.forwarding =
        server.real_servers.front().settings.forwarding;
  }
}

}  // namespace

VirtualServer random_virtual_server(Random& random, bool shares_destinations) {
  VirtualServer server;
  const Family family = random.chance(60) ? Family::v4 : Family::v6;
  const bool is_group = random.chance(30);
  if (is_group) server.group = "group" + std::to_string(random.below(1000));
  server.services = random_services(random, family, is_group);
  server.settings = random_service_settings(random, family);
  server.quorum = random.one_of<std::uint32_t>({1, 1, 2, 5, 4294967295});
  server.hysteresis = random.one_of<std::uint32_t>({0, 0, 1, 4294967295});
  for (std::uint16_t i = static_cast<std::uint16_t>(random.below(6)); i > 0; --i)
    server.real_servers.push_back(random_real_server(random, family, i));
  for (std::uint16_t i = static_cast<std::uint16_t>(random.below(3)); i > 0; --i)
    server.sorry_servers.push_back(random_sorry_server(random, family, i));
  if (shares_destinations) share_destinations(random, server);
  return server;
}

Config random_config(Random& random) {
  Config config;
  std::set<ServiceKey> taken;
  for (std::uint32_t left = random.below(5); left > 0; --left) {
    VirtualServer server = random_virtual_server(random);
    const bool is_free = std::none_of(server.services.begin(), server.services.end(),
                                      [&](const ServiceKey& key) { return taken.contains(key); });
    if (!is_free) continue;
    taken.insert(server.services.begin(), server.services.end());
    config.virtual_servers.push_back(std::move(server));
  }
  return config;
}

PoolFacts random_facts(const VirtualServer& server, Random& random) {
  PoolFacts facts;
  for (const RealServer& real : server.real_servers) {
    ServerFacts one;
    one.health = real.checks.empty()
                     ? HealthState::no_check
                     : random.one_of<HealthState>({HealthState::init, HealthState::up,
                                                   HealthState::up, HealthState::falling,
                                                   HealthState::down, HealthState::rising});
    one.start = random.one_of<Start>(
        {Start::fresh, Start::adopted_up, Start::adopted_idle, Start::adopted_down});
    facts.real_servers.push_back(one);
  }
  facts.quorum = random.chance(60);
  return facts;
}

}  // namespace lvsd::test
