#include "lvsctl/words.h"

#include <fmt/format.h>

#include "lvsctl/units.h"

namespace lvsd::ctl {
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

}  // namespace

Style style_of(std::string_view state) {
  struct Known {
    std::string_view word;
    Style style;
  };
  static constexpr Known words[] = {
      {"ACTIVE", Style::good},      {"UP", Style::good},           {"OK", Style::good},
      {"WARMING", Style::changing}, {"INIT", Style::changing},     {"FULL", Style::changing},
      {"SORRY", Style::changing},   {"DEGRADED", Style::changing}, {"DRAINING", Style::drain},
      {"DRAINED", Style::drain},    {"REMOVING", Style::drain},    {"DOWN", Style::bad},
      {"DISABLED", Style::rest},    {"STANDBY", Style::rest},
  };
  const auto first = state.substr(0, state.find(' '));
  for (const Known& known : words)
    if (known.word == first) return known.style;
  return Style::plain;
}

std::string address_text(const api::ServiceSummary& service) {
  std::string out = text(service.key);
  if (!service.also.empty()) out += fmt::format(" +{}", service.also.size());
  return out;
}

std::string servers_text(const api::ServiceSummary& service) {
  std::string out = fmt::format("{}/{} up", service.count.up, service.count.total);
  if (service.count.backup_up > 0) out += fmt::format(" +{} bkp", service.count.backup_up);
  if (service.pool == "sorry")
    out += " ON SORRY";
  else if (service.state != "UP")
    out += " " + service.state;
  return out;
}

std::string persistence_text(const std::optional<api::PersistenceView>& persistence) {
  if (!persistence) return "-";
  std::string out =
      fmt::format("{}s /{}", persistence->timeout_seconds, prefix_text(persistence->netmask));
  if (persistence->engine) out += " " + *persistence->engine;
  return out;
}

std::string name_text(const api::ServerView& server) {
  return server.service + "/" + server.server;
}

std::optional<std::string> kernel_difference(const api::ServerView& server) {
  if (!server.in_kernel) return std::nullopt;
  if (!*server.in_kernel)
    return server.weight.wanted ? std::optional<std::string>("absent") : std::nullopt;
  if (server.weight.wanted == server.weight.kernel || !server.weight.kernel) return std::nullopt;
  return fmt::format("weight {}", *server.weight.kernel);
}

Cell state_cell(const api::ServerView& server) {
  Cell cell{server.state, style_of(server.state)};
  if (const auto difference = kernel_difference(server))
    cell = {cell.text + " !kernel: " + *difference, Style::changing};
  return cell;
}

std::string health_text(const api::HealthView& health) {
  if (health.state == "falling") return fmt::format("falling {}/{}", health.streak, health.fall);
  if (health.state == "rising") return fmt::format("rising {}/{}", health.streak, health.rise);
  return health.state;
}

std::string weight_text(const api::WeightView& weight) {
  const std::string wanted = weight.wanted ? std::to_string(*weight.wanted) : "-";
  return weight.wanted == weight.config ? wanted : fmt::format("{} ({})", wanted, weight.config);
}

std::string last_check_text(const api::HealthView& health) {
  if (!health.last) return "-";
  std::string out = health.last->result;
  if (health.last->code) out += fmt::format("/{}", *health.last->code);
  return out + " " + latency_text(health.last->duration_seconds);
}

std::string connections_text(const api::ConnectionsView& connections, bool with_persistent) {
  std::string out = number_text(connections.active) + "/" + number_text(connections.inactive);
  return with_persistent ? out + "/" + number_text(connections.persistent) : out;
}

}  // namespace lvsd::ctl
