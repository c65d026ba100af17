#include "doctor/rules.h"

#include <algorithm>

#include "base/parse_number.h"

namespace lvsd::doctor {

std::optional<std::uint64_t> number(const Facts& facts, const std::string& sysctl) {
  const auto found = facts.sysctls.find(sysctl);
  if (found == facts.sysctls.end()) return std::nullopt;
  return parse_number<std::uint64_t>(found->second);
}

std::optional<std::uint64_t> effective(const Facts& facts, const std::string& interface,
                                       const std::string& name) {
  const auto all = number(facts, "net.ipv4.conf.all." + name);
  const auto own = number(facts, "net.ipv4.conf." + interface + "." + name);
  if (!all && !own) return std::nullopt;
  return std::max(all.value_or(0), own.value_or(0));
}

const Interface* holder(const Facts& facts, const Address& address) {
  for (const Interface& one : facts.interfaces)
    for (const HeldAddress& held : one.addresses)
      if (held.address == address) return &one;
  return nullptr;
}

std::string some(const std::vector<std::string>& words) {
  constexpr std::size_t shown = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(words.size(), shown); ++i) {
    const bool last = i + 1 == words.size();
    out += (i == 0 ? "" : last ? " and " : ", ") + words[i];
  }
  if (words.size() > shown) out += " and " + std::to_string(words.size() - shown) + " more";
  return out;
}

bool forwards_by(const VirtualServer& server, Forwarding forwarding) {
  return std::any_of(
      server.real_servers.begin(), server.real_servers.end(),
      [forwarding](const RealServer& real) { return real.settings.forwarding == forwarding; });
}

std::string sysctl_fix(const std::string& name, std::string_view value) {
  return "sysctl -w " + name + "=" + std::string(value);
}

Finding good(std::string text) {
  return {Severity::ok, std::move(text), {}};
}

}  // namespace lvsd::doctor
