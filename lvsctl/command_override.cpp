#include <fmt/format.h>

#include <memory>
#include <optional>

#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"
#include "lvsctl/units.h"

// What operators change at run time: `drain`, `disable`, `set weight`… and the list of it. Each
// says what it did and how to undo it.

namespace lvsd::ctl {
namespace {

using api::OverrideView;
using api::WishView;

struct Wish {
  std::string target;  // SERVICE/SERVER
  std::string what;    // of set and unset
  std::uint32_t value = 0;
  std::string limit;
  std::string length;
  std::string reason;
  bool force = false;
};

api::Words query_of(const Wish& wish) {
  api::Words query;
  if (!wish.reason.empty()) query["reason"] = wish.reason;
  if (!wish.limit.empty()) query["limit_seconds"] = seconds_text(wish.limit);
  if (!wish.length.empty()) query["for_seconds"] = seconds_text(wish.length);
  if (wish.force) query["force"] = "1";
  return query;
}

std::string done_text(const WishView& view) {
  std::string out = view.text + "\n";
  if (view.undo) out += "Undo: " + *view.undo + "\n";
  return out;
}

Output done(const Context& context, const Question& question) {
  if (context.format == Format::json) return json_page(context, question);
  const auto answer = page<WishView>(context, question);
  if (!answer) return answer.error();
  return {Exit::done, done_text(answer->view), ""};
}

Output wished(const Context& context, api::Action action, const Wish& wish, api::Words query) {
  const auto words = server_words(wish.target);
  if (!words) return words.error();
  return done(context, {action, *words, std::move(query)});
}

std::shared_ptr<Wish> wish_of(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  add_target(command, wish->target);
  command.add_option("--reason", wish->reason, "why, for the log and for your colleagues")
      ->option_text("TEXT");
  command.add_flag("--force", wish->force, "even if nobody takes connections then");
  return wish;
}

void add_length(CLI::App& command, Wish& wish) {
  command.add_option("--for", wish.length, "undone by itself after this time")
      ->check(check_duration)
      ->option_text("TIME");
}

Run state_command(CLI::App& command, api::Action action, bool ends) {
  auto wish = wish_of(command);
  if (ends) add_length(command, *wish);
  if (action == api::Action::drain)
    command.add_option("--limit", wish->limit, "connections that are left then are cut")
        ->check(check_duration)
        ->option_text("TIME");
  return [wish, action](const Context& context) {
    return wished(context, action, *wish, query_of(*wish));
  };
}

std::optional<api::Action> number_action(const std::string& what) {
  if (what == "weight") return api::Action::set_weight;
  if (what == "max_connections" || what == "max-connections")
    return api::Action::set_max_connections;
  return std::nullopt;
}

std::string check_number(const std::string& what) {
  return number_action(what) ? "" : "'" + what + "' is neither weight nor max_connections";
}

void add_what(CLI::App& command, Wish& wish) {
  command.add_option("what", wish.what, "what of it")
      ->required()
      ->check(check_number)
      ->option_text("weight|max_connections");
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
  return state_command(command, api::Action::drain, true);
}
Run undrain_command(CLI::App& command) {
  return state_command(command, api::Action::undrain, false);
}
Run disable_command(CLI::App& command) {
  return state_command(command, api::Action::disable, true);
}
Run enable_command(CLI::App& command) {
  return state_command(command, api::Action::enable, false);
}
Run failback_command(CLI::App& command) {
  return state_command(command, api::Action::failback, false);
}

Run set_command(CLI::App& command) {
  auto wish = wish_of(command);
  add_what(command, *wish);
  command.add_option("value", wish->value, "instead of the file's")
      ->required()
      ->option_text("NUMBER");
  add_length(command, *wish);
  return [wish](const Context& context) {
    api::Words query = query_of(*wish);
    query["value"] = std::to_string(wish->value);
    return wished(context, *number_action(wish->what), *wish, std::move(query));
  };
}

Run unset_command(CLI::App& command) {
  auto wish = wish_of(command);
  add_what(command, *wish);
  return [wish](const Context& context) {
    return wished(context, *number_action(wish->what), *wish, query_of(*wish));
  };
}

Run calm_command(CLI::App& command) {
  auto service = std::make_shared<std::string>();
  command.add_option("SERVICE", *service, "which service")->required()->option_text(" ");
  return [service](const Context& context) {
    return done(context, {api::Action::calm, {{"service", *service}}, {}});
  };
}

Run tuning_restore_command(CLI::App&) {
  return [](const Context& context) {
    return done(context, {api::Action::restore_tuning, {}, {}});
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
