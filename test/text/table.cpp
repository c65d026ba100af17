#include "test/text/table.h"

#include <cstdint>
#include <stdexcept>

namespace lvsd::test {

Endpoint endpoint(std::string_view text) {
  const auto value = parse_endpoint(text);
  if (!value) throw std::invalid_argument("not an endpoint: " + std::string(text));
  return *value;
}

ServiceKey service_key(std::string_view text) {
  const auto value = parse_service_key(text);
  if (!value) throw std::invalid_argument("not a service: " + std::string(text));
  return *value;
}

ServiceKey take_service_key(Words& words) {
  std::string kind = words.take();
  return service_key(kind + " " + words.take());
}

namespace {

void set_flag(const std::string& name, SchedulerFlags& flags, const Words& words) {
  if (name == "flag-1" || name == "sh-fallback" || name == "mh-fallback")
    flags.flag_1 = true;
  else if (name == "flag-2" || name == "sh-port" || name == "mh-port")
    flags.flag_2 = true;
  else if (name == "flag-3")
    flags.flag_3 = true;
  else
    words.refuse("a scheduler flag, not " + name);
}

void take_flags(Words& words, SchedulerFlags& flags) {
  std::string names = words.take() + ",";
  for (std::size_t comma; (comma = names.find(',')) != names.npos; names.erase(0, comma + 1))
    set_flag(names.substr(0, comma), flags, words);
}

std::uint32_t take_netmask(Words& words, Family family) {
  if (family == Family::v6) return words.number<std::uint32_t>();
  const auto mask = parse_address(words.take());
  if (!mask || mask->family != Family::v4) words.refuse("an IPv4 netmask before");
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | mask->bytes[i];
  return value;
}

Forwarding take_forwarding(Words& words) {
  for (const Forwarding forwarding : {Forwarding::nat, Forwarding::local, Forwarding::tunnel,
                                      Forwarding::direct, Forwarding::bypass})
    if (words.take_if(text(forwarding))) return forwarding;
  words.refuse("a forwarding method");
}

Tunnel take_tunnel(Words& words) {
  Tunnel tunnel;
  if (words.take_if("gue")) tunnel.type = TunnelType::gue;
  if (words.take_if("gre")) tunnel.type = TunnelType::gre;
  if (words.take_if("port")) tunnel.port = words.number<std::uint16_t>();
  if (words.take_if("csum")) tunnel.checksum = TunnelChecksum::full;
  if (words.take_if("remcsum")) tunnel.checksum = TunnelChecksum::remote;
  return tunnel;
}

}  // namespace

ServiceSettings take_service_settings(Words& words, Family family) {
  ServiceSettings settings;
  settings.persistence_netmask = host_netmask(family);
  settings.scheduler = words.take();
  if (settings.scheduler == "none") settings.scheduler.clear();
  if (words.take_if("flags")) take_flags(words, settings.flags);
  settings.flags.one_packet = words.take_if("ops");
  if (words.take_if("persistent")) settings.persistence_timeout = words.number<std::uint32_t>();
  if (words.take_if("netmask")) settings.persistence_netmask = take_netmask(words, family);
  if (words.take_if("pe")) settings.persistence_engine = words.take();
  return settings;
}

DestinationSettings take_destination_settings(Words& words) {
  DestinationSettings settings;
  settings.forwarding = take_forwarding(words);
  if (settings.forwarding == Forwarding::tunnel) settings.tunnel = take_tunnel(words);
  if (!words.take_if("weight")) words.refuse("weight");
  settings.weight = words.number<std::uint32_t>();
  if (words.take_if("upper")) settings.upper_threshold = words.number<std::uint32_t>();
  if (words.take_if("lower")) settings.lower_threshold = words.number<std::uint32_t>();
  return settings;
}

Table table(std::string_view text) {
  Table result;
  Service* service = nullptr;
  for (const std::string& line : lines(text)) {
    Words words(line);
    if (words.take_if("->")) {
      if (!service) words.refuse("a service before its destinations,");
      const Endpoint key = endpoint(words.take());
      if (!service->destinations.emplace(key, take_destination_settings(words)).second)
        words.refuse("every destination once,");
    } else {
      const ServiceKey key = take_service_key(words);
      const auto [entry, is_new] =
          result.emplace(key, Service{take_service_settings(words, key.family), {}});
      if (!is_new) words.refuse("every service once,");
      service = &entry->second;
    }
    if (!words.empty()) words.refuse("the end of the line");
  }
  return result;
}

}  // namespace lvsd::test
