#include "config/settle.h"

#include <algorithm>
#include <set>
#include <utility>

#include "config/compile.h"

namespace lvsd {

namespace {

constexpr std::uint32_t forced_persistence = 360;  // keepalived's default

template <class T>
std::optional<T> first_of(const std::optional<T>& a, const std::optional<T>& b,
                          const std::optional<T>& c) {
  return a ? a : (b ? b : c);
}

// Turns one ServiceDraft into a VirtualServer.
class Settler {
 public:
  explicit Settler(Compiler& compiler)
      : compiler_(compiler), problems_(compiler.problems()), draft_(compiler.service()) {}

  void settle() {
    VirtualServer out;
    out.origin = origin(draft_.where);
    out.services = {address_service(protocol(), draft_.endpoint)};
    settle_settings(out);
    for (ServerDraft& server : draft_.servers)
      if (family_fits(server.endpoint, method(server.method), server.where))
        out.real_servers.push_back(settled(server));
    drop_duplicates(out);
    for (const SorryDraft& sorry : draft_.sorry_servers)
      if (family_fits(sorry.endpoint, method(sorry.method), sorry.where))
        out.sorry_servers.push_back(settled(sorry));
    if (out.real_servers.empty()) {
      problems_.report(Code::no_servers, draft_.where, "the virtual server has no real server");
      if (problems_.lenient()) return;
    }
    settle_quorum(out);
    compiler_.config().virtual_servers.push_back(std::move(out));
  }

 private:
  Origin origin(Span where) const { return {where.file, compiler_.sources().line(where)}; }

  Protocol protocol() {
    if (draft_.protocol) return *draft_.protocol;
    problems_.report(Code::default_protocol, draft_.where, "no protocol is given, UDP is taken",
                     "write 'protocol TCP' or 'protocol UDP'");
    return Protocol::udp;
  }

  Method method(const std::optional<Method>& own) const {
    return own ? *own : draft_.method.value_or(Method{});
  }

  void settle_settings(VirtualServer& out) {
    if (!draft_.scheduler.empty()) out.settings.scheduler = draft_.scheduler;
    out.settings.persistence_netmask = host_netmask(draft_.endpoint.address.family);
    if (draft_.endpoint.port == 0 && out.settings.persistence_timeout == 0) {
      problems_.report(Code::persistence_forced, draft_.where,
                       "a service without port must be persistent; 360 s is taken");
      out.settings.persistence_timeout = forced_persistence;
    }
  }

  bool family_fits(const Endpoint& endpoint, const Method& method, Span where) {
    if (endpoint.address.family == draft_.endpoint.address.family) return true;
    if (method.forwarding == Forwarding::tunnel) return true;
    problems_.report(
        Code::family_mismatch, where,
        "'" + text(endpoint.address) + "' is of another address family than the virtual server",
        "only 'lvs_method TUN' can cross families");
    return false;
  }

  // NAT without a port takes the service's; DR and TUN cannot change it.
  Endpoint settled_endpoint(Endpoint endpoint, Forwarding forwarding, Span where) {
    const std::uint16_t port = draft_.endpoint.port;
    if (forwarding == Forwarding::nat) {
      if (endpoint.port == 0) endpoint.port = port;
      return endpoint;
    }
    if (endpoint.port != 0 && endpoint.port != port)
      problems_.report(Code::port_forced, where,
                       "with " + std::string(text(forwarding)) + " the port is the service's, " +
                           std::to_string(port) + ", not " + std::to_string(endpoint.port));
    endpoint.port = port;
    return endpoint;
  }

  RealServer settled(const ServerDraft& draft) {
    const Method way = method(draft.method);
    RealServer out;
    out.endpoint = settled_endpoint(draft.endpoint, way.forwarding, draft.where);
    out.settings.forwarding = way.forwarding;
    out.settings.tunnel = way.tunnel;
    out.settings.weight = draft.weight.value_or(draft_.weight.value_or(1));
    out.inhibit_on_failure = draft.inhibit_on_failure.value_or(draft_.inhibit_on_failure);
    out.origin = origin(draft.where);
    for (const CheckDraft& check : draft.checks)
      out.checks.push_back(settled(check, draft, out.endpoint));
    return out;
  }

  SorryServer settled(const SorryDraft& draft) {
    const Method way = method(draft.method);
    SorryServer out;
    out.endpoint = settled_endpoint(draft.endpoint, way.forwarding, draft.where);
    out.settings.forwarding = way.forwarding;
    out.settings.tunnel = way.tunnel;
    out.inhibit = draft.inhibit;
    out.origin = origin(draft.where);
    return out;
  }

  Check settled(const CheckDraft& draft, const ServerDraft& server, const Endpoint& endpoint) {
    CheckSettings settings{draft.probe, policy(draft.timing, server.timing)};
    Check out;
    out.settings = compiler_.shared(std::move(settings));
    out.target.endpoint = endpoint;
    return out;
  }

  CheckPolicy policy(const Timing& own, const Timing& server) const {
    const Timing& service = draft_.timing;
    CheckPolicy out;
    const auto inherit = [&](auto& value, auto member) {
      if (const auto given = first_of(own.*member, server.*member, service.*member)) value = *given;
    };
    inherit(out.delay_loop, &Timing::delay_loop);
    inherit(out.connect_timeout, &Timing::connect_timeout);
    inherit(out.delay_before_retry, &Timing::delay_before_retry);
    inherit(out.retry, &Timing::retry);
    inherit(out.alpha, &Timing::alpha);
    out.warmup = first_of(own.warmup, server.warmup, service.warmup);
    return out;
  }

  // After the ports are settled: with DR two servers that differ by port are the same to the
  // kernel.
  void drop_duplicates(VirtualServer& out) {
    std::set<Endpoint> seen;
    const auto is_seen = [&](const RealServer& server) {
      if (seen.insert(server.endpoint).second) return false;
      const auto first =
          std::find_if(out.real_servers.begin(), out.real_servers.end(),
                       [&](const RealServer& other) { return other.endpoint == server.endpoint; });
      problems_.report(Code::duplicate_server, where_of(server),
                       "real server " + text(server.endpoint) + " stands here twice",
                       "first at line " + std::to_string(first->origin.line));
      return true;
    };
    std::erase_if(out.real_servers, is_seen);
  }

  Span where_of(const RealServer& server) const {
    for (const ServerDraft& draft : draft_.servers)
      if (origin(draft.where).line == server.origin.line) return draft.where;
    return draft_.where;
  }

  void settle_quorum(VirtualServer& out) {
    std::uint64_t total = 0;
    for (const RealServer& server : out.real_servers)
      total += server.settings.weight;
    out.quorum = draft_.quorum.value_or(1);
    out.hysteresis = draft_.hysteresis.value_or(0);
    // Never to 0, which keepalived's arithmetic turns into a service that cannot regain quorum.
    if (out.quorum > total && out.quorum > 1) {
      out.quorum = static_cast<std::uint32_t>(std::max<std::uint64_t>(total, 1));
      problems_.report(
          Code::quorum_reduced, draft_.where,
          "quorum is more than all weights together; " + std::to_string(out.quorum) + " is taken");
    }
    if (out.hysteresis >= out.quorum && out.hysteresis != 0) {
      out.hysteresis = out.quorum - 1;
      problems_.report(
          Code::quorum_reduced, draft_.where,
          "hysteresis must be less than quorum; " + std::to_string(out.hysteresis) + " is taken");
    }
  }

  Compiler& compiler_;
  Problems& problems_;
  ServiceDraft& draft_;
};

}  // namespace

void settle_service(Compiler& compiler) {
  Settler(compiler).settle();
}

}  // namespace lvsd
