#pragma once

#include <string>

#include "model/table.h"

namespace lvsd::testing {

// The table as `ipvsadm --save --numeric` writes it, its lines sorted. Thresholds are not there.
std::string ipvsadm_rules(const Table& table);

// The thresholds of the table, as `ipvsadm --list --numeric --thresholds` has them:
// "10.0.0.2:80 100 75", one line a destination, sorted.
std::string thresholds(const Table& table);

// The lines in order.
std::string sorted(const std::string& lines);

}  // namespace lvsd::testing
