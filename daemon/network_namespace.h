#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "model/global.h"

namespace lvsd {

// Which network namespaces lvsd works in, as descriptors that keep them alive: `net_namespace` and
// `net_namespace_ipvs` of the file. None means: the one lvsd was started in.
struct NetworkNamespaces {
  UniqueFd checks;  // probes are made from here
  UniqueFd ipvs;    // the table is here
  UniqueFd home;    // where we are now; held when there is a way to leave it
};

// Errors name the namespace: it is not under /run/netns.
Result<NetworkNamespaces> open_namespaces(const GlobalSettings& settings);

// Moves the calling thread there; what it opens and starts from now on belongs there. Nothing
// happens for a descriptor that is none. Needs CAP_SYS_ADMIN.
Result<void> enter_namespace(const UniqueFd& where);

// The calling thread's own.
Result<UniqueFd> current_namespace();

}  // namespace lvsd
