#pragma once

#include <string>
#include <vector>

#include "model/config.h"
#include "model/table.h"

namespace lvsd::test {

// The table as `ipvsadm -Sn` prints it, a line an entry, sorted.
std::vector<std::string> ipvsadm_lines(const Table& table);

// What the kernel holds right after keepalived's start, before any check has run: everything is
// taken to be up but what is `alpha`.
Table table_at_start(const Config& config);

}  // namespace lvsd::test
