#include "model/health.h"

#include <array>
#include <cassert>

namespace lvsd {

namespace {

struct Row {
  CheckResult result;
  std::string_view text;
  std::string_view prose;
  Verdict verdict;
};

// In the order of the enum.
constexpr auto table = std::to_array<Row>({
    {CheckResult::socket_error, "SOCKERR", "Socket error", Verdict::unknown},
    {CheckResult::l3_ok, "L3OK", "Layer3 check passed", Verdict::pass},
    {CheckResult::l3_timeout, "L3TOUT", "Layer3 timeout", Verdict::fail},
    {CheckResult::l3_unreachable, "L3UNR", "Layer3 unreachable", Verdict::fail},
    {CheckResult::l4_ok, "L4OK", "Layer4 check passed", Verdict::pass},
    {CheckResult::l4_timeout, "L4TOUT", "Layer4 timeout", Verdict::fail},
    {CheckResult::l4_refused, "L4CON", "Layer4 connection problem", Verdict::fail},
    {CheckResult::l4_unreachable, "L4UNR", "Layer4 unreachable", Verdict::fail},
    {CheckResult::l6_ok, "L6OK", "Layer6 check passed", Verdict::pass},
    {CheckResult::l6_timeout, "L6TOUT", "Layer6 timeout", Verdict::fail},
    {CheckResult::l6_response, "L6RSP", "Layer6 invalid response", Verdict::fail},
    {CheckResult::l7_ok, "L7OK", "Layer7 check passed", Verdict::pass},
    {CheckResult::l7_conditional, "L7OKC", "Layer7 check conditionally passed", Verdict::pass},
    {CheckResult::l7_timeout, "L7TOUT", "Layer7 timeout", Verdict::fail},
    {CheckResult::l7_response, "L7RSP", "Layer7 invalid response", Verdict::fail},
    {CheckResult::l7_status, "L7STS", "Layer7 wrong status", Verdict::fail},
    {CheckResult::process_ok, "PROCOK", "External check passed", Verdict::pass},
    {CheckResult::process_error, "PROCERR", "External check error", Verdict::fail},
    {CheckResult::process_timeout, "PROCTOUT", "External check timeout", Verdict::fail},
});

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].result) != i) return false;
  return table.size() == static_cast<std::size_t>(CheckResult::process_timeout) + 1;
}
static_assert(is_in_order());

const Row& row(CheckResult result) {
  const auto index = static_cast<std::size_t>(result);
  assert(index < table.size());
  return table[index];
}

}  // namespace

std::string_view text(CheckResult result) {
  return row(result).text;
}

std::string_view prose(CheckResult result) {
  return row(result).prose;
}

Verdict verdict(CheckResult result) {
  return row(result).verdict;
}

std::string_view text(AdminWish wish) {
  switch (wish) {
    case AdminWish::none:
      return "none";
    case AdminWish::drain:
      return "drain";
    case AdminWish::maintenance:
      return "maint";
  }
  return "?";
}

std::string_view text(HealthState state) {
  switch (state) {
    case HealthState::init:
      return "init";
    case HealthState::up:
      return "up";
    case HealthState::falling:
      return "falling";
    case HealthState::down:
      return "down";
    case HealthState::rising:
      return "rising";
    case HealthState::no_check:
      return "nocheck";
  }
  return "?";
}

bool is_up(HealthState state) {
  switch (state) {
    case HealthState::up:
    case HealthState::falling:
    case HealthState::no_check:
      return true;
    case HealthState::init:
    case HealthState::down:
    case HealthState::rising:
      return false;
  }
  return false;
}

std::string text(const Standing& standing) {
  std::string out(text(standing.state));
  if (standing.needed != 0)
    out += " " + std::to_string(standing.count) + "/" + std::to_string(standing.needed);
  return out;
}

std::string_view text(Effective effective) {
  switch (effective) {
    case Effective::active:
      return "ACTIVE";
    case Effective::warming:
      return "WARMING";
    case Effective::standby:
      return "STANDBY";
    case Effective::full:
      return "FULL";
    case Effective::draining:
      return "DRAINING";
    case Effective::drained:
      return "DRAINED";
    case Effective::down:
      return "DOWN";
    case Effective::disabled:
      return "DISABLED";
    case Effective::init:
      return "INIT";
    case Effective::removing:
      return "REMOVING";
  }
  return "?";
}

LastResult last_result(const Observation& seen) {
  return {.result = seen.result, .partial = seen.partial, .code = seen.code, .at = seen.at};
}

}  // namespace lvsd
