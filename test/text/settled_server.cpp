#include <algorithm>
#include <memory>
#include <set>

#include "config/group.h"
#include "test/text/random_words.h"
#include "test/text/settled.h"

namespace lvsd::test {

namespace {

constexpr std::int64_t int32_most = 2'147'483'647;
constexpr std::int64_t uint32_most = 4'294'967'295;

Family random_family(Random& random) {
  return random.chance(60) ? Family::v4 : Family::v6;
}

GroupEntry random_entry(Random& random) {
  GroupEntry out;
  out.family = random_family(random);
  if (random.chance(40)) {
    out.fwmark = random_number<std::uint32_t>(random, 1, uint32_most);
    out.family_given = random.chance(60);
    if (!out.family_given) out.family = Family::v4;
    return out;
  }
  out.first = random_address(random, out.family);
  if (random.chance(30) && advanced(out.first, 9)) out.count = 1 + random.below(10);
  if (random.chance(70)) out.port = random_number<std::uint16_t>(random, 1, 65535);
  return out;
}

// Both families with a mark that may be of either: refused.
bool is_mixed(const ServiceGroup& group) {
  const auto any = [&group](auto fits) {
    return std::any_of(group.entries.begin(), group.entries.end(), fits);
  };
  const auto is_open = [](const GroupEntry& e) { return e.fwmark != 0 && !e.family_given; };
  const auto is_of = [&](Family family) {
    return any([&](const GroupEntry& e) { return !is_open(e) && e.family == family; });
  };
  return any(is_open) && is_of(Family::v4) && is_of(Family::v6);
}

// What the virtual server is for, and the family its masks and marks have.
struct Front {
  std::vector<ServiceKey> services;
  Family family = Family::v4;
};

Front random_front(Random& random, const Config& config, VirtualServer& out) {
  Front front;
  front.family = random_family(random);
  const auto protocol = random.one_of<Protocol>({Protocol::tcp, Protocol::udp, Protocol::sctp});
  if (!config.groups.empty() && random.chance(40)) {
    const ServiceGroup& group = random.one_of(config.groups);
    out.group = group.name;
    const GroupEntry& leading = leading_entry(group);
    if (leading.fwmark == 0 || leading.family_given) front.family = leading.family;
    front.services = services(group, protocol, front.family);
  } else if (random.chance(30)) {
    front.services = {
        fwmark_service(random_number<std::uint32_t>(random, 1, uint32_most), front.family)};
  } else {
    const std::uint16_t port =
        random.chance(20) ? std::uint16_t{0} : random_number<std::uint16_t>(random, 1, 65535);
    front.services = {address_service(protocol, {random_address(random, front.family), port})};
  }
  return front;
}

template <class Fits>
bool any_service(const VirtualServer& server, const Fits& fits) {
  return std::any_of(server.services.begin(), server.services.end(), fits);
}

ServiceSettings random_settings(Random& random, const VirtualServer& server, Family family) {
  ServiceSettings out;
  out.scheduler = random.one_of<std::string>({"rr", "wlc", "sh", "mh", "dh", "twos"});
  out.flags = {random.chance(30), random.chance(30), random.chance(30), random.chance(30)};
  const auto is_other = [](const ServiceKey& key) {
    return key.fwmark == 0 && key.protocol != Protocol::udp;
  };
  if (any_service(server, is_other)) out.flags.one_packet = false;
  out.persistence_engine = random_option(random).substr(0, 15);
  const auto has_no_port = [](const ServiceKey& key) { return key.fwmark == 0 && key.port == 0; };
  if (any_service(server, has_no_port) || random.chance(40))
    out.persistence_timeout = random_number<std::uint32_t>(random, 1, 2'678'400);
  out.persistence_netmask = host_netmask(family);
  if (out.persistence_timeout != 0 && random.chance(50))
    out.persistence_netmask =
        random_number<std::uint32_t>(random, 1, family == Family::v4 ? uint32_most : 128);
  return out;
}

void set_method(Random& random, Forwarding& forwarding, Tunnel& tunnel) {
  forwarding = random.one_of<Forwarding>({Forwarding::nat, Forwarding::direct, Forwarding::tunnel});
  if (forwarding != Forwarding::tunnel) return;
  tunnel.type = random.one_of<TunnelType>({TunnelType::ipip, TunnelType::gue, TunnelType::gre});
  if (tunnel.type == TunnelType::gue) tunnel.port = random_number<std::uint16_t>(random, 1, 65535);
  if (tunnel.type != TunnelType::ipip && random.chance(50)) tunnel.checksum = TunnelChecksum::full;
  if (tunnel.type == TunnelType::gue && random.chance(30)) tunnel.checksum = TunnelChecksum::remote;
}

// Settled as the virtual server wants it: behind a group as it was written, else NAT takes the
// service's port where it has none of its own, and nothing else can change it.
Endpoint random_endpoint(Random& random, const VirtualServer& server, Family family,
                         Forwarding forwarding) {
  const bool is_grouped = !server.group.empty();
  const bool crosses = forwarding == Forwarding::tunnel || is_grouped;
  Endpoint out;
  out.address = random_address(random, crosses ? random_family(random) : family);
  if (is_grouped || forwarding == Forwarding::nat)
    out.port = random_number<std::uint16_t>(random, 0, 65535);
  const std::uint16_t port = server.services.front().port;
  if (!is_grouped && (forwarding != Forwarding::nat || out.port == 0)) out.port = port;
  return out;
}

std::shared_ptr<const ServerPolicy> random_policy(Random& random) {
  if (random.chance(30)) return RealServer::default_policy();
  ServerPolicy out;
  out.notify_up = random_script(random);
  out.notify_down = random_script(random);
  if (random.chance(30)) out.smtp_alert = random.chance(50);
  out.graceful_shutdown = random.chance(50);
  if (random.chance(50)) out.drain_timeout = random_time(random);
  if (random.chance(50)) out.slow_start = Duration(30'000'000);
  out.preempt = random.chance(50);
  if (random.chance(50)) out.preempt_delay = random_time(random);
  if (random.chance(50)) out.on_return = OnReturn::drain;
  if (random.chance(50)) out.backup_at = random_number<std::uint32_t>(random, 1, 100);
  if (random.chance(50)) out.min_mtu = random_number<std::uint16_t>(random, 1400, 65535);
  return std::make_shared<const ServerPolicy>(std::move(out));
}

// The servers of one virtual server.
class ServerMaker {
 public:
  ServerMaker(Random& random, const Config& config, VirtualServer& server, Family family)
      : random_(random), config_(config), server_(server), family_(family) {}

  void make() {
    const bool alike = random_.chance(40);
    RealServer model;
    set_method(random_, model.settings.forwarding, model.settings.tunnel);
    for (std::uint32_t left = random_.below(5); left > 0; --left)
      add_real_server(alike ? &model : nullptr);
    for (std::uint32_t left = random_.below(3); left > 0; --left)
      add_sorry_server();
  }

 private:
  void add_real_server(const RealServer* model) {
    RealServer out = model == nullptr ? RealServer{} : *model;
    if (model == nullptr) set_method(random_, out.settings.forwarding, out.settings.tunnel);
    out.endpoint = random_endpoint(random_, server_, family_, out.settings.forwarding);
    if (!taken_.insert(out.endpoint).second) return;
    out.name = random_option(random_);
    out.settings.weight =
        random_number<std::uint32_t>(random_, 0, model == nullptr ? int32_most : 2);
    out.settings.upper_threshold =
        random_.chance(50) ? 100 : random_number<std::uint32_t>(random_, 0, uint32_most);
    if (random_.chance(50))
      out.settings.lower_threshold =
          random_number<std::uint32_t>(random_, 0, out.settings.upper_threshold);
    out.inhibit_on_failure = random_.chance(50);
    out.disabled = random_.chance(30);
    out.checks = random_checks(random_, config_.global, out.endpoint);
    out.policy = random_policy(random_);
    if (random_.chance(30)) out.backup = backup(out);
    server_.real_servers.push_back(std::move(out));
  }

  std::shared_ptr<const BackupServer> backup(const RealServer& master) {
    BackupServer out;
    out.forwarding = master.settings.forwarding;
    out.tunnel = master.settings.tunnel;
    if (random_.chance(50)) {
      out.tunnel = {};
      set_method(random_, out.forwarding, out.tunnel);
    }
    out.endpoint = random_endpoint(random_, server_, family_, out.forwarding);
    if (!taken_.insert(out.endpoint).second) return nullptr;
    out.name = random_option(random_);
    out.checks = random_checks(random_, config_.global, out.endpoint);
    return std::make_shared<const BackupServer>(std::move(out));
  }

  void add_sorry_server() {
    SorryServer out;
    set_method(random_, out.settings.forwarding, out.settings.tunnel);
    out.endpoint = random_endpoint(random_, server_, family_, out.settings.forwarding);
    out.name = random_option(random_);
    out.settings.weight = random_number<std::uint32_t>(random_, 0, int32_most);
    out.inhibit = random_.chance(30);
    out.checks = random_checks(random_, config_.global, out.endpoint);
    server_.sorry_servers.push_back(std::move(out));
  }

  Random& random_;
  const Config& config_;
  VirtualServer& server_;
  Family family_;
  std::set<Endpoint> taken_;
};

void set_quorum(Random& random, VirtualServer& out) {
  std::int64_t total = 0;
  for (const RealServer& real : out.real_servers)
    total += real.settings.weight;
  out.quorum =
      random_number<std::uint32_t>(random, 1, std::clamp<std::int64_t>(total, 1, uint32_most));
  if (random.chance(50)) out.hysteresis = random_number<std::uint32_t>(random, 0, out.quorum - 1);
}

}  // namespace

std::vector<ServiceGroup> random_groups(Random& random) {
  std::vector<ServiceGroup> out;
  for (std::uint32_t number = random.below(3); number > 0; --number) {
    ServiceGroup group;
    group.name = random_word(random) + std::to_string(number);
    for (std::uint32_t left = 1 + random.below(3); left > 0; --left)
      group.entries.push_back(random_entry(random));
    if (!is_mixed(group)) out.push_back(std::move(group));
  }
  return out;
}

VirtualServer random_settled_server(Random& random, const Config& config, std::uint32_t number) {
  VirtualServer out;
  Front front = random_front(random, config, out);
  out.services = std::move(front.services);
  out.name = random_option(random);
  if (!out.name.empty()) out.name += std::to_string(number);
  out.owner = random_option(random);
  out.settings = random_settings(random, out, front.family);
  ServerMaker(random, config, out, front.family).make();
  set_quorum(random, out);
  out.quorum_up = random_script(random);
  out.quorum_down = random_script(random);
  out.omega = random.chance(30);
  out.ha_suspend = random.chance(30);
  if (random.chance(30)) out.smtp_alert = random.chance(50);
  out.graceful_removal = random.chance(30);
  return out;
}

Config random_settled_config(Random& random) {
  Config out;
  out.global = random_global_settings(random);
  out.groups = random_groups(random);
  std::set<ServiceKey> taken;
  for (std::uint32_t number = 1 + random.below(3); number > 0; --number) {
    VirtualServer server = random_settled_server(random, out, number);
    const std::set<ServiceKey> keys(server.services.begin(), server.services.end());
    const bool is_free = keys.size() == server.services.size() &&
                         std::none_of(keys.begin(), keys.end(),
                                      [&](const ServiceKey& key) { return taken.contains(key); });
    if (!is_free) continue;
    taken.insert(keys.begin(), keys.end());
    out.virtual_servers.push_back(std::move(server));
  }
  return out;
}

}  // namespace lvsd::test
