#include <memory>

#include "api/filter.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"
#include "lvsctl/units.h"
#include "lvsctl/words.h"

// `services` and `servers`: the two lists.

namespace lvsd::ctl {
namespace {

using api::ServerView;
using api::ServiceView;

std::string flags_text(const ServiceView& service) {
  std::string out;
  for (const std::string& flag : service.flags)
    out += (out.empty() ? "" : ",") + flag;
  return out.empty() ? "-" : out;
}

std::string protocol_text(const ServiceKey& key) {
  if (key.fwmark != 0) return key.family == Family::v6 ? "fwmark6" : "fwmark";
  return std::string(text(key.protocol));
}

std::string local_text(const ServiceView& service) {
  const ServiceKey& key = service.key;
  std::string out =
      key.fwmark != 0 ? std::to_string(key.fwmark) : text(Endpoint{key.address, key.port});
  if (!service.also.empty()) out += " +" + std::to_string(service.also.size());
  return out;
}

Table services_table(const Page<std::vector<ServiceView>>& page, bool wide) {
  Table table;
  table.columns = {{"NAME"},          {"PROTO", false, 2},  {"ADDRESS"},        {"SCHED", false, 5},
                   {"UP/TOTAL"},      {"QUORUM", false, 4}, {"POOL", false, 3}, {"STATE"},
                   {"SINCE", true, 1}};
  if (wide) table.columns.insert(table.columns.begin() + 4, {{"FLAGS"}, {"PERSIST"}, {"FWD"}});
  for (const ServiceView& service : page.view) {
    std::vector<Cell> row = {
        {service.service},
        {protocol_text(service.key)},
        {local_text(service)},
        {service.scheduler},
        {std::to_string(service.count.up) + "/" + std::to_string(service.count.total)},
        {std::to_string(service.quorum.required) + (service.quorum.holds ? " ok" : " lost")},
        {service.pool},
        {service.state, style_of(service.state)},
        {age_text(service.since, page.head.time)}};
    if (wide)
      row.insert(
          row.begin() + 4,
          {{flags_text(service)}, {persistence_text(service.persistence)}, {service.forwarding}});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table servers_table(const Page<std::vector<ServerView>>& page, bool wide) {
  Table table;
  table.columns = {{"SERVICE/SERVER"},  {"ADDRESS", false, 4}, {"ROLE", false, 5},
                   {"ADMIN", false, 6}, {"HEALTH", false, 2},  {"STATE"},
                   {"WEIGHT", true},    {"SINCE", true, 1},    {"LAST CHECK", false, 3}};
  if (wide)
    table.columns.insert(table.columns.end(),
                         {{"AGE", true}, {"FWD"}, {"ACT/INACT/PERS", true}, {"REASON"}});
  for (const ServerView& server : page.view) {
    std::vector<Cell> row = {{name_text(server)},
                             {text(server.endpoint)},
                             {server.role},
                             {server.admin.state},
                             {health_text(server.health)},
                             state_cell(server),
                             {weight_text(server.weight)},
                             {age_text(server.since, page.head.time)},
                             {last_check_text(server.health)}};
    if (wide) {
      const auto& last = server.health.last;
      row.insert(row.end(), {{last ? duration_text(last->age_seconds) : "-"},
                             {server.forwarding},
                             {connections_text(server.connections, true)},
                             {server.reason}});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

template <class View>
Output listed(const Context& context, const Question& question,
              Table (*table)(const Page<std::vector<View>>&, bool),
              std::string (*name)(const View&), std::string_view none) {
  if (context.format == Format::json) return json_page(context, question);
  const auto list = page<std::vector<View>>(context, question);
  if (!list) return list.error();
  if (context.format == Format::name) {
    Output output;
    for (const View& item : list->view)
      output.out += name(item) + "\n";
    return output;
  }
  if (!context.filter.empty()) none = "none is as the filter says";
  return table_output(context, table(*list, context.format == Format::wide), none);
}

std::string service_name(const ServiceView& service) {
  return service.service;
}

Output servers_listed(const Context& context, const Question& question) {
  return listed<ServerView>(context, question, servers_table, name_text,
                            "no servers are configured");
}

Exit exit_of_some(const std::vector<ServerView>& servers) {
  return servers.empty() ? Exit::no_such_object : Exit::done;
}

// Those that a pattern, a host or SERVICE/SERVER is for; none is a mistake, unless --filter leaves
// none.
Output servers_like(const Context& context, const std::string& word, const std::string& terms) {
  // lvsd would count the columns of a mistake from the parenthesis, and not see one that it closes.
  if (!context.filter.empty())
    if (const auto own = api::Filter::parse(context.filter); !own)
      return failed({Exit::usage, "filter: " + own.error()});
  Context narrowed = context;
  narrowed.filter = context.filter.empty() ? terms : "(" + context.filter + ") && " + terms;
  const Question question{api::Action::servers};
  if (!context.filter.empty()) return servers_listed(narrowed, question);
  const bool as_json = context.format == Format::json;
  Output output =
      as_json ? json_page(narrowed, question, exit_of_some) : servers_listed(narrowed, question);
  if (!as_json && output.exit == Exit::done && output.out.empty())
    output.exit = Exit::no_such_object;
  if (output.exit == Exit::no_such_object)
    output.err = failed({output.exit, "no server is as '" + word + "'"}).err;
  return output;
}

Output servers_output(const Context& context, const std::string& target) {
  if (target.empty()) return servers_listed(context, {api::Action::servers});
  const bool is_service = target.find('/') == target.npos && !target.starts_with('@');
  if (is_service && !is_wide(target))
    return servers_listed(context, {api::Action::servers, {}, {{"service", target}}});
  if (is_service) return servers_like(context, target, service_filter(target));
  const auto terms = server_filter(target);
  return terms ? servers_like(context, target, *terms) : terms.error();
}

}  // namespace

Run services_command(CLI::App&) {
  return [](const Context& context) {
    return listed<ServiceView>(context, {api::Action::services}, services_table, service_name,
                               "no services are configured");
  };
}

Run servers_command(CLI::App& command) {
  auto target = std::make_shared<std::string>();
  command
      .add_option("TARGET", *target,
                  "only those of this SERVICE, or as a pattern says: 'web*', 'web*/db?'; @NAME is "
                  "that host in every service")
      ->option_text(" ");
  return [target](const Context& context) { return servers_output(context, *target); };
}

}  // namespace lvsd::ctl
