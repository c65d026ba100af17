#include <algorithm>
#include <memory>

#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"
#include "lvsctl/terminal.h"
#include "lvsctl/units.h"

// `top`: the servers and their traffic, on a screen that is kept up to date.

namespace lvsd::ctl {
namespace {

using std::chrono::milliseconds;

void read_servers(const Context& context, Top& top) {
  const auto answer = page<std::vector<api::ServerView>>(context, {api::Action::servers});
  if (answer)
    top.take(answer->view, answer->head.time);
  else
    top.miss(answer.error().err.substr(0, answer.error().err.find('\n')));
}

void drain(const Context& context, Top& top, const TopRequest& request) {
  const auto answer = page<api::WishView>(
      context, {.action = api::Action::drain,
                .words = {{"service", request.service}, {"server", request.server}},
                .query = {{"reason", "lvsctl top"}}});
  top.say(answer ? answer->view.text : answer.error().err.substr(0, answer.error().err.find('\n')));
}

// Until its user leaves it.
Output shown(const Context& context, Terminal& terminal, milliseconds interval) {
  Context quiet = context;
  quiet.format = Format::table;
  Top top(context.screen.unicode);
  milliseconds next = context.machine.uptime();
  while (true) {
    const milliseconds now = context.machine.uptime();
    if (now >= next && !top.is_paused()) {
      read_servers(quiet, top);
      next = now + interval;
    }
    terminal.draw(top.lines(terminal.width(), terminal.height()));
    const milliseconds left = top.is_paused() ? interval : next - context.machine.uptime();
    const auto key = terminal.key(std::max(left, milliseconds(0)));
    if (!key) continue;
    const TopRequest request = top.press(*key);
    if (request.what == TopRequest::What::quit) return {};
    if (request.what == TopRequest::What::nothing) continue;
    drain(quiet, top, request);
    next = context.machine.uptime();
  }
}

}  // namespace

Run top_command(CLI::App& command) {
  auto interval = std::make_shared<std::string>("2s");
  command.add_option("--every", *interval, "how often to look (2s)")
      ->check(check_duration)
      ->option_text("TIME");
  return [interval](const Context& context) -> Output {
    const auto terminal = context.machine.terminal(context.screen.color);
    if (!terminal)
      return failed({Exit::usage, "top needs a terminal; 'lvsctl servers --watch' does not"});
    return shown(context, *terminal, *parse_duration(*interval));
  };
}

}  // namespace lvsd::ctl
