#include "health/agent_check.h"

#include <algorithm>

#include "base/parse_number.h"
#include "base/printable.h"

namespace lvsd {

namespace {

constexpr std::uint32_t most_percent = 10000;

// Returns whether the word is known.
bool take(AgentWord& out, std::string_view word) {
  if (word == "up") {
    out.judgement.result = CheckResult::l7_ok;
  } else if (word == "down" || word == "fail" || word == "stopped") {
    out.judgement.result = CheckResult::l7_status;
  } else if (word == "ready") {
    out.admin = AdminWish::none;
  } else if (word == "drain") {
    out.admin = AdminWish::drain;
  } else if (word == "maint") {
    out.admin = AdminWish::maintenance;
  } else if (word.ends_with('%')) {
    const auto percent = parse_number<std::uint32_t>(word.substr(0, word.size() - 1));
    if (!percent || *percent > most_percent) return false;
    out.weight = WeightWish{WeightWish::Kind::percent, *percent};
  } else {
    return false;
  }
  return true;
}

}  // namespace

AgentWord agent_word(std::string_view line) {
  constexpr std::string_view separators = " \t,\r";
  AgentWord out;
  out.judgement = {CheckResult::l7_ok, 0, printable(line)};
  // What follows a # is for people.
  std::string_view rest = line.substr(0, line.find('#'));
  bool said = false;
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(separators), rest.size()));
    if (rest.empty()) break;
    const std::string_view word = rest.substr(0, rest.find_first_of(separators));
    rest.remove_prefix(word.size());
    if (!take(out, word))
      return {{CheckResult::l7_response, 0, "the agent says " + printable(line, 60)}, {}, {}};
    said = true;
  }
  if (!said) return {{CheckResult::l7_response, 0, "the agent says nothing"}, {}, {}};
  return out;
}

}  // namespace lvsd
