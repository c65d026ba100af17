#pragma once

#include <string>
#include <vector>

#include "api/kernel_views.h"
#include "api/views.h"

// What ipvsadm(8) 1.31 prints with -n, byte for byte, so that scripts and eyes that know it go on
// working. Only where addresses of one kind are spread so wide that its order goes in circles
// (three of them, each less than 128.0.0.0 after the one before) may entries stand elsewhere. Pure:
// views in, text out.

namespace lvsd::ctl {

enum class IpvsadmLayout { plain, stats, rate, thresholds, persistent };

// `ipvsadm -Ln`, with --stats and the like. `exact`: without K, M, G and T.
std::string ipvsadm_table(const api::KernelTableView& table, IpvsadmLayout layout, bool exact);

// `ipvsadm -Lnc`; with --persistent-conn the columns of persistence engines as well.
std::string ipvsadm_connections(const std::vector<api::ConnectionView>& connections,
                                bool with_engines);

// `ipvsadm -L --timeout` and `ipvsadm -Ln --daemon`.
std::string ipvsadm_timeouts(const api::KernelControlsView& controls);
std::string ipvsadm_daemons(const api::KernelControlsView& controls);

// What `ipvsadm -R` makes the same table of: as `ipvsadm -Sn` has it, and the thresholds, which
// that leaves out.
std::string ipvsadm_rules(const api::KernelTableView& table);

}  // namespace lvsd::ctl
