#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/parse_number.h"
#include "config/scan.h"
#include "config/schedulers.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"
#include "lvsctl/units.h"
#include "lvsctl/waiting.h"
#include "lvsctl/wish.h"

// What operators change at run time: `drain`, `disable`, `set weight`… and the list of it. Each
// says what it did and how to undo it.

namespace lvsd::ctl {
namespace {

using api::OverrideView;

struct Wish {
  Aim aim;
  std::string target;  // SERVICE/SERVER, one of those aimed at
  std::string what;    // of set and unset
  std::string value;   // a number, or a part of the file's: "50%"
  std::string limit;
  std::string length;
  std::string end;     // instead: a time of the day
  std::string until;   // of a drain: what must be gone
  bool hard = false;   // likewise: clients that persist may not come back
  bool soft = false;   // they may until the last of them is forgotten
  bool usual = false;  // as the kernel is set
  std::optional<std::string> reason;
  bool force = false;

  bool parallel = false;
  bool wait = false;
  std::string timeout;  // of the waiting
  std::string then;     // after it
};

// For CLI11: a time, or the word that takes back what was said of it.
std::function<std::string(const std::string&)> duration_or(std::string_view none) {
  return [none](const std::string& word) { return word == none ? "" : check_duration(word); };
}

std::string seconds_or(std::string_view none, const std::string& word) {
  return word == none ? "0" : seconds_text(word);
}

api::Words query_of(const Context& context, const Wish& wish) {
  api::Words query;
  if (wish.reason) query["reason"] = *wish.reason;
  if (!wish.limit.empty()) query["limit_seconds"] = seconds_or("usual", wish.limit);
  if (!wish.length.empty()) query["for_seconds"] = seconds_or("none", wish.length);
  if (!wish.end.empty())
    query["for_seconds"] =
        std::to_string(seconds_until(wish.end, context.machine.now()).value_or(0));
  if (!wish.until.empty()) query["until"] = wish.until;
  if (wish.hard) query["returning"] = "hard";
  if (wish.soft) query["returning"] = "soft";
  if (wish.usual) query["returning"] = "usual";
  if (wish.force) query["force"] = "1";
  return query;
}

Output wished(const Context& context, api::Action action, const Wish& wish, api::Words query) {
  const auto words = server_words(wish.target);
  if (!words) return words.error();
  return changed(context, {action, *words, std::move(query)});
}

void add_reason(CLI::App& command, Wish& wish) {
  command.add_option("--reason", wish.reason, "why, for the log and for your colleagues")
      ->option_text("TEXT");
  command.add_flag("--force", wish.force, "even if nobody takes connections then");
}

// Of servers, where more is said of them.
std::shared_ptr<Wish> wish_of(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  add_server(command, wish->aim);
  add_reason(command, *wish);
  return wish;
}

// Of servers, or of a host.
std::shared_ptr<Wish> wide_wish_of(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  add_aim(command, wish->aim);
  add_reason(command, *wish);
  return wish;
}

void add_length(CLI::App& command, Wish& wish) {
  auto* length =
      command.add_option("--for", wish.length, "undone by itself after this time; none: never");
  length->check(duration_or("none"))->option_text("TIME");
  command
      .add_option("--until-time", wish.end, "undone by itself then: 18:00, 2026-08-20T18:00:00Z")
      ->check(check_moment)
      ->option_text("TIME")
      ->excludes(length);
}

// ---- several servers

Wish with_target(Wish wish, const std::string& target) {
  wish.target = target;
  return wish;
}

// The servers that a wish is for, or what is wrong with it.
boost::system::result<std::vector<Wish>, Output> single_wishes(const Context& context,
                                                               const Wish& wish) {
  if (!wish.end.empty() && !seconds_until(wish.end, context.machine.now()))
    return failed({Exit::usage, fmt::format("{} has passed", wish.end)});
  if (wish.usual && (wish.hard || wish.soft))
    return failed({Exit::usage, "--usual goes with neither --hard nor --soft"});
  const auto aimed = aimed_at(context, wish.aim);
  if (!aimed) return aimed.error();
  std::vector<Wish> wishes;
  for (const std::string& target : *aimed)
    wishes.push_back(with_target(wish, target));
  return wishes;
}

// One after the other, whatever becomes of those before.
template <class Make>
Output each_of(const Context& context, const Wish& wish, Make make) {
  const auto wishes = single_wishes(context, wish);
  if (!wishes) return wishes.error();
  std::vector<Output> outputs;
  for (const Wish& one : *wishes)
    outputs.push_back(make(one));
  return together(std::move(outputs));
}

Output wished_of_each(const Context& context, api::Action action, const Wish& wish) {
  return each_of(context, wish, [&](const Wish& one) {
    return wished(context, action, one, query_of(context, one));
  });
}

Run state_command(CLI::App& command, api::Action action) {
  auto wish = wide_wish_of(command);
  return [wish, action](const Context& context) { return wished_of_each(context, action, *wish); };
}

// ---- --wait

CLI::Option* add_waiting(CLI::App& command, Wish& wish) {
  auto* wait = command.add_flag("--wait", wish.wait, "until it has left the kernel's table");
  command.add_option("--timeout", wish.timeout, "of the waiting; then the exit code is 6")
      ->check(check_duration)
      ->option_text("TIME")
      ->needs(wait);
  command
      .add_flag("--parallel", wish.parallel,
                "with --host: all at once, instead of one when the one before has left")
      ->needs(wait);
  return wait;
}

// How long it stays out, as far as anybody said.
std::string stays_text(const api::AdminView& admin, const api::Moment& now) {
  if (!admin.until) return "and stays so";
  return "until " + clock_text({admin.until->at, now.offset}, now);
}

// "web/web03 is DRAINED after 2m41s".
Output gone(const Context& context, const Wish& wish, const api::Words& words, const Wait& wait) {
  if (context.format == Format::json) return json_page(context, {api::Action::server, words});
  const double took = std::chrono::duration<double>(wait.took).count();
  const std::string_view undo = wait.last.admin.state.starts_with("drain") ? "undrain" : "enable";
  return {Exit::done,
          fmt::format("{} is {} after {}, {}. Undo: lvsctl {} {}\n", wish.target, wait.last.state,
                      duration_text(took), stays_text(wait.last.admin, context.machine.now()), undo,
                      wish.target),
          ""};
}

std::string left_text(const api::ConnectionsView& connections) {
  return fmt::format("{} active and {} inactive connections are left",
                     connections.active.value_or(0), connections.inactive.value_or(0));
}

Output ended(const Context& context, const Wish& wish, const api::Words& words, const Wait& wait) {
  switch (wait.end) {
    case Wait::End::gone:
      return gone(context, wish, words, wait);
    case Wait::End::taken_back:
      return failed(
          {Exit::negative, fmt::format("{} is {}: somebody lets it take connections again",
                                       wish.target, wait.last.state)});
    case Wait::End::over:
      return failed({Exit::timed_out,
                     fmt::format("{} is still {} after {}, {}; that goes on", wish.target,
                                 wait.last.state, wish.timeout, left_text(wait.last.connections))});
    case Wait::End::interrupted:
      return failed({Exit::timed_out,
                     fmt::format("no longer waiting; {} is {}, {}; that goes on", wish.target,
                                 wait.last.state, left_text(wait.last.connections))});
    case Wait::End::failed:
      break;
  }
  return wait.failure;
}

// Does it and says so; what went wrong is the output.
Output begun(const Context& context, api::Action action, const Wish& wish) {
  Context silent = context;
  silent.format = Format::table;
  Output output = wished(silent, action, wish, query_of(context, wish));
  if (output.exit == Exit::done && !context.quiet) context.tell(output.out);
  return output;
}

// Of the disabling that follows a drain: the reason and the end are the drain's.
api::Words query_of_next(const Context& context, const Wish& wish, const api::ServerView& drained) {
  api::Words query;
  const api::AdminView& admin = drained.admin;
  if (admin.reason && !admin.reason->empty()) query["reason"] = *admin.reason;
  if (admin.until)
    if (const auto left = seconds_until(api::text(*admin.until), context.machine.now()))
      query["for_seconds"] = std::to_string(*left);
  if (wish.force) query["force"] = "1";
  return query;
}

// Waits for what follows.
Output waited_for(const Context& context, const Wish& wish) {
  const auto words = server_words(wish.target);
  if (!words) return words.error();
  Patience patience{.limit = {}, .quiet = context.quiet};
  if (!wish.timeout.empty()) patience.limit = parse_duration(wish.timeout);
  const Wait wait = waited(context, *words, patience);
  const bool is_next = wait.end == Wait::End::gone || wait.end == Wait::End::over;
  if (wish.then.empty() || !is_next) return ended(context, wish, *words, wait);
  return changed(context, {api::Action::disable, *words, query_of_next(context, wish, wait.last)});
}

// The next one begins when the one before has left: who stops waiting, or one that does not leave,
// stops the rest.
Output wished_in_turn(const Context& context, api::Action action, const std::vector<Wish>& wishes) {
  std::vector<Output> outputs;
  for (const Wish& one : wishes) {
    Output output = begun(context, action, one);
    if (output.exit == Exit::done) output = waited_for(context, one);
    outputs.push_back(std::move(output));
    if (outputs.back().exit == Exit::done) continue;
    if (const std::size_t left = wishes.size() - outputs.size(); left != 0)
      outputs.push_back(failed({Exit::partly, fmt::format("{} more were not begun", left)}));
    break;
  }
  return together(std::move(outputs));
}

// All of them first, then the waiting for each: what has left meanwhile has left.
Output wished_at_once(const Context& context, api::Action action, const std::vector<Wish>& wishes) {
  std::vector<Output> outputs;
  outputs.reserve(wishes.size());
  for (const Wish& one : wishes)
    outputs.push_back(begun(context, action, one));
  for (std::size_t i = 0; i < wishes.size(); ++i)
    if (outputs[i].exit == Exit::done) outputs[i] = waited_for(context, wishes[i]);
  return together(std::move(outputs));
}

Output wished_and_waited(const Context& context, api::Action action, const Wish& wish) {
  const auto wishes = single_wishes(context, wish);
  if (!wishes) return wishes.error();
  return wish.parallel ? wished_at_once(context, action, *wishes)
                       : wished_in_turn(context, action, *wishes);
}

Run leaving_command(CLI::App& command, const std::shared_ptr<Wish>& wish, api::Action action) {
  add_length(command, *wish);
  return [wish, action](const Context& context) {
    return wish->wait && !context.dry_run ? wished_and_waited(context, action, *wish)
                                          : wished_of_each(context, action, *wish);
  };
}

std::optional<api::Action> number_action(const std::string& what) {
  if (what == "weight") return api::Action::set_weight;
  if (what == "max_connections" || what == "max-connections")
    return api::Action::set_max_connections;
  return std::nullopt;
}

bool is_of_service(const std::string& what) {
  return what == "scheduler";
}

// For CLI11.
std::string check_what(const std::string& what) {
  return number_action(what) || is_of_service(what)
             ? ""
             : "'" + what + "' is none of weight, max_connections and scheduler";
}

void add_what(CLI::App& command, Wish& wish) {
  auto* server = command.get_option("SERVER");
  server->description(server->get_description() + "; SERVICE alone for its scheduler");
  command.add_option("what", wish.what, "what of it")
      ->required()
      ->check(check_what)
      ->option_text("weight|max_connections|scheduler");
}

// For CLI11.
std::string check_value(const std::string& word) {
  const auto digits = word.ends_with('%') ? word.substr(0, word.size() - 1) : word;
  return parse_number<std::uint32_t>(digits) || among(scheduler_argument().choices, word)
             ? ""
             : "'" + word + "' is neither a number nor a part, as 50%, nor a scheduler: " +
                   text(scheduler_argument());
}

// What a value is not, of what is set; nothing: it is one.
std::optional<Output> wrong_value(const Wish& wish) {
  if (is_of_service(wish.what) == among(scheduler_argument().choices, wish.value))
    return std::nullopt;
  return failed({Exit::usage, fmt::format("'{}' is no {}", wish.value, wish.what)});
}

// The scheduler is a service's: without a value, the file's again.
Output wished_of_service(const Context& context, const Wish& wish) {
  const std::string& service = wish.aim.server;
  if (is_wide(service)) return failed({Exit::usage, "the scheduler is of one service: name it"});
  if (const auto slash = service.find('/'); slash != service.npos)
    return failed({Exit::usage, fmt::format("'{}' is a server; the scheduler is that of its "
                                            "service, '{}'",
                                            service, service.substr(0, slash))});
  if (!wish.end.empty() && !seconds_until(wish.end, context.machine.now()))
    return failed({Exit::usage, fmt::format("{} has passed", wish.end)});
  api::Words query = query_of(context, wish);
  query.erase("force");  // it takes no connections from anybody
  if (!wish.value.empty()) query["value"] = wish.value;
  return changed(context, {api::Action::set_scheduler, {{"service", service}}, std::move(query)});
}

// The number that is meant: of "50%" half of what the file says.
boost::system::result<std::string, Output> number_of(const Context& context, const Wish& wish) {
  if (!wish.value.ends_with('%')) return wish.value;
  if (number_action(wish.what) != api::Action::set_weight)
    return failed({Exit::usage, "a part is for weights, not for " + wish.what});
  const auto words = server_words(wish.target);
  if (!words) return words.error();
  const auto server = page<api::ServerView>(context, {api::Action::server, *words});
  if (!server) return server.error();
  const auto percent =
      parse_number<std::uint64_t>(std::string_view(wish.value).substr(0, wish.value.size() - 1));
  const auto whole = static_cast<std::uint64_t>(server->view.weight.config);
  return std::to_string((whole * percent.value_or(0) + 50) / 100);
}

Output set_number(const Context& context, const Wish& wish) {
  api::Words query = query_of(context, wish);
  const auto value = number_of(context, wish);
  if (!value) return value.error();
  query["value"] = *value;
  return wished(context, *number_action(wish.what), wish, std::move(query));
}

// Each thing that differs from the file at services and servers, back to the file.
Output unset_all(const Context& context, const Wish& wish) {
  Context as_table = context;
  as_table.format = Format::table;
  const auto found = page<std::vector<OverrideView>>(as_table, {api::Action::overrides});
  if (!found) return found.error();
  std::vector<Output> outputs;
  for (const OverrideView& entry : found->view) {
    if (is_of_service(entry.what)) {
      Wish one = wish;
      one.aim.server = entry.target;
      outputs.push_back(wished_of_service(context, one));
      continue;
    }
    if (entry.target.find('/') == entry.target.npos) continue;  // of the kernel: 'timeouts unset'
    const auto action = entry.what == "admin" ? api::Action::enable : number_action(entry.what);
    if (!action) continue;
    const Wish one = with_target(wish, entry.target);
    outputs.push_back(wished(context, *action, one, query_of(context, one)));
  }
  if (outputs.empty()) return {Exit::done, "", "no service and no server differs from the file\n"};
  return together(std::move(outputs));
}

std::string moment_text(const std::optional<api::Moment>& at, const api::Head& head) {
  return at ? clock_text(*at, head.time) : "-";
}

Table overrides_table(const Page<std::vector<OverrideView>>& page) {
  Table table;
  table.columns = {{"TARGET"}, {"WHAT"},           {"CONFIG"},           {"NOW"},
                   {"BY"},     {"SINCE", true, 1}, {"REASON", false, 2}, {"ENDS", false, 3}};
  for (const OverrideView& entry : page.view)
    table.rows.push_back({{entry.target},
                          {entry.what},
                          {entry.config},
                          {entry.now},
                          {entry.user},
                          {age_text(entry.since, page.head.time)},
                          {entry.reason.empty() ? "-" : entry.reason},
                          {moment_text(entry.until, page.head)}});
  return table;
}

}  // namespace

Run drain_command(CLI::App& command) {
  auto wish = wide_wish_of(command);
  command
      .add_option("--limit", wish->limit,
                  "connections that are left then are cut; usual: the file's drain_timeout")
      ->check(duration_or("usual"))
      ->option_text("TIME");
  command
      .add_option("--until", wish->until,
                  "what must be gone: active, all, templates or usual (TCP: what is active or "
                  "moves; UDP: all)")
      ->check(CLI::IsMember({"active", "all", "templates", "usual"}))
      ->option_text("WHAT");
  auto* hard =
      command.add_flag("--hard", wish->hard, "clients that persist to it may not come back to it");
  command
      .add_flag("--soft", wish->soft,
                "they may; it is drained when the last of them is forgotten, too")
      ->excludes(hard);
  command.add_flag("--usual", wish->usual,
                   "neither of them: they may if the kernel is set so, whatever was said before");
  auto* wait = add_waiting(command, *wish);
  command
      .add_option("--then", wish->then,
                  "disable: when it is drained, or the waiting is over, take it out")
      ->check(CLI::IsMember({"disable"}))
      ->option_text("WHAT")
      ->needs(wait);
  return leaving_command(command, wish, api::Action::drain);
}
Run undrain_command(CLI::App& command) {
  return state_command(command, api::Action::undrain);
}
Run disable_command(CLI::App& command) {
  auto wish = wide_wish_of(command);
  add_waiting(command, *wish);
  return leaving_command(command, wish, api::Action::disable);
}
Run enable_command(CLI::App& command) {
  return state_command(command, api::Action::enable);
}
Run failback_command(CLI::App& command) {
  return state_command(command, api::Action::failback);
}

Run set_command(CLI::App& command) {
  auto wish = wish_of(command);
  add_what(command, *wish);
  command
      .add_option("value", wish->value,
                  "instead of the file's; of a weight also a part of it, as 50%; of a service its "
                  "scheduler, as mh")
      ->required()
      ->check(check_value)
      ->option_text("VALUE");
  add_length(command, *wish);
  return [wish](const Context& context) -> Output {
    if (const auto wrong = wrong_value(*wish)) return *wrong;
    if (is_of_service(wish->what)) return wished_of_service(context, *wish);
    return each_of(context, *wish,
                   [&context](const Wish& one) { return set_number(context, one); });
  };
}

Run unset_command(CLI::App& command) {
  auto wish = wish_of(command);
  add_what(command, *wish);
  auto all = std::make_shared<bool>(false);
  command.add_flag("--all", *all,
                   "all that 'overrides' lists of services and servers, drains as well");
  for (const char* name : {"SERVER", "what"})
    command.get_option(name)->required(false);
  return [wish, all](const Context& context) {
    if (*all && wish->aim.server.empty()) return unset_all(context, *wish);
    if (*all || wish->what.empty())
      return failed({Exit::usage, "unset needs a server or a service and what of it, or --all"});
    if (is_of_service(wish->what)) return wished_of_service(context, *wish);
    return wished_of_each(context, *number_action(wish->what), *wish);
  };
}

Run calm_command(CLI::App& command) {
  auto service = std::make_shared<std::string>();
  command.add_option("SERVICE", *service, "which service")->required()->option_text(" ");
  return [service](const Context& context) {
    return changed(context, {api::Action::calm, {{"service", *service}}, {}});
  };
}

Run overrides_command(CLI::App&) {
  return [](const Context& context) -> Output {
    const Question question{api::Action::overrides};
    if (context.format == Format::json) return json_page(context, question);
    const auto found = page<std::vector<OverrideView>>(context, question);
    if (!found) return found.error();
    if (found->view.empty()) return {Exit::done, "nothing differs from the file\n", ""};
    return table_output(context, overrides_table(*found), "");
  };
}

}  // namespace lvsd::ctl
