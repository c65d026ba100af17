#pragma once

#include <string>

#include "test/kernel/network_namespace.h"

namespace lvsd::testing {

// The kernel's table as /proc/net/ip_vs shows it, one line an entry, sorted, for comparison with a
// literal. Cheap enough to be polled, and no code of ours stands between the kernel and the test:
//
//     tcp 10.0.0.100:80 rr
//       -> 10.0.1.1:80 NAT weight 1
//
// Limits, thresholds and tunnel types are not shown there; `ipvsadm -Sn` has them.
std::string ipvs_table(const NetworkNamespace& where);

// `ipvsadm --restore` of `rules`, lines as `ipvsadm --save` writes them.
void add_ipvs_rules(const NetworkNamespace& where, const std::string& rules);

// `ipvsadm --save --numeric`.
std::string ipvs_rules(const NetworkNamespace& where);

}  // namespace lvsd::testing
