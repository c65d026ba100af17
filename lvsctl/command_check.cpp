#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/printable.h"
#include "lvsctl/check_steps.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"
#include "lvsctl/units.h"
#include "lvsctl/words.h"

// `check SERVER`: what they say now. `check history|run|pause|resume SERVER`: what the checks of
// servers said, and steering them. `check digest URL`: what to write in an HTTP_GET.

namespace lvsd::ctl {
namespace {

using api::CheckHistoryView;
using api::PastResultView;
using Checks = std::vector<CheckHistoryView>;

struct Wish {
  Aim aim{.sorry = true};
  std::size_t limit = 20;
  std::string length;
  bool count = false;
  bool all = false;
};

std::string phase_text(const std::optional<double>& seconds) {
  return seconds ? latency_text(*seconds) : "-";
}

Table results_table(const CheckHistoryView& check, const api::Head& head, std::size_t limit) {
  Table table;
  table.columns = {{"AT"},
                   {"RESULT"},
                   {"TOTAL", true},
                   {"CONNECT", true, 3},
                   {"TLS", true, 4},
                   {"FIRST BYTE", true, 3},
                   {"FROM", false, 5},
                   {"TEXT", false, 1}};
  for (const PastResultView& past : check.results) {
    if (table.rows.size() == limit) break;
    table.rows.push_back({{past.at ? clock_text(*past.at, head.time) : "-"},
                          {result_text(past.result)},
                          {latency_text(past.result.duration_seconds)},
                          {phase_text(past.phases_seconds.connect)},
                          {phase_text(past.phases_seconds.tls)},
                          {phase_text(past.phases_seconds.first_byte)},
                          {past.source.value_or("-")},
                          {past.output.empty() ? past.result.text : past.output}});
  }
  return table;
}

std::string check_text(const CheckHistoryView& check, const api::Head& head, const Screen& screen,
                       std::size_t limit) {
  const std::string title = flowing(check_pieces(check), screen, 2) + "\n";
  if (check.results.empty()) return title + "  has not run yet\n";
  return title + text(results_table(check, head, limit), screen, 2);
}

// A run is shown step by step, all else as a table of results.
std::string checks_text(const Page<Checks>& page, const Context& context, api::Action action,
                        const Wish& wish) {
  const bool is_run = action == api::Action::run_checks && !context.dry_run;
  std::string out;
  for (const CheckHistoryView& check : page.view) {
    if (!out.empty()) out += '\n';
    out += is_run ? steps_text(check, page.head, wish.count, context.screen)
                  : check_text(check, page.head, context.screen, wish.limit);
  }
  return out;
}

bool passes(const CheckHistoryView& check) {
  return !check.results.empty() && check.results.front().verdict == "pass";
}

// A server's checks under its name, where there are several servers.
std::string titled(const std::string& server, const std::string& checks) {
  return printable_line(server) + ":\n" + checks;
}

// Of a run: no, where one of them does not pass.
Exit exit_of_run(const Checks& checks) {
  return std::all_of(checks.begin(), checks.end(), passes) ? Exit::done : Exit::negative;
}
Exit always_done(const Checks&) {
  return Exit::done;
}

using ExitOf = Exit (*)(const Checks&);

struct Asking {
  api::Action action;
  ExitOf exit;
};

// Of one server; `is_one_of_many`: with its name.
Output checks_output(const Context& context, const Asking& asking, const Wish& wish,
                     const std::string& server, bool is_one_of_many) {
  const auto words = server_words(server);
  if (!words) return words.error();
  Question question{asking.action, *words};
  if (!wish.length.empty()) question.query["for_seconds"] = seconds_text(wish.length);
  if (asking.action == api::Action::run_checks && !wish.count) question.query["count"] = "no";
  if (context.format == Format::json) return json_page(context, question, asking.exit);
  const auto checks = page<Checks>(context, question);
  if (!checks) return checks.error();
  if (checks->view.empty()) return {Exit::done, "", printable_line(server) + " has no checks\n"};
  const std::string text = checks_text(*checks, context, asking.action, wish);
  return {asking.exit(checks->view), is_one_of_many ? titled(server, text) : text, ""};
}

// One that does not pass is an answer of all of them, and not a part that was not done.
Output together_checked(std::vector<Output> outputs) {
  const bool are_answers = std::all_of(outputs.begin(), outputs.end(), [](const Output& one) {
    return one.exit == Exit::done || one.exit == Exit::negative;
  });
  Output all = together(std::move(outputs));
  if (are_answers && all.exit == Exit::partly) all.exit = Exit::negative;
  return all;
}

Output checks_of_each(const Context& context, const Asking& asking, const Wish& wish) {
  const auto servers = aimed_at(context, wish.aim);
  if (!servers) return servers.error();
  std::vector<Output> outputs;
  for (const std::string& server : *servers)
    outputs.push_back(checks_output(context, asking, wish, server, servers->size() > 1));
  if (context.format == Format::table) keep_apart(outputs);
  return together_checked(std::move(outputs));
}

std::shared_ptr<Wish> wish_of(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  add_server(command, wish->aim);
  return wish;
}

// What is asked of them is done, or with --dry-run shown. The newest result of each is what it came
// to.
Output steered(const Context& context, const Asking& asking, Wish wish) {
  wish.limit = 1;
  if (!context.dry_run) return checks_of_each(context, asking, wish);
  Output meant = checks_of_each(context, {asking.action, always_done}, wish);
  if (meant.exit == Exit::done) meant.err += "nothing was done: this is what it is about\n";
  return meant;
}

std::shared_ptr<Wish> wish_of_run(CLI::App& command) {
  auto wish = wish_of(command);
  command.add_flag("--all", wish->all, "SERVER is a service: the checks of all of its servers");
  return wish;
}

Run steering(CLI::App& command, api::Action action) {
  auto wish = wish_of(command);
  if (action == api::Action::pause_checks)
    command.add_option("--for", wish->length, "they go on by themselves after this time")
        ->check(check_duration)
        ->option_text("TIME");
  return [wish, asking = Asking{action, always_done}](const Context& context) {
    return steered(context, asking, *wish);
  };
}

// What counts changes something, so that a pattern has to be meant.
Output run_now(const Context& context, Wish wish) {
  const std::string& server = wish.aim.server;
  if (server.empty())
    return failed({Exit::usage, "which server: SERVICE/SERVER, or SERVICE --all"});
  if (!wish.all && !is_wide(server) && server.find('/') == server.npos)
    return failed({Exit::usage, fmt::format("'{}' is not SERVICE/SERVER; with --all it is all "
                                            "servers of that service",
                                            server)});
  if (wish.all) wish.aim.server += "/*";
  if (wish.all || !wish.count) wish.aim.several = true;
  Output output = steered(context, {api::Action::run_checks, exit_of_run}, wish);
  const bool is_answer = output.exit == Exit::done || output.exit == Exit::negative;
  if (is_answer && !wish.count && !context.dry_run && !context.quiet)
    output.err += "not counted for rise and fall; with --count it is\n";
  return output;
}

// ---- digest

struct Url {
  std::string target;  // address and port
  std::string path;
  bool tls = false;
};

// Nothing for what is no URL of an address: names are not resolved, since a check has none either.
std::optional<Url> url_of(std::string_view text) {
  Url url{.tls = text.starts_with("https://")};
  if (!url.tls && !text.starts_with("http://")) return std::nullopt;
  text.remove_prefix(text.find("//") + 2);
  const auto slash = std::min(text.find('/'), text.size());
  std::string place(text.substr(0, slash));
  url.path = slash == text.size() ? "/" : text.substr(slash);
  const bool has_port = place.find(':') != place.npos && !place.ends_with(']');
  if (!has_port) place += url.tls ? ":443" : ":80";
  const auto endpoint = parse_endpoint(place);
  if (!endpoint) return std::nullopt;
  url.target = lvsd::text(*endpoint);
  return url;
}

Exit exit_of_digest(const api::DigestView& view) {
  return view.digest ? Exit::done : Exit::negative;
}

Output digest_output(const Context& context, const std::string& word, const std::string& host) {
  const auto url = url_of(word);
  if (!url)
    return failed(
        {Exit::usage, fmt::format("'{}' is not http:// or https:// with an address", word)});
  const Question question{api::Action::digest,
                          {},
                          {{"target", url->target},
                           {"path", url->path},
                           {"tls", url->tls ? "yes" : "no"},
                           {"host", host}}};
  if (context.format == Format::json) return json_page(context, question, exit_of_digest);
  const auto answer = page<api::DigestView>(context, question);
  if (!answer) return answer.error();
  const api::DigestView& view = answer->view;
  if (view.digest) return {Exit::done, fmt::format("digest {}\n", *view.digest), ""};
  return {
      Exit::negative, "",
      fmt::format("{} {} has no digest: {}\n", result_text(view.result), word, view.result.text)};
}

}  // namespace

Run check_digest_command(CLI::App& command) {
  auto url = std::make_shared<std::string>();
  auto host = std::make_shared<std::string>();
  command.add_option("URL", *url, "http://10.0.0.11/path, https://[2001:db8::1]:8443/")
      ->required()
      ->option_text(" ");
  command.add_option("--host", *host, "the virtual host, and the name for TLS")
      ->option_text("NAME");
  return [url, host](const Context& context) { return digest_output(context, *url, *host); };
}

Run check_history_command(CLI::App& command) {
  auto wish = wish_of(command);
  wish->aim.several = true;
  command.add_option("-l,--limit", wish->limit, "how many results of each check (20)")
      ->check(CLI::Range(1, 20))
      ->option_text("N");
  return [wish](const Context& context) {
    return checks_of_each(context, {api::Action::checks, always_done}, *wish);
  };
}

Run check_command(CLI::App& command) {
  auto wish = wish_of_run(command);
  command.get_option("SERVER")->required(false);  // its parts have one of their own
  command.add_flag("--count", wish->count, "the results count for rise and fall");
  return [wish](const Context& context) { return run_now(context, *wish); };
}

Run check_run_command(CLI::App& command) {
  auto wish = wish_of_run(command);
  wish->count = true;
  return [wish](const Context& context) { return run_now(context, *wish); };
}

Run check_pause_command(CLI::App& command) {
  return steering(command, api::Action::pause_checks);
}

Run check_resume_command(CLI::App& command) {
  return steering(command, api::Action::resume_checks);
}

}  // namespace lvsd::ctl
