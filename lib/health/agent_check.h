#pragma once

#include <optional>
#include <string_view>

#include "health/judgement.h"
#include "model/health.h"

namespace lvsd {

// What an agent on a server says of it, in HAProxy's words (its manual, "agent-check"): one line of
// words, each of which changes one thing and leaves the others as they were.
struct AgentWord {
  Judgement judgement;
  std::optional<WeightWish> weight;
  std::optional<AdminWish> admin;
};

// `line` without its end: "up 75%", "ready", "drain", "maint", "down # reason", "fail", "stopped".
// A line that says nothing of up or down passes.
AgentWord agent_word(std::string_view line);

}  // namespace lvsd
