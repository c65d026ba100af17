#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/facts.h"
#include "model/config.h"
#include "model/destination.h"

// `lvsctl doctor`: what of a machine keeps load balancing from working, judged from facts. It names
// how to mend what it finds and mends nothing. One table of rules: from it come the judging, the
// numbers and lvsd-doctor(7).

namespace lvsd::doctor {

enum class Severity : std::uint8_t { ok, info, warning, failure };
std::string_view text(Severity severity);  // "ok", "info", "warn", "FAIL"

struct Finding {
  Severity severity = Severity::ok;
  std::string text;              // one line
  std::vector<std::string> fix;  // what mends it: commands, or words for the file; empty: no advice
};

// What is judged.
struct Case {
  Config config;  // empty where there is none
  Facts facts;
};

// The other side: a real server that takes the packets of `vip` by DR or by a tunnel.
struct RealServerCase {
  Address vip;
  Forwarding forwarding = Forwarding::direct;
  Facts facts;
};

struct Rule {
  std::string_view id;     // "LVD012"; never given to another rule
  std::string_view title;  // "every VIP is an address of this host"
  std::string_view why;    // what goes wrong, in sentences
  std::string_view reads;  // where the facts are from
  // Nothing: the rule has no say here. Null: a rule of the other side.
  std::vector<Finding> (*judge)(const Case&) = nullptr;
  std::vector<Finding> (*judge_real_server)(const RealServerCase&) = nullptr;
};
std::span<const Rule> rules();

struct Diagnosis {
  const Rule* rule = nullptr;
  Finding finding;
};
std::vector<Diagnosis> diagnoses(const Case& what);
std::vector<Diagnosis> diagnoses(const RealServerCase& what);

// Which facts are needed.
struct Questions {
  std::vector<std::string> sysctls;   // "net.ipv4.conf.*.rp_filter": of "all" and every interface
  std::vector<std::string> modules;   // without which the configuration does not work
  std::vector<Address> local;         // are these this host's
  std::vector<Address> destinations;  // by which interface do packets leave
  std::vector<Address> contested;     // does somebody else answer for them, too
  std::vector<Address> sources;       // by which interface do packets from there leave
  bool firewall = false;              // what does it do
};
Questions questions(const Config& config);
Questions questions(const Address& vip);

// Each address of a virtual server once.
std::vector<Address> vips(const Config& config);

}  // namespace lvsd::doctor
