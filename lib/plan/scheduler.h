#pragma once

#include <string>
#include <string_view>

#include "model/service.h"

// What a service is when another scheduler serves it than the file's. Asked where the wanted table
// is made, and by lists.

namespace lvsd {

// Whether it knows the first two scheduler flags, fallback and port (ip_vs_sh.c, ip_vs_mh.c): they
// are the same bits, and mean the same.
bool has_hash_flags(std::string_view scheduler);

// Flags that the other scheduler does not know are left out; one-packet scheduling and persistence
// are not the scheduler's, and stay.
ServiceSettings with_scheduler(ServiceSettings settings, const std::string& scheduler);

}  // namespace lvsd
