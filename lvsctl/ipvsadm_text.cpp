#include "lvsctl/ipvsadm_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace lvsd::ctl {
namespace {

using api::DestinationView;
using api::KernelServiceView;
using api::KernelTableView;

// ---- order

// The sign of a difference of unsigned numbers that is taken for a signed one: ipvsadm has
// 203.0.113.10 before 10.0.0.1.
int wrapped(std::uint32_t a, std::uint32_t b) {
  const auto difference = static_cast<std::int32_t>(a - b);
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

int compared(const Address& a, const Address& b) {
  if (a.family != b.family) return a.family == Family::v4 ? -1 : 1;
  const std::size_t size = a.family == Family::v4 ? 4 : 16;
  for (std::size_t at = 0; at < size; at += 4) {
    const auto word = [at](const Address& address) {
      std::uint32_t bits = 0;
      for (std::size_t i = 0; i < 4; ++i)
        bits = bits << 8 | address.bytes[at + i];
      return bits;
    };
    if (const int order = wrapped(word(a), word(b)); order != 0) return order;
  }
  return 0;
}

int compared(const KernelServiceView& a, const KernelServiceView& b) {
  const ServiceKey& first = a.key;
  const ServiceKey& second = b.key;
  if (const int order = wrapped(first.fwmark, second.fwmark); order != 0) return order;
  if (first.family != second.family) return first.family == Family::v4 ? -1 : 1;
  if (first.protocol != second.protocol) return first.protocol < second.protocol ? -1 : 1;
  const int order = compared(first.address, second.address);
  return order != 0 ? order : first.port - second.port;
}

int compared(const DestinationView& a, const DestinationView& b) {
  const int order = compared(a.endpoint.address, b.endpoint.address);
  return order != 0 ? order : a.endpoint.port - b.endpoint.port;
}

// A sort that ends whatever the order: the one above goes in circles where addresses lie all over
// the world, and what ipvsadm makes of it then depends on the kernel's hash, which nobody tells us.
template <class View>
std::vector<const View*> sorted(std::vector<const View*> views) {
  if (views.size() < 2) return views;
  const auto middle = views.begin() + static_cast<std::ptrdiff_t>(views.size() / 2);
  const auto left = sorted(std::vector<const View*>(views.begin(), middle));
  const auto right = sorted(std::vector<const View*>(middle, views.end()));
  std::merge(left.begin(), left.end(), right.begin(), right.end(), views.begin(),
             [](const View* later, const View* first) { return compared(*first, *later) > 0; });
  return views;
}

template <class View>
std::vector<const View*> sorted(const std::vector<View>& views) {
  std::vector<const View*> pointers;
  pointers.reserve(views.size());
  for (const View& view : views)
    pointers.push_back(&view);
  return sorted(std::move(pointers));
}

// ---- words

std::string upper(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return out;
}

std::string service_name(const ServiceKey& key) {
  if (key.fwmark == 0)
    return fmt::format("{:<4} {}", upper(text(key.protocol)),
                       text(Endpoint{key.address, key.port}));
  return fmt::format("FWM  {}{}", static_cast<std::int32_t>(key.fwmark),
                     key.family == Family::v6 ? " IPv6" : "");
}

std::string_view forwarding_name(std::string_view word) {
  if (word == "NAT") return "Masq";
  if (word == "LOCAL") return "Local";
  if (word == "TUN") return "Tunnel";
  return word == "DR" ? "Route" : "(null)";
}

// sh and mh have no name for the third flag.
std::string flags_text(const KernelServiceView& service) {
  const bool hashes = service.scheduler == "sh" || service.scheduler == "mh";
  std::string out;
  for (const std::string& flag : service.flags)
    if (flag != "ops" && !(hashes && flag == "flag-3")) out += (out.empty() ? "" : ",") + flag;
  return out;
}

bool has_ops(const KernelServiceView& service) {
  return std::find(service.flags.begin(), service.flags.end(), "ops") != service.flags.end();
}

bool has_scheduler_flags(const KernelServiceView& service) {
  return service.flags.size() > (has_ops(service) ? 1U : 0U);
}

// Nine columns at least.
std::string number_text(std::optional<std::uint64_t> count, bool exact) {
  const std::uint64_t number = count.value_or(0);
  if (exact)
    return fmt::format("{:>{}}", number,
                       std::max<std::size_t>(fmt::formatted_size("{}", number), 8) + 1);
  if (number < 100'000'000) return fmt::format("{:>9}", number);
  if (number < 1'000'000'000) return fmt::format("{:>8}K", number / 1000);
  if (number < 100'000'000'000) return fmt::format("{:>8}M", number / 1'000'000);
  if (number < 100'000'000'000'000) return fmt::format("{:>8}G", number / 1'000'000'000);
  return fmt::format("{:>8}T", number / 1'000'000'000'000);
}

std::string counters_text(const api::CountersView& counters, bool exact) {
  return number_text(counters.connections, exact) + number_text(counters.in_packets, exact) +
         number_text(counters.out_packets, exact) + number_text(counters.in_bytes, exact) +
         number_text(counters.out_bytes, exact) + "\n";
}

std::string rates_text(const api::RatesView& rates, bool exact) {
  return number_text(rates.cps, exact) + number_text(rates.in_pps, exact) +
         number_text(rates.out_pps, exact) + number_text(rates.in_bps, exact) +
         number_text(rates.out_bps, exact) + "\n";
}

// ---- lines

std::string titles(IpvsadmLayout layout) {
  constexpr std::string_view local = "Prot LocalAddress:Port";
  constexpr std::string_view remote = "\n  -> RemoteAddress:Port\n";
  switch (layout) {
    case IpvsadmLayout::plain:
      return "Prot LocalAddress:Port Scheduler Flags\n"
             "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
    case IpvsadmLayout::stats:
      return fmt::format("{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}{}", local, "Conns", "InPkts",
                         "OutPkts", "InBytes", "OutBytes", remote);
    case IpvsadmLayout::rate:
      return fmt::format("{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}{}", local, "CPS", "InPPS", "OutPPS",
                         "InBPS", "OutBPS", remote);
    case IpvsadmLayout::thresholds:
      return fmt::format("{:<33} {:<10} {:<10} {:<10} {:<10}{}", local, "Uthreshold", "Lthreshold",
                         "ActiveConn", "InActConn", remote);
    case IpvsadmLayout::persistent:
      return fmt::format("{:<33} {:<9} {:<11} {:<10} {:<10}{}", local, "Weight", "PersistConn",
                         "ActiveConn", "InActConn", remote);
  }
  return {};
}

std::string service_line(const KernelServiceView& service, IpvsadmLayout layout, bool exact) {
  const std::string name = service_name(service.key);
  if (layout == IpvsadmLayout::stats)
    return fmt::format("{:<33}", name) + counters_text(service.counters, exact);
  if (layout == IpvsadmLayout::rate)
    return fmt::format("{:<33}", name) + rates_text(service.rates, exact);
  std::string out = name + " " + service.scheduler;
  if (has_scheduler_flags(service)) out += " (" + flags_text(service) + ")";
  if (service.persistence_timeout != 0) {
    out += fmt::format(" persistent {}", service.persistence_timeout);
    if (!service.netmask.empty()) out += " mask " + service.netmask;
  }
  if (service.engine) out += " pe " + *service.engine;
  if (has_ops(service)) out += " ops";
  return out + "\n";
}

std::string destination_line(const DestinationView& view, IpvsadmLayout layout, bool exact) {
  const std::string begin = fmt::format("  -> {:<28}", text(view.endpoint));
  switch (layout) {
    case IpvsadmLayout::plain:
      return begin + fmt::format(" {:<7} {:<6} {:<10} {:<10}\n", forwarding_name(view.forwarding),
                                 view.weight, view.active_connections, view.inactive_connections);
    case IpvsadmLayout::stats:
      return begin + counters_text(view.counters, exact);
    case IpvsadmLayout::rate:
      // Three of them are never shortened.
      return begin +
             fmt::format(" {:>8} {:>8} {:>8}", view.rates.cps.value_or(0),
                         view.rates.in_pps.value_or(0), view.rates.out_pps.value_or(0)) +
             number_text(view.rates.in_bps, exact) + number_text(view.rates.out_bps, exact) + "\n";
    case IpvsadmLayout::thresholds:
      return begin + fmt::format(" {:<10} {:<10} {:<10} {:<10}\n", view.upper_threshold,
                                 view.lower_threshold, view.active_connections,
                                 view.inactive_connections);
    case IpvsadmLayout::persistent:
      return begin + fmt::format(" {:<9} {:<11} {:<10} {:<10}\n", view.weight,
                                 view.persistent_connections, view.active_connections,
                                 view.inactive_connections);
  }
  return {};
}

}  // namespace

std::string ipvsadm_table(const KernelTableView& table, IpvsadmLayout layout, bool exact) {
  std::string out =
      fmt::format("IP Virtual Server version {} (size={})\n", table.version, table.table_size) +
      titles(layout);
  for (const KernelServiceView* service : sorted(table.services)) {
    out += service_line(*service, layout, exact);
    for (const DestinationView* destination : sorted(service->destinations))
      out += destination_line(*destination, layout, exact);
  }
  return out;
}

std::string ipvsadm_connections(const std::vector<api::ConnectionView>& connections,
                                bool with_engines) {
  std::string out = "IPVS connection entries\n";
  out += with_engines ? fmt::format("pro expire {:<11} {:<18} {:<18} {:<18} {:<16} {}\n", "state",
                                    "source", "virtual", "destination", "pe name", "pe_data")
                      : fmt::format("pro expire {:<11} {:<18} {:<18} {}\n", "state", "source",
                                    "virtual", "destination");
  for (const api::ConnectionView& one : connections) {
    const std::string expire =
        fmt::format("{:02}:{:02}", one.expires_seconds / 60, one.expires_seconds % 60);
    out += fmt::format("{:<3} {:<6} {:<11} {:<18} {:<18} ", upper(one.protocol), expire, one.state,
                       one.client, one.service);
    out += with_engines && one.engine ? fmt::format("{:<16} {:<18} {}\n", one.server, *one.engine,
                                                    one.engine_data.value_or(""))
                                      : one.server + "\n";
  }
  return out;
}

std::string ipvsadm_timeouts(const api::KernelControlsView& controls) {
  return fmt::format("Timeout (tcp tcpfin udp): {} {} {}\n", controls.tcp_seconds,
                     controls.tcp_fin_seconds, controls.udp_seconds);
}

std::string ipvsadm_daemons(const api::KernelControlsView& controls) {
  std::string out;
  for (const api::SyncDaemonView& daemon : controls.sync) {
    out += fmt::format("{} sync daemon (mcast={}, syncid={}", daemon.role, daemon.interface,
                       daemon.id);
    if (daemon.max_length != 0) out += fmt::format(", maxlen={}", daemon.max_length);
    if (!is_unspecified(daemon.group)) out += ", group=" + text(daemon.group);
    if (daemon.port != 0) out += fmt::format(", port={}", daemon.port);
    if (daemon.ttl != 0) out += fmt::format(", ttl={}", daemon.ttl);
    out += ")\n";
  }
  return out;
}

// ---- rules

namespace {

std::string service_words(const ServiceKey& key) {
  if (key.fwmark != 0)
    // ipvsadm -S has great ones negative, which -R does not take.
    return fmt::format("-f {}{}", key.fwmark, key.family == Family::v6 ? " -6" : "");
  const std::string where = text(Endpoint{key.address, key.port});
  switch (key.protocol) {
    case Protocol::tcp:
      return "-t " + where;
    case Protocol::udp:
      return "-u " + where;
    case Protocol::sctp:
      break;
  }
  return "--sctp-service " + where;
}

std::string service_rule(const KernelServiceView& service) {
  std::string out = "-A " + service_words(service.key) + " -s " + service.scheduler;
  if (service.persistence_timeout != 0) {
    out += fmt::format(" -p {}", service.persistence_timeout);
    if (!service.netmask.empty()) out += " -M " + service.netmask;
  }
  if (service.engine) out += " --pe " + *service.engine;
  if (has_ops(service)) out += " -o";
  std::string flags;
  for (const std::string& flag : service.flags)
    if (flag != "ops") flags += (flags.empty() ? "" : ",") + flag;
  return flags.empty() ? out : out + " -b " + flags;
}

std::string tunnel_words(const api::TunnelView& tunnel) {
  std::string out = " --tun-type " + tunnel.type;
  if (tunnel.type == "ipip") return out;
  if (tunnel.type == "gue") out += fmt::format(" --tun-port {}", tunnel.port);
  if (tunnel.checksum == "full") return out + " --tun-csum";
  return out + (tunnel.checksum == "remote" ? " --tun-remcsum" : " --tun-nocsum");
}

std::string destination_rule(const ServiceKey& service, const DestinationView& view) {
  const char* method = view.forwarding == "DR" ? "-g" : view.forwarding == "TUN" ? "-i" : "-m";
  std::string out = fmt::format("-a {} -r {} {} -w {}", service_words(service), text(view.endpoint),
                                method, view.weight);
  if (view.tunnel) out += tunnel_words(*view.tunnel);
  if (view.upper_threshold != 0) out += fmt::format(" -x {}", view.upper_threshold);
  if (view.lower_threshold != 0) out += fmt::format(" -y {}", view.lower_threshold);
  return out;
}

}  // namespace

std::string ipvsadm_rules(const KernelTableView& table) {
  std::string out;
  for (const KernelServiceView* service : sorted(table.services)) {
    out += service_rule(*service) + "\n";
    for (const DestinationView* destination : sorted(service->destinations))
      out += destination_rule(service->key, *destination) + "\n";
  }
  return out;
}

}  // namespace lvsd::ctl
