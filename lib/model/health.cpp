#include "model/health.h"

namespace lvsd {

std::string_view text(CheckResult result) {
  switch (result) {
    case CheckResult::socket_error:
      return "SOCKERR";
    case CheckResult::l4_ok:
      return "L4OK";
    case CheckResult::l4_timeout:
      return "L4TOUT";
    case CheckResult::l4_refused:
      return "L4CON";
  }
  return "?";
}

std::string_view prose(CheckResult result) {
  switch (result) {
    case CheckResult::socket_error:
      return "Socket error";
    case CheckResult::l4_ok:
      return "Layer4 check passed";
    case CheckResult::l4_timeout:
      return "Layer4 timeout";
    case CheckResult::l4_refused:
      return "Layer4 connection problem";
  }
  return "?";
}

Verdict verdict(CheckResult result) {
  switch (result) {
    case CheckResult::socket_error:
      return Verdict::unknown;
    case CheckResult::l4_ok:
      return Verdict::pass;
    case CheckResult::l4_timeout:
    case CheckResult::l4_refused:
      return Verdict::fail;
  }
  return Verdict::unknown;
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
    case Effective::standby:
      return "STANDBY";
    case Effective::draining:
      return "DRAINING";
    case Effective::down:
      return "DOWN";
    case Effective::init:
      return "INIT";
  }
  return "?";
}

}  // namespace lvsd
