#include "lvsctl/check_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "lvsctl/units.h"
#include "lvsctl/words.h"

namespace lvsd::ctl {
namespace {

using api::CheckHistoryView;
using api::PastResultView;
using api::PhasesView;

// To a tenth of a millisecond, where that says something.
std::string precise_text(double seconds) {
  return seconds < 0.1 ? fmt::format("{:.1f}ms", std::max(0.0, seconds * 1000))
                       : latency_text(seconds);
}

struct Verdict {
  std::string_view word;
  Style style;
};

Verdict verdict_of(const PastResultView& past) {
  if (past.verdict == "pass") return {"PASS", Style::good};
  if (past.verdict == "fail") return {"FAIL", Style::bad};
  return {"UNKNOWN", Style::changing};
}

// The step that a result came from, where it is none that has a time of its own.
std::string_view last_step(const PastResultView& past) {
  const std::string_view result = past.result.result;
  if (result.starts_with("L4")) return "connect";
  if (result.starts_with("L6")) return "tls";
  if (result.starts_with("L7")) return past.phases_seconds.first_byte ? "match" : "response";
  return {};  // it has no steps: a program, an echo
}

// The steps that ended, and the one that the result is of with the time that is left.
Table steps_table(const PastResultView& past) {
  Table table;
  table.columns = {{"STEP"}, {"TIME", true}, {"RESULT"}};
  const auto add = [&table](std::string_view name, double seconds, Cell result) {
    table.rows.push_back({{std::string(name)}, {precise_text(seconds)}, std::move(result)});
  };
  const std::pair<std::string_view, std::optional<double> PhasesView::*> phases[] = {
      {"resolve", &PhasesView::resolve},
      {"connect", &PhasesView::connect},
      {"tls", &PhasesView::tls},
      {"response", &PhasesView::first_byte}};
  double left = past.result.duration_seconds;
  std::string_view done;
  for (const auto& [name, field] : phases) {
    const auto& seconds = past.phases_seconds.*field;
    if (!seconds) continue;
    add(name, *seconds, {"ok", Style::good});
    done = name;
    left -= *seconds;
  }
  const std::string_view last = last_step(past);
  if (last.empty() || last == done) return table;
  const bool passes = past.verdict == "pass";
  add(last, left, {passes ? "ok" : "FAILED", passes ? Style::good : Style::bad});
  return table;
}

std::vector<std::string> outcome_pieces(const CheckHistoryView& check, const PastResultView& past,
                                        const api::Head& head, bool counts, const Screen& screen) {
  const auto [word, style] = verdict_of(past);
  std::string outcome =
      fmt::format("{} {} in {}", painted(word, style, screen.color), result_text(past.result),
                  precise_text(past.result.duration_seconds));
  const std::string& said = past.output.empty() ? past.result.text : past.output;
  if (!said.empty()) outcome += ": " + said;
  if (!counts) return {std::move(outcome)};
  std::vector<std::string> pieces = {std::move(outcome)};
  if (past.at) pieces.push_back("at " + clock_text(*past.at, head.time));
  pieces.push_back(check.paused ? "PAUSED: nobody looks" : "now " + check.state);
  return pieces;
}

}  // namespace

std::string steps_text(const CheckHistoryView& check, const api::Head& head, bool counts,
                       const Screen& screen) {
  std::vector<std::string> title = {check.kind + " " + check.target};
  title.insert(title.end(), check.requests.begin(), check.requests.end());
  if (check.results.empty()) return flowing(title, screen, 2) + "\n  has not run yet\n";
  const PastResultView& newest = check.results.front();
  if (newest.source) title.push_back("from " + *newest.source);
  Screen body = screen;
  body.header = false;
  return flowing(title, screen, 2) + "\n" + text(steps_table(newest), body, 2) +
         flowing(outcome_pieces(check, newest, head, counts, screen), screen, 2) + "\n";
}

}  // namespace lvsd::ctl
