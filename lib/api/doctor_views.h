#pragma once

#include <string>
#include <vector>

// What `lvsctl doctor` says.

namespace lvsd::api {

struct FindingView {
  std::string id;                // "LVD012": lvsd-doctor(7) has it
  std::string severity;          // "ok", "info", "warn", "FAIL"
  std::string title;             // what should be so
  std::string text;              // what is
  std::vector<std::string> fix;  // what mends it

  bool operator==(const FindingView&) const = default;
};

}  // namespace lvsd::api
