#include "config/settle_server.h"

#include <algorithm>
#include <map>
#include <utility>

#include "config/compile.h"
#include "config/settle_check.h"
#include "model/encapsulation.h"

namespace lvsd {

namespace {

void settle_checks(Compiler& c, const ServiceDraft& service, ServerDraft& server,
                   const Endpoint& endpoint, std::vector<Check>& out) {
  out.reserve(server.checks.size());
  for (CheckDraft& check : server.checks)
    if (auto settled = settled_check(c, check, service, server, endpoint))
      out.push_back(std::move(*settled));
}

// Sorted.
std::vector<Endpoint> endpoints(const std::vector<RealServer>& servers) {
  std::vector<Endpoint> out;
  out.reserve(servers.size());
  for (const RealServer& server : servers)
    out.push_back(server.endpoint);
  std::sort(out.begin(), out.end());
  return out;
}

template <class T>
T first_of(const std::optional<T>& own, const std::optional<T>& above, T otherwise) {
  return own ? *own : above.value_or(otherwise);
}

}  // namespace

Method method(const ServiceDraft& service, const ServerDraft& server) {
  return server.method ? *server.method : service.method.value_or(Method{});
}

ServerSettler::ServerSettler(Compiler& compiler, ServiceDraft& service, Family family,
                             std::optional<std::uint16_t> port)
    : compiler_(compiler),
      problems_(compiler.problems()),
      service_(service),
      family_(family),
      port_(port) {}

void ServerSettler::settle_real_servers(VirtualServer& out) {
  std::vector<Span> places;
  for (ServerDraft& draft : service_.servers) {
    if (!family_fits(draft)) continue;
    out.real_servers.push_back(real_server(draft));
    places.push_back(draft.where);
  }
  auto known = endpoints(out.real_servers);
  if (std::adjacent_find(known.begin(), known.end()) != known.end()) {
    drop_repeated(out.real_servers, places);
    known.erase(std::unique(known.begin(), known.end()), known.end());
  }
  check_backups(known);
}

void ServerSettler::settle_sorry_servers(VirtualServer& out) {
  for (ServerDraft& draft : service_.sorry_servers)
    if (family_fits(draft)) out.sorry_servers.push_back(sorry_server(draft));
}

// Only tunnels cross address families. Behind a group each service has its own.
bool ServerSettler::family_fits(const ServerDraft& server) {
  if (server.endpoint.address.family == family_ || !port_) return true;
  if (method(service_, server).forwarding == Forwarding::tunnel) return true;
  problems_.report(Code::family_mismatch, server.where,
                   "'" + text(server.endpoint.address) +
                       "' is of another address family than the virtual server",
                   "only 'lvs_method TUN' can cross families");
  return false;
}

// NAT without a port takes the service's; DR and TUN cannot change it.
Endpoint ServerSettler::settled_endpoint(const ServerDraft& server, Forwarding forwarding) {
  Endpoint endpoint = server.endpoint;
  if (!port_) return endpoint;
  if (forwarding == Forwarding::nat) {
    if (endpoint.port == 0) endpoint.port = *port_;
    return endpoint;
  }
  if (endpoint.port != 0 && endpoint.port != *port_)
    problems_.report(Code::port_forced, server.where,
                     "with " + std::string(text(forwarding)) + " packets keep their port: " +
                         (*port_ == 0 ? "the server has none" : "it is " + std::to_string(*port_)) +
                         ", not " + std::to_string(endpoint.port));
  endpoint.port = *port_;
  return endpoint;
}

RealServer ServerSettler::real_server(ServerDraft& draft) {
  const Manner& own = draft.manner;
  const Manner& above = service_.manner;
  const Method way = method(service_, draft);
  RealServer out;
  out.name = std::move(draft.name);
  out.endpoint = settled_endpoint(draft, way.forwarding);
  out.settings.forwarding = way.forwarding;
  out.settings.tunnel = way.tunnel;
  out.settings.weight = first_of(own.weight, above.weight, std::uint32_t{1});
  out.settings.upper_threshold = first_of(own.upper_threshold, above.upper_threshold, 0U);
  out.settings.lower_threshold = first_of(own.lower_threshold, above.lower_threshold, 0U);
  out.inhibit_on_failure = first_of(own.inhibit_on_failure, above.inhibit_on_failure, false);
  out.disabled = draft.disabled;
  out.origin = draft.origin;
  out.policy = policy(draft);
  const std::uint32_t mtu = out.policy->min_mtu;
  if (mtu != 0) check_min_mtu(draft, way, mtu);
  out.backup = backup_server(draft);
  if (mtu != 0 && out.backup != nullptr && out.backup->forwarding == Forwarding::tunnel)
    check_min_mtu(draft.backup.front(), {out.backup->forwarding, out.backup->tunnel}, mtu);
  settle_checks(compiler_, service_, draft, out.endpoint, out.checks);
  if (out.settings.upper_threshold != 0 &&
      out.settings.lower_threshold > out.settings.upper_threshold)
    problems_.report(Code::contradiction, draft.where, "lthreshold is more than uthreshold");
  return out;
}

std::shared_ptr<const ServerPolicy> ServerSettler::policy(ServerDraft& draft) {
  const bool says_nothing = !draft.manner.has_policy && !service_.manner.has_policy &&
                            draft.notify_up.empty() && draft.notify_down.empty() &&
                            !draft.smtp_alert;
  if (says_nothing) return RealServer::default_policy();
  const Manner& own = draft.manner;
  const Manner& above = service_.manner;
  const auto settled = [&](auto& value, auto member) {
    value = first_of(own.*member, above.*member, value);
  };
  ServerPolicy out;
  out.notify_up = std::move(draft.notify_up);
  out.notify_down = std::move(draft.notify_down);
  out.smtp_alert = draft.smtp_alert;
  settled(out.graceful_shutdown, &Manner::graceful_shutdown);
  settled(out.drain_timeout, &Manner::drain_timeout);
  settled(out.slow_start, &Manner::slow_start);
  settled(out.preempt, &Manner::preempt);
  settled(out.preempt_delay, &Manner::preempt_delay);
  settled(out.on_return, &Manner::on_return);
  settled(out.backup_at, &Manner::backup_at);
  settled(out.min_mtu, &Manner::min_mtu);
  return compiler_.intern()(std::move(out));
}

// What is left inside the tunnel has to carry the clients' packets.
void ServerSettler::check_min_mtu(const ServerDraft& draft, const Method& way, std::uint32_t mtu) {
  const Family server = draft.endpoint.address.family;
  // What a virtual server says for all of its servers is told once.
  const Span where = draft.manner.min_mtu ? draft.where : service_.where;
  if (way.forwarding != Forwarding::tunnel) {
    problems_.report(Code::mtu_unused, where,
                     "min_mtu does nothing with " + std::string(text(way.forwarding)) +
                         ": the MTU is looked at for tunnels only",
                     "min_mtu in global_defs is for all");
    return;
  }
  const std::uint32_t overhead = tunnel_overhead(way.tunnel, server);
  const std::uint32_t least = least_inner_mtu(family_, server);
  if (mtu < overhead + least) {
    problems_.report(Code::mtu_too_small, draft.where,
                     "min_mtu is " + std::to_string(mtu) + " and the tunnel takes " +
                         std::to_string(overhead) + " of it: less than " + std::to_string(least) +
                         " is left for a packet",
                     "it must be " + std::to_string(overhead + least) + " at least");
  } else if (server == Family::v6) {
    problems_.report(Code::mtu_unused, where,
                     "min_mtu does nothing for IPv6 servers: Linux does not lock the MTU of their "
                     "routes, and lets it fall to 1280 and no lower");
  }
}

std::shared_ptr<const BackupServer> ServerSettler::backup_server(ServerDraft& draft) {
  if (draft.backup.empty()) return nullptr;
  ServerDraft& backup = draft.backup.front();
  if (!backup.method) backup.method = method(service_, draft);
  if (!family_fits(backup)) return nullptr;
  BackupServer out;
  out.name = std::move(backup.name);
  out.forwarding = backup.method->forwarding;
  out.tunnel = backup.method->tunnel;
  out.endpoint = settled_endpoint(backup, out.forwarding);
  out.origin = backup.origin;
  settle_checks(compiler_, service_, backup, out.endpoint, out.checks);
  backups_.emplace_back(out.endpoint, backup.where);
  return std::make_shared<const BackupServer>(std::move(out));
}

SorryServer ServerSettler::sorry_server(ServerDraft& draft) {
  const Method way = method(service_, draft);
  SorryServer out;
  out.name = std::move(draft.name);
  out.endpoint = settled_endpoint(draft, way.forwarding);
  out.settings.forwarding = way.forwarding;
  out.settings.tunnel = way.tunnel;
  out.settings.weight = draft.manner.weight.value_or(1);
  out.inhibit = draft.manner.inhibit_on_failure.value_or(service_.sorry_inhibit);
  out.origin = draft.origin;
  settle_checks(compiler_, service_, draft, out.endpoint, out.checks);
  return out;
}

// After the ports are settled: with DR two servers that differ by port are the same to the kernel.
void ServerSettler::drop_repeated(std::vector<RealServer>& servers,
                                  const std::vector<Span>& places) {
  std::map<Endpoint, Span> first;
  std::vector<RealServer> kept;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const auto [at, is_new] = first.emplace(servers[i].endpoint, places[i]);
    if (is_new) {
      kept.push_back(std::move(servers[i]));
      continue;
    }
    problems_.report(Code::duplicate_server, places[i],
                     "real server " + text(at->first) + " stands here twice" +
                         (problems_.lenient() ? "; this one is left out" : ""),
                     "first at " + problems_.place(at->second));
  }
  servers = std::move(kept);
}

// A backup server stands in for one real server only, and is none itself: otherwise two that fail
// would have half of what their clients were promised.
void ServerSettler::check_backups(const std::vector<Endpoint>& real_servers) {
  std::map<Endpoint, Span> first;
  for (const auto& [endpoint, where] : backups_) {
    const auto [at, is_new] = first.emplace(endpoint, where);
    if (!is_new)
      problems_.report(Code::bad_backup, where,
                       text(endpoint) + " is the backup of another real server already",
                       "at " + problems_.place(at->second));
    if (std::binary_search(real_servers.begin(), real_servers.end(), endpoint))
      problems_.report(Code::bad_backup, where,
                       text(endpoint) + " is a real server of this virtual server");
  }
}

}  // namespace lvsd
