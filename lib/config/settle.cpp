#include "config/settle.h"

#include <algorithm>
#include <utility>

#include "base/parse_number.h"
#include "config/compile.h"
#include "config/duplicates.h"
#include "config/group.h"
#include "config/scan.h"
#include "config/settle_server.h"

namespace lvsd {

namespace {

constexpr std::uint32_t forced_persistence = 360;  // keepalived's default

bool refuse(Compiler& c, Span where, Code code, std::string message, std::string hint = {}) {
  c.problems().report(code, where, std::move(message), std::move(hint));
  c.refuse_block();
  return false;
}

bool read_mark(Compiler& c, const Arguments& a, std::string_view word) {
  const NumberScan mark = scan_number(word);
  const bool fine =
      mark.outcome == NumberScan::Outcome::number && mark.value >= 1 && mark.value <= 0xffffffffLL;
  if (!fine)
    return refuse(c, a.where(word), Code::out_of_range, quoted(word) + " is not a mark",
                  "expected a number from 1 to 4294967295");
  c.service().fwmark = static_cast<std::uint32_t>(mark.value);
  return true;
}

bool read_endpoint(Compiler& c, const Arguments& a) {
  const auto words = a.words();
  const auto address = parse_address(words[0]);
  if (!address)
    return refuse(c, a.where(words[0]), Code::bad_argument,
                  quoted(words[0]) + " is not an IP address", address_hint(words[0]));
  Endpoint endpoint{*address, 0};
  if (words.size() > 1) {
    const auto port = parse_number<std::uint16_t>(words[1]);
    if (!port)
      return refuse(c, a.where(words[1]), Code::bad_argument, quoted(words[1]) + " is not a port",
                    "expected a number from 1 to 65535");
    endpoint.port = *port;
  }
  c.service().endpoint = endpoint;
  return true;
}

}  // namespace

void open_service(Compiler& c, const Arguments& a) {
  std::vector<ServerDraft> servers = std::move(c.service().servers);
  servers.clear();
  c.service() = ServiceDraft{};
  c.service().servers = std::move(servers);  // for its memory
  c.service().where = a.where();
  c.service().origin = a.origin();
  const auto words = a.words();
  const bool named = words[0] == "fwmark" || words[0] == "group";
  if (named && words.size() < 2) {
    refuse(c, a.where(words[0]), Code::missing_argument,
           quoted(words[0]) + " needs a " + (words[0] == "group" ? "name" : "number"));
    return;
  }
  if (words[0] == "fwmark") {
    if (!read_mark(c, a, words[1])) return;
  } else if (words[0] == "group") {
    if (words[1].empty()) {
      refuse(c, a.where(words[1]), Code::bad_argument, "the name of a group cannot be empty");
      return;
    }
    c.service().group = words[1];
  } else if (!read_endpoint(c, a)) {
    return;
  }
  if (words.size() > 2)
    c.problems().report(Code::extra_argument, a.where(words[2]), "unexpected " + quoted(words[2]));
}

namespace {

// Turns one ServiceDraft into a VirtualServer.
class Settler {
 public:
  Settler(Compiler& compiler, ServiceDraft& draft, const ServiceGroup* group)
      : compiler_(compiler),
        problems_(compiler.problems()),
        draft_(draft),
        group_(group),
        is_clean_(compiler.block_is_clean()) {}

  std::optional<VirtualServer> settle() {
    for (std::size_t i = 0; i < draft_.sorry_method.count; ++i)
      draft_.sorry_servers[i].method = draft_.sorry_method.method;
    VirtualServer out;
    out.origin = draft_.origin;
    out.name = draft_.name;
    out.owner = draft_.owner;
    out.group = draft_.group;
    out.services = services();
    settle_settings(out);
    settle_servers(out);
    if (out.real_servers.empty()) {
      if (is_clean_)
        problems_.report(Code::no_servers, draft_.where,
                         problems_.lenient()
                             ? "the virtual server has no real server and is left out"
                             : "the virtual server has no real server");
      if (problems_.lenient()) return std::nullopt;
    }
    settle_quorum(out);
    warn_of_refused_clients(out);
    warn_of_lost_answers(out);
    out.quorum_up = draft_.quorum_up;
    out.quorum_down = draft_.quorum_down;
    out.omega = draft_.omega;
    out.ha_suspend = draft_.ha_suspend;
    out.smtp_alert = draft_.smtp_alert;
    out.graceful_removal = draft_.graceful_removal;
    return out;
  }

 private:
  // Of the address, or of the group's leading entry; else as told; else of the real servers, those
  // behind tunnels last.
  Family family() const {
    if (draft_.endpoint) return draft_.endpoint->address.family;
    if (group_ != nullptr) {
      const GroupEntry& entry = leading_entry(*group_);
      if (entry.fwmark == 0 || entry.family_given) return entry.family;
    }
    if (draft_.ip_family) return *draft_.ip_family;
    const ServerDraft* tunnelled = nullptr;
    for (const auto* list : {&draft_.servers, &draft_.sorry_servers})
      for (const ServerDraft& server : *list) {
        if (method(draft_, server).forwarding != Forwarding::tunnel)
          return server.endpoint.address.family;
        if (tunnelled == nullptr) tunnelled = &server;
      }
    return tunnelled == nullptr ? Family::v4 : tunnelled->endpoint.address.family;
  }

  std::vector<ServiceKey> services() {
    if (draft_.endpoint && draft_.ip_family && *draft_.ip_family != family())
      problems_.report(Code::contradiction, draft_.where, "ip_family is not that of the address");
    if (draft_.fwmark != 0) return {fwmark_service(draft_.fwmark, family())};
    const Protocol protocol = settled_protocol();
    if (group_ != nullptr) return services_of_group(protocol);
    return {address_service(protocol, *draft_.endpoint)};
  }

  std::vector<ServiceKey> services_of_group(Protocol protocol) {
    if (compiler_.may_add_services(service_count(*group_)))
      return lvsd::services(*group_, protocol, family());
    problems_.report(Code::too_many_services, draft_.where,
                     "the groups stand for more than a million services altogether");
    return {};
  }

  bool only_marks() const {
    return draft_.fwmark != 0 ||
           (group_ != nullptr &&
            std::all_of(group_->entries.begin(), group_->entries.end(),
                        [](const GroupEntry& entry) { return entry.fwmark != 0; }));
  }

  Protocol settled_protocol() {
    if (draft_.protocol) return *draft_.protocol;
    if (!only_marks() && is_clean_)
      problems_.report(Code::default_protocol, draft_.where, "no protocol is given, UDP is taken",
                       "write 'protocol TCP' or 'protocol UDP'");
    return Protocol::udp;
  }

  void settle_settings(VirtualServer& out) {
    ServiceSettings& settings = out.settings;
    if (!draft_.scheduler.empty()) settings.scheduler = draft_.scheduler;
    settings.flags = draft_.flags;
    settle_one_packet(out);
    settings.persistence_engine = draft_.persistence_engine;
    settings.persistence_timeout = draft_.persistence_timeout;
    settle_persistence(out);
    settle_netmask(settings);
  }

  void settle_persistence(VirtualServer& out) {
    const auto has_no_port = [](const ServiceKey& key) { return key.fwmark == 0 && key.port == 0; };
    if (out.settings.persistence_timeout != 0 ||
        std::none_of(out.services.begin(), out.services.end(), has_no_port))
      return;
    problems_.report(Code::persistence_forced, draft_.where,
                     "a service without port must be persistent; 360 s is taken");
    out.settings.persistence_timeout = forced_persistence;
  }

  void settle_one_packet(VirtualServer& out) {
    const auto is_other = [](const ServiceKey& key) {
      return key.fwmark == 0 && key.protocol != Protocol::udp;
    };
    if (!out.settings.flags.one_packet ||
        std::none_of(out.services.begin(), out.services.end(), is_other))
      return;
    problems_.report(Code::flag_ignored, draft_.where, "'ops' is for UDP");
    out.settings.flags.one_packet = false;
  }

  // A mask without persistence (`persistence_timeout 0` behind it) has nothing to say.
  void settle_netmask(ServiceSettings& settings) {
    settings.persistence_netmask = host_netmask(family());
    if (!draft_.persistence_netmask) return;
    if (draft_.persistence_netmask_family != family()) {
      problems_.report(Code::family_mismatch, draft_.where,
                       "persistence_granularity is of another address family");
    } else if (settings.persistence_timeout != 0) {
      settings.persistence_netmask = *draft_.persistence_netmask;
    }
  }

  void settle_servers(VirtualServer& out) {
    ServerSettler settler(compiler_, draft_, family(), port());
    out.real_servers.reserve(draft_.servers.size());
    settler.settle_real_servers(out);
    settler.settle_sorry_servers(out);
    if (group_ != nullptr) check_families(out);
  }

  // Each service of a group gets every server, and the kernel refuses those of another family that
  // are not behind a tunnel.
  void check_families(const VirtualServer& out) {
    const auto has = [&](Family wanted) {
      return std::any_of(out.services.begin(), out.services.end(),
                         [wanted](const ServiceKey& key) { return key.family == wanted; });
    };
    const bool v4 = has(Family::v4);
    const bool v6 = has(Family::v6);
    for (const RealServer& server : out.real_servers) {
      const bool is_v6 = server.endpoint.address.family == Family::v6;
      if (!(is_v6 ? v4 : v6) || server.settings.forwarding == Forwarding::tunnel) continue;
      problems_.report(Code::family_of_group, compiler_.span_of(server.origin),
                       quoted(text(server.endpoint.address)) + " cannot serve the " +
                           (is_v6 ? "IPv4" : "IPv6") + " addresses of the group",
                       "write a group for each family, or 'lvs_method TUN'");
    }
  }

  // That DR and TUN cannot change; nothing where it is each service's own.
  std::optional<std::uint16_t> port() const {
    if (group_ != nullptr) return std::nullopt;
    return draft_.endpoint ? draft_.endpoint->port : std::uint16_t{0};
  }

  Span known(Span where) const { return where.known() ? where : draft_.where; }

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
          Code::quorum_reduced, known(draft_.quorum_where),
          "quorum is more than all weights together; " + std::to_string(out.quorum) + " is taken");
    }
    if (out.hysteresis >= out.quorum && out.hysteresis != 0) {
      out.hysteresis = out.quorum - 1;
      problems_.report(
          Code::quorum_reduced, known(draft_.hysteresis_where),
          "hysteresis must be less than quorum; " + std::to_string(out.hysteresis) + " is taken");
    }
  }

  // A server with weight 0 keeps its share of a hash table, and the kernel (ip_vs_sh.c, ip_vs_mh.c)
  // turns the clients of that share away unless it is told to fall back to another server.
  void warn_of_refused_clients(const VirtualServer& out) {
    const std::string& scheduler = out.settings.scheduler;
    const bool falls_back = scheduler != "dh" && out.settings.flags.flag_1;
    if ((scheduler != "sh" && scheduler != "mh" && scheduler != "dh") || falls_back) return;
    for (const RealServer& server : out.real_servers) {
      if (server.settings.weight == 0)
        return warn_of_refused_clients(scheduler, server.origin, "this server has weight 0");
      if (server.inhibit_on_failure)
        return warn_of_refused_clients(scheduler, server.origin,
                                       "with inhibit_on_failure a failed server has weight 0");
    }
    for (const SorryServer& sorry : out.sorry_servers)
      if (sorry.inhibit)
        return warn_of_refused_clients(scheduler, sorry.origin,
                                       "with sorry_server_inhibit it has weight 0 at rest");
  }

  void warn_of_refused_clients(const std::string& scheduler, const Origin& origin,
                               const std::string& why) {
    problems_.report(Code::clients_refused, compiler_.span_of(origin),
                     why + ", and '" + scheduler + "' refuses the clients it hashes to it",
                     scheduler == "dh" ? "use 'sh' or 'mh', which can fall back"
                                       : "write '" + scheduler + "-fallback'");
  }

  // The kernel keeps no entry of a packet that is scheduled by itself, so that the answer of a
  // server behind NAT finds nothing that says how to translate it. But with the SIP engine it makes
  // one for what a server sends (ip_vs_core.c: __ip_vs_rs_conn_out).
  void warn_of_lost_answers(const VirtualServer& out) {
    if (!out.settings.flags.one_packet || !out.settings.persistence_engine.empty()) return;
    for (const RealServer& server : out.real_servers)
      if (server.settings.forwarding == Forwarding::nat)
        return problems_.report(Code::answers_lost, compiler_.span_of(server.origin),
                                "with 'ops' and NAT, what this server answers leaves with its own "
                                "address, and clients do not know it",
                                "use DR or TUN, or leave 'ops' out");
  }

  Compiler& compiler_;
  Problems& problems_;
  ServiceDraft& draft_;
  const ServiceGroup* group_;
  bool is_clean_;  // no error so far: what is missing was not just mistyped
};

}  // namespace

void close_service(Compiler& c) {
  ServiceDraft& draft = c.service();
  const ServiceGroup* group = nullptr;
  if (!draft.group.empty()) {
    group = c.group(draft.group);
    if (group == nullptr) {
      c.put_off(c.config().virtual_servers.size(), std::move(draft));
      return;
    }
  }
  if (auto service = Settler(c, draft, group).settle())
    c.config().virtual_servers.push_back(std::move(*service));
}

namespace {

// Virtual servers that waited for their group go where they stand in the file.
void settle_late(Compiler& c) {
  if (c.put_off().empty()) return;
  std::vector<VirtualServer> early = std::move(c.config().virtual_servers);
  std::vector<VirtualServer> all;
  all.reserve(early.size() + c.put_off().size());
  std::size_t taken = 0;
  const auto take_until = [&](std::size_t position) {
    for (; taken < position; ++taken)
      all.push_back(std::move(early[taken]));
  };
  for (auto& [position, draft] : c.put_off()) {
    take_until(position);
    const ServiceGroup* const group = c.group(draft.group);
    if (group == nullptr) {
      c.problems().report(Code::unknown_group, draft.where,
                          "there is no virtual_server_group " + quoted(draft.group));
      continue;
    }
    if (auto service = Settler(c, draft, group).settle()) all.push_back(std::move(*service));
  }
  take_until(early.size());
  c.config().virtual_servers = std::move(all);
}

}  // namespace

void settle_all(Compiler& c) {
  settle_late(c);
  report_duplicates(c);
}

}  // namespace lvsd
