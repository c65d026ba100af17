#include "api/words.h"

#include <fmt/format.h>

#include "api/units.h"

namespace lvsd::api {
namespace {

std::string number_text(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

// "255.255.255.0" -> "24"; an IPv6 prefix length is one already. A mask with holes stays as it is.
std::string prefix_text(const std::string& netmask) {
  const auto mask = parse_address(netmask);
  if (!mask) return netmask;
  int length = 0;
  bool ended = false;
  for (std::size_t bit = 0; bit < 32; ++bit) {
    const bool set = (mask->bytes[bit / 8] >> (7 - bit % 8)) & 1;
    if (set && ended) return netmask;
    if (set)
      ++length;
    else
      ended = true;
  }
  return std::to_string(length);
}

std::string counts_text(std::string_view whose, const std::optional<EntryCounts>& counts) {
  if (!counts) return fmt::format("{} -", whose);
  if (counts->services == 0) return fmt::format("{} 0", whose);
  return fmt::format("{} {} service{}/{} server{}", whose, counts->services,
                     counts->services == 1 ? "" : "s", counts->servers,
                     counts->servers == 1 ? "" : "s");
}

}  // namespace

Tone tone_of(std::string_view state) {
  struct Known {
    std::string_view word;
    Tone tone;
  };
  static constexpr Known words[] = {
      {"ACTIVE", Tone::good},      {"UP", Tone::good},           {"OK", Tone::good},
      {"WARMING", Tone::changing}, {"INIT", Tone::changing},     {"FULL", Tone::changing},
      {"SORRY", Tone::changing},   {"DEGRADED", Tone::changing}, {"DRAINING", Tone::drain},
      {"DRAINED", Tone::drain},    {"REMOVING", Tone::drain},    {"DOWN", Tone::bad},
      {"DISABLED", Tone::rest},    {"STANDBY", Tone::rest},
  };
  const auto first = state.substr(0, state.find(' '));
  for (const Known& known : words)
    if (known.word == first) return known.tone;
  return Tone::plain;
}

std::string address_text(const ServiceSummary& service) {
  std::string out = text(service.key);
  if (!service.also.empty()) out += fmt::format(" +{}", service.also.size());
  return out;
}

std::string servers_text(const ServiceSummary& service) {
  std::string out = fmt::format("{}/{} up", service.count.up, service.count.total);
  if (service.count.backup_up > 0) out += fmt::format(" +{} bkp", service.count.backup_up);
  if (service.pool == "sorry")
    out += " ON SORRY";
  else if (service.state != "UP")
    out += " " + service.state;
  return out;
}

std::string persistence_text(const std::optional<PersistenceView>& persistence) {
  if (!persistence) return "-";
  std::string out =
      fmt::format("{}s /{}", persistence->timeout_seconds, prefix_text(persistence->netmask));
  if (persistence->engine) out += " " + *persistence->engine;
  return out;
}

std::string name_text(const ServerView& server) {
  return server.service + "/" + server.server;
}

std::optional<std::string> kernel_difference(const ServerView& server) {
  if (!server.in_kernel) return std::nullopt;
  if (!*server.in_kernel)
    return server.weight.wanted ? std::optional<std::string>("absent") : std::nullopt;
  if (server.weight.wanted == server.weight.kernel || !server.weight.kernel) return std::nullopt;
  return fmt::format("weight {}", *server.weight.kernel);
}

std::string state_text(const ServerView& server) {
  const auto difference = kernel_difference(server);
  return difference ? server.state + " !kernel: " + *difference : server.state;
}

std::string health_text(const HealthView& health) {
  if (health.state == "falling") return fmt::format("falling {}/{}", health.streak, health.fall);
  if (health.state == "rising") return fmt::format("rising {}/{}", health.streak, health.rise);
  return health.state;
}

std::string weight_text(const WeightView& weight) {
  const std::string wanted = weight.wanted ? std::to_string(*weight.wanted) : "-";
  return weight.wanted == weight.config ? wanted : fmt::format("{} ({})", wanted, weight.config);
}

std::string last_check_text(const HealthView& health) {
  if (!health.last) return "-";
  return result_text(*health.last) + " " + latency_text(health.last->duration_seconds);
}

std::string result_text(const CheckResultView& result) {
  return result.code ? fmt::format("{}/{}", result.result, *result.code) : result.result;
}

std::vector<std::string> admin_pieces(const AdminView& admin, const Head& head) {
  std::string what = admin.state;
  if (admin.user) what += " by " + *admin.user;
  std::string who;
  if (admin.uid) who = fmt::format("uid {}", *admin.uid);
  if (admin.origin) who += (who.empty() ? "" : ", ") + *admin.origin;
  if (!who.empty()) what += " (" + who + ")";
  if (admin.reason && !admin.reason->empty()) what += fmt::format(" \"{}\"", *admin.reason);
  std::vector<std::string> pieces = {what};
  if (admin.since) pieces.push_back("since " + clock_text(*admin.since, head.time));
  if (admin.until) pieces.push_back("until " + clock_text(*admin.until, head.time));
  return pieces;
}

std::vector<std::string> check_pieces(const CheckHistoryView& check) {
  std::vector<std::string> pieces = {fmt::format("{} {}", check.kind, check.target),
                                     "every " + period_text(check.interval_seconds),
                                     check.paused ? "PAUSED: nobody looks" : check.state};
  if (check.servers > 1) pieces.push_back(fmt::format("shared by {} servers", check.servers));
  return pieces;
}

std::string connections_text(const ConnectionsView& connections, bool with_persistent) {
  std::string out = number_text(connections.active) + "/" + number_text(connections.inactive);
  return with_persistent ? out + "/" + number_text(connections.persistent) : out;
}

std::string counted_text(const Head& head) {
  return "counters of " + age_text(head.counted, head.time) + " ago";
}

std::string config_text(const Head& head, const ConfigFileView& config) {
  std::string out = fmt::format("config gen {}", head.generation);
  if (config.loaded) out += " loaded " + clock_text(*config.loaded, head.time);
  if (config.changed) out += *config.changed ? ", file CHANGED since" : ", file unchanged";
  return out;
}

std::string drift_text(const DriftView& drift) {
  std::string now;
  const auto add = [&now](std::uint64_t count, std::string_view what) {
    if (count > 0) now += fmt::format("{}{} {}", now.empty() ? "" : ", ", count, what);
  };
  add(drift.missing, "missing");
  add(drift.extra, "extra");
  add(drift.changed, "changed");
  std::string out = "drift " + (now.empty() ? "none" : now);
  return drift.repaired > 0 ? out + fmt::format(" ({} repaired)", drift.repaired) : out;
}

std::vector<std::string> kernel_pieces(const KernelView& kernel) {
  std::string ipvs = kernel.ipvs_version ? "IPVS " + *kernel.ipvs_version : "IPVS not reachable";
  if (kernel.table_size) ipvs += fmt::format(" size {}", *kernel.table_size);
  std::vector<std::string> pieces = {ipvs, counts_text("ours", kernel.ours),
                                     counts_text("foreign", kernel.foreign)};
  if (kernel.error) pieces.push_back("error: " + *kernel.error);
  return pieces;
}

std::string checks_text(const CheckCounts& checks) {
  std::string out =
      fmt::format("{} running, {} pass, {} fail", checks.running, checks.pass, checks.fail);
  // Those that have not run yet, or cannot be made.
  if (const auto known = checks.pass + checks.fail; checks.running > known)
    out += fmt::format(", {} without a verdict", checks.running - known);
  if (checks.paused > 0) out += fmt::format(", {} PAUSED", checks.paused);
  if (checks.slowest_seconds) out += ", slowest " + latency_text(*checks.slowest_seconds);
  return out;
}

}  // namespace lvsd::api
