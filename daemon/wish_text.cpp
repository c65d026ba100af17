#include "daemon/wish_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "api/units.h"

namespace lvsd {

namespace {

// One thing that a wish says, as people and as the command line say it.
struct Part {
  bool is_said = false;
  std::string text;
  std::string words;

  bool operator==(const Part&) const = default;
};

// For a shell.
std::string quoted(const std::string& word) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.,:/@%+").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  std::string out = "'";
  for (const char c : word)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Part reason_part(const Author& by) {
  const std::string& reason = by.reason;
  return {!reason.empty(), reason.empty() ? "no reason" : fmt::format("reason \"{}\"", reason),
          "--reason " + quoted(reason)};
}

Part end_part(const Author& by, const api::Moment& wall) {
  if (!by.until) return {false, "no end", "--for none"};
  const api::Moment end{*by.until, wall.offset};
  return {true, "until " + api::clock_text(end, wall), "--until-time " + api::text(end)};
}

Part limit_part(const AdminOverride& wish) {
  if (wish.limit == Duration::zero()) return {false, "the usual limit", "--limit usual"};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wish.limit).count();
  return {true, "limit " + api::period_text(static_cast<double>(seconds)),
          fmt::format("--limit {}s", seconds)};
}

Part until_part(const AdminOverride& wish) {
  const std::string_view word = text(wish.until);
  return {wish.until != Emptiness::usual, fmt::format("'--until {}'", word),
          fmt::format("--until {}", word)};
}

Part returning_part(const AdminOverride& wish) {
  const std::string option = fmt::format("--{}", text(wish.returning));
  return {wish.returning != Returning::usual, fmt::format("'{}'", option), option};
}

using Parts = std::vector<Part>;

Parts parts(const AdminOverride& wish, const api::Moment& wall) {
  return {reason_part(wish.by), end_part(wish.by, wall), limit_part(wish), until_part(wish),
          returning_part(wish)};
}
Parts parts(const Author& by, const api::Moment& wall) {
  return {reason_part(by), end_part(by, wall)};
}

void add(std::string& list, const std::string& item) {
  list += (list.empty() ? "" : ", ") + item;
}

// REQUIRES: both are of the same kind of wish, here and below.
std::string command_words(const Parts& wanted, const Parts& present) {
  std::string out;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] != present[i]) out += " " + wanted[i].words;
  return out;
}

std::string repetition_text(const Author& first, const Parts& was, const Parts& is,
                            const api::Moment& wall) {
  std::string changed;
  std::string kept;
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (was[i] != is[i])
      add(changed, is[i].text + " instead of " + was[i].text);
    else if (is[i].is_said)
      add(kept, is[i].text);
  }
  const std::string since = api::clock_text(api::Moment{first.since, wall.offset}, wall);
  return fmt::format("; {} wished so at {}: {}{}", first.user, since,
                     changed.empty() ? "nothing new" : changed,
                     kept.empty() ? "" : "; still " + kept);
}

}  // namespace

std::string command_words(const AdminOverride& wish, const AdminOverride& now,
                          const api::Moment& wall) {
  return command_words(parts(wish, wall), parts(now, wall));
}
std::string command_words(const NumberOverride& wish, const NumberOverride& now,
                          const api::Moment& wall) {
  return command_words(parts(wish.by, wall), parts(now.by, wall));
}
std::string command_words(const SchedulerOverride& wish, const SchedulerOverride& now,
                          const api::Moment& wall) {
  return command_words(parts(wish.by, wall), parts(now.by, wall));
}

std::string repetition_text(const AdminOverride& before, const AdminOverride& after,
                            const api::Moment& wall) {
  return repetition_text(before.by, parts(before, wall), parts(after, wall), wall);
}
std::string repetition_text(const NumberOverride& before, const NumberOverride& after,
                            const api::Moment& wall) {
  return repetition_text(before.by, parts(before.by, wall), parts(after.by, wall), wall);
}
std::string repetition_text(const SchedulerOverride& before, const SchedulerOverride& after,
                            const api::Moment& wall) {
  return repetition_text(before.by, parts(before.by, wall), parts(after.by, wall), wall);
}

}  // namespace lvsd
