#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/event_stream.h"
#include "base/printable.h"
#include "lvsctl/command.h"
#include "lvsctl/event_words.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"

// `events`: what happened, and with --follow what happens. `watch`: a command run at some of it.

namespace lvsd::ctl {
namespace {

using api::EventView;
using Events = std::vector<EventView>;

struct Wish {
  std::string since;
  std::string after;
  std::string limit;
  std::string service;
  std::string server;
  std::string event;
  std::string severity;
  bool follow = false;
};

// A time, or how long ago; nothing for what is neither.
std::optional<api::Moment> moment_of(const std::string& word, const Context& context) {
  if (const auto length = parse_duration(word)) {
    api::Moment moment = context.machine.now();
    moment.at -= *length;
    return moment;
  }
  return api::parse_moment(word);
}

std::string check_since(const std::string& word) {
  const bool is_one = parse_duration(word) || api::parse_moment(word);
  return is_one ? "" : "'" + word + "' is neither a time such as 15m nor one of RFC 3339";
}

std::string check_number(const std::string& word) {
  const bool digits = word.find_first_not_of("0123456789") == word.npos;
  return digits && !word.empty() ? "" : "'" + word + "' is not a number";
}

api::Words query_of(const Wish& wish, const Context& context) {
  api::Words query;
  const auto put = [&query](const char* name, const std::string& word) {
    if (!word.empty()) query[name] = word;
  };
  put("after", wish.after);
  put("limit", wish.limit);
  put("service", wish.service);
  put("server", wish.server);
  put("event", wish.event);
  put("severity", wish.severity);
  if (!wish.since.empty()) query["since"] = api::text(*moment_of(wish.since, context));
  return query;
}

// How one is printed that comes by itself; `data` is as it came.
std::string shown(const EventView& event, std::string_view data, const Context& context) {
  if (context.format == Format::json) return printable_line(data) + "\n";
  if (context.format == Format::name) return fmt::format("{}\n", event.sequence);
  return event_line(event, context.format == Format::wide, context.screen);
}

using TakeEvent = std::function<void(const EventView& event, std::string_view data)>;

// Gives on what comes, for as long as it comes. An lvsd that is started again is waited for, and
// asked for what follows the last event there was.
Output followed(const Context& context, api::Words query, const TakeEvent& take) {
  std::optional<std::string> fault;
  for (bool waits = false;;) {
    api::EventStreamReader reader([&](std::string_view, std::string_view data) {
      const auto event = api::item<EventView>(data);
      if (event)
        take(*event, data);
      else
        fault = text(event.error());
    });
    const auto feed = [&](std::string_view piece) { return reader.feed(piece) && !fault; };
    const Answer answer = context.follow(api::path_of(api::Action::events, {}, query), feed);
    if (fault) return failed({Exit::internal, "lvsd's events cannot be read: " + *fault});
    if (answer && answer->status != 200) return refused(context, *answer);
    if (answer) return {};
    const bool has_begun = !reader.id().empty();
    if (!has_begun && !waits) return failed(answer.error());
    if (has_begun) {
      query.erase("limit");
      query["after"] = reader.id();
      context.tell(failed(answer.error()).err + "lvsctl: waiting for it\n");
    }
    waits = true;
    context.machine.sleep(std::chrono::seconds(1));
  }
}

Output listed(const Context& context, const api::Words& query) {
  const Question question{api::Action::events, {}, query};
  if (context.format == Format::json) return json_page(context, question);
  const auto list = page<Events>(context, question);
  if (!list) return list.error();
  Output output;
  if (list->view.empty()) output.err = "no such events\n";
  const bool wide = context.format == Format::wide;
  if (context.format != Format::name && context.screen.header && !list->view.empty())
    output.out = event_titles(wide);
  for (const EventView& event : list->view)
    output.out += shown(event, {}, context);
  return output;
}

void add_filters(CLI::App& command, Wish& wish) {
  command.add_option("--after", wish.after, "those that follow the one of this number")
      ->check(check_number)
      ->option_text("NUMBER");
  command.add_option("--since", wish.since, "those since then: 15m, 2026-08-20T14:00:00Z")
      ->check(check_since)
      ->option_text("TIME");
}

// Those that `watch` is told of: all its terms hold.
using Terms = std::vector<EventTerm>;

bool all_hold(const Terms& terms, const EventView& event) {
  return std::all_of(terms.begin(), terms.end(),
                     [&event](const EventTerm& term) { return term.holds(event); });
}

Output watched(const Context& context, const Wish& wish, const std::vector<std::string>& words,
               const std::string& command) {
  Terms terms;
  for (const std::string& word : words) {
    auto term = EventTerm::parse(word);
    if (!term) return failed({Exit::usage, term.error()});
    terms.push_back(std::move(*term));
  }
  api::Words query = query_of(wish, context);
  if (query.empty()) query["limit"] = "0";  // from now on
  return followed(context, std::move(query), [&](const EventView& event, std::string_view data) {
    if (!all_hold(terms, event)) return;
    if (command.empty()) return context.print(shown(event, data, context));
    const int exit = context.machine.run(command_line(command), command_variables(event));
    if (exit != 0)
      context.tell(
          fmt::format("lvsctl: at event {} the command ended with {}\n", event.sequence, exit));
  });
}

}  // namespace

Run events_command(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  add_filters(command, *wish);
  command.add_option("-l,--limit", wish->limit, "the last ones, or with --after the first ones")
      ->check(check_number)
      ->option_text("N");
  command.add_option("--service", wish->service, "of this service")->option_text("SERVICE");
  command.add_option("--server", wish->server, "of servers of this name")->option_text("NAME");
  command
      .add_option("--event", wish->event,
                  "of this kind: server, service, wish, reload, drift, check, checker, kernel, "
                  "tuning, notifier, daemon")
      ->option_text("KIND");
  command.add_option("--severity", wish->severity, "this or worse: info, notice, warning, error")
      ->option_text("WORD");
  command.add_flag("-f,--follow", wish->follow, "go on with what happens, until interrupted");
  return [wish](const Context& context) -> Output {
    api::Words query = query_of(*wish, context);
    if (!wish->follow) return listed(context, query);
    const bool says_where = query.contains("after") || query.contains("since");
    if (!says_where && !query.contains("limit")) query["limit"] = "10";
    if (!context.filter.empty()) query["filter"] = context.filter;
    return followed(context, std::move(query),
                    [&context](const EventView& event, std::string_view data) {
                      context.print(shown(event, data, context));
                    });
  };
}

Run watch_command(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  auto words = std::make_shared<std::vector<std::string>>();
  auto line = std::make_shared<std::string>();
  command
      .add_option("CONDITION", *words, "which events: server.state=DOWN, service~^web; all hold")
      ->option_text("...");
  add_filters(command, *wish);
  command
      .add_option("--exec", *line,
                  "run this in a shell, {service}, {server}, {state}, {reason}, {text} … filled in")
      ->option_text("COMMAND");
  return [wish, words, line](const Context& context) {
    return watched(context, *wish, *words, *line);
  };
}

}  // namespace lvsd::ctl
