#include "daemon/check_totals.h"

#include <cstddef>
#include <optional>

namespace lvsd {

namespace {

constexpr std::array<std::string_view, 7> reasons{"timeout", "connect", "tls",   "protocol",
                                                  "status",  "script",  "socket"};

std::optional<std::size_t> reason_of(CheckResult result) {
  switch (result) {
    case CheckResult::l3_ok:
    case CheckResult::l4_ok:
    case CheckResult::l6_ok:
    case CheckResult::l7_ok:
    case CheckResult::l7_conditional:
    case CheckResult::process_ok:
      return std::nullopt;
    case CheckResult::l3_timeout:
    case CheckResult::l4_timeout:
    case CheckResult::l6_timeout:
    case CheckResult::l7_timeout:
    case CheckResult::process_timeout:
      return 0;
    case CheckResult::l3_unreachable:
    case CheckResult::l4_refused:
    case CheckResult::l4_unreachable:
      return 1;
    case CheckResult::l6_response:
      return 2;
    case CheckResult::l7_response:
      return 3;
    case CheckResult::l7_status:
      return 4;
    case CheckResult::process_error:
      return 5;
    case CheckResult::socket_error:
      return 6;
  }
  return std::nullopt;
}

}  // namespace

void CheckTotals::add(CheckResult result) {
  ++runs_;
  const auto reason = reason_of(result);
  if (!reason) return;
  if (!failures_) failures_ = std::make_unique<Failures>();
  ++(*failures_)[*reason];
}

std::vector<std::pair<std::string_view, std::uint64_t>> CheckTotals::failures() const {
  std::vector<std::pair<std::string_view, std::uint64_t>> found;
  for (std::size_t i = 0; failures_ && i < reasons.size(); ++i)
    if ((*failures_)[i] != 0) found.emplace_back(reasons[i], (*failures_)[i]);
  return found;
}

}  // namespace lvsd
