#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/config.h"

// What the kernel's settings beside IPVS's own have to be: those the file names (`ipvs_sysctl`,
// `tcp_keepalive`), and those without which a word of the file does not do what it says. Asked at
// start and at each reload.

namespace lvsd {

struct SysctlWish {
  std::string name;  // "net.ipv4.vs.expire_nodest_conn"
  std::string value;
  std::string why;  // "ipvs_sysctl", "tcp_keepalive", or what needs it

  bool operator==(const SysctlWish&) const = default;
};

// To be set: what the file names, and with `ipvs_sysctl auto` what it needs besides. `drains_hard`:
// an operator drains so that clients that persist may not come back.
std::vector<SysctlWish> wanted_sysctls(const Config& config, bool drains_hard = false);

// What the words of the file need and the file does not name; to be set, or at least to be told.
std::vector<SysctlWish> needed_sysctls(const Config& config, bool drains_hard = false);

// By its name: with 1 the kernel forgets, when they come, which server of weight 0 clients persist
// to; with 0 it goes on sending them there.
inline constexpr const char* template_sysctl = "net.ipv4.vs.expire_quiescent_template";
// Whether lvsd may set it where it has to.
bool may_expire_templates(const Config& config);

// The zombie rule: IPVS forgets a connection that is idle longer than its tcp timeout. Both ends
// still believe in it; the next segment is sent to another server, and that answers with a reset.
// Keepalive prevents that if its first probe, and one more for a probe that was lost, come before.
// All in seconds. What is wrong, with the numbers and the two ways to mend it; nothing: it is fine.
std::optional<std::string> zombie_warning(std::uint32_t keepalive_time,
                                          std::uint32_t keepalive_interval,
                                          std::uint32_t tcp_timeout);

}  // namespace lvsd
