#include "lvsctl/waiting.h"

#include <fmt/format.h>

#include <algorithm>

#include "lvsctl/page.h"
#include "lvsctl/units.h"

namespace lvsd::ctl {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds pause_between = 1s;
constexpr milliseconds between_lines = 10s;       // where there is no terminal
constexpr milliseconds longest_absence = 60s;     // of lvsd
constexpr milliseconds before_first_guess = 10s;  // of how long it will take
constexpr std::size_t bar_width = 20;

double seconds(milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

// "02:41", "1:02:41".
std::string elapsed_text(milliseconds time) {
  const auto all = std::chrono::floor<std::chrono::seconds>(time).count();
  const std::string rest = fmt::format("{:02}:{:02}", all / 60 % 60, all % 60);
  return all < 3600 ? rest : fmt::format("{}:{}", all / 3600, rest);
}

std::string bar(std::uint64_t now, std::uint64_t first, bool unicode) {
  const std::size_t filled =
      first == 0 ? 0 : std::min<std::size_t>(bar_width, (now * bar_width + first - 1) / first);
  std::string out;
  for (std::size_t i = 0; i < filled; ++i)
    out += unicode ? "█" : "#";
  return out + std::string(bar_width - filled, ' ');
}

// What is printed while it goes on.
class Progress {
 public:
  Progress(const Context& context, bool quiet) : context_(context), quiet_(quiet) {}

  void show(const api::ServerView& server, milliseconds elapsed) {
    const std::uint64_t active = server.connections.active.value_or(0);
    if (!first_) first_ = active;
    // Of services without persistence there is nothing to tell.
    const std::uint64_t templates = server.connections.persistent.value_or(0);
    has_templates_ = has_templates_ || templates != 0;
    say(fmt::format(" {}  {}  active {:>5}  inactive {:>5}{}{}", elapsed_text(elapsed),
                    bar(active, *first_, context_.screen.unicode), active,
                    server.connections.inactive.value_or(0),
                    has_templates_ ? fmt::format("  templates {:>5}", templates) : "",
                    guess(active, elapsed)),
        elapsed);
  }
  void say_absent(const std::string& why, milliseconds elapsed) {
    say(fmt::format(" {}  {}; waiting for it", elapsed_text(elapsed), why), elapsed);
  }
  void end() {
    if (context_.error_is_terminal && last_width_ != 0) context_.tell("\n");
  }

 private:
  // At the pace of those that have ended so far.
  std::string guess(std::uint64_t active, milliseconds elapsed) const {
    if (elapsed < before_first_guess || active == 0 || active >= *first_) return {};
    const double left =
        seconds(elapsed) * static_cast<double>(active) / static_cast<double>(*first_ - active);
    return "  about " + duration_text(left) + " left";
  }
  void say(const std::string& line, milliseconds elapsed) {
    if (quiet_) return;
    if (context_.error_is_terminal) {
      const std::size_t shorter = last_width_ > line.size() ? last_width_ - line.size() : 0;
      context_.tell("\r" + line + std::string(shorter, ' '));
      last_width_ = line.size();
    } else if (!next_line_ || *next_line_ <= elapsed) {
      context_.tell(line + "\n");
      next_line_ = elapsed + between_lines;
    }
  }

  const Context& context_;
  const bool quiet_;
  std::optional<std::uint64_t> first_;
  bool has_templates_ = false;
  std::size_t last_width_ = 0;
  std::optional<milliseconds> next_line_;
};

bool is_out(const api::ServerView& server) {
  return server.state == "DRAINED" || server.in_kernel == false;
}

// How it ended, if it has.
std::optional<Wait::End> end_of(const api::ServerView& server) {
  if (server.admin.state == "enabled") return Wait::End::taken_back;
  if (is_out(server)) return Wait::End::gone;
  return std::nullopt;
}

}  // namespace

Wait waited(const Context& context, const api::Words& server, const Patience& patience) {
  const milliseconds begin = context.machine.uptime();
  milliseconds last_seen = begin;
  Progress progress(context, patience.quiet);
  Wait wait;
  std::optional<Wait::End> end;
  while (!end) {
    const auto found = page<api::ServerView>(context, {api::Action::server, server});
    const milliseconds now = context.machine.uptime();
    wait.took = now - begin;
    if (found) {
      last_seen = now;
      wait.last = found->view;
      end = end_of(wait.last);
      if (!end) progress.show(wait.last, wait.took);
    } else if (found.error().exit != Exit::unreachable || now - last_seen >= longest_absence) {
      end = Wait::End::failed;
      wait.failure = found.error();
    } else {
      progress.say_absent("lvsd is not reachable", wait.took);
    }
    if (!end && patience.limit && wait.took >= *patience.limit) end = Wait::End::over;
    if (!end && !context.machine.pause(pause_between)) end = Wait::End::interrupted;
  }
  progress.end();
  wait.end = *end;
  return wait;
}

}  // namespace lvsd::ctl
