#include <fmt/format.h>

#include <memory>

#include "lvsctl/arrangements.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/target.h"
#include "lvsctl/units.h"
#include "lvsctl/words.h"

// `show SERVICE` and `show SERVICE/SERVER`: everything about one of them.

namespace lvsd::ctl {
namespace {

using api::Head;
using api::ServerView;
using api::ServiceView;

// "since 14:31:02 (3m10s)"
std::string since_text(const std::optional<api::Moment>& since, const Head& head) {
  if (!since) return "";
  return fmt::format(" since {} ({})", clock_text(*since, head.time), age_text(since, head.time));
}

std::string line(std::string_view label, const std::vector<std::string>& pieces,
                 const Screen& screen) {
  std::vector<std::string> out = pieces;
  out.front() = fmt::format("  {:<9} {}", label, pieces.front());
  return flowing(out, screen, 12) + "\n";
}

std::string lines(std::string_view label, const std::vector<Pieces>& of, const Screen& screen) {
  std::string out;
  for (const Pieces& pieces : of)
    out += line(label, pieces, screen);
  return out;
}

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

// ---- a service

std::string addresses_text(const ServiceView& service) {
  std::string out = text(service.key);
  for (const ServiceKey& key : service.also)
    out += ", " + text(key);
  return out;
}

Table servers_table(const std::vector<ServerView>& servers) {
  Table table;
  table.columns = {{"SERVER"},       {"ADDRESS", false, 2}, {"ROLE", false, 4},
                   {"STATE"},        {"WEIGHT", true},      {"ACT/INACT/PERS", true, 1},
                   {"MAX", true, 5}, {"CHECK", false, 3}};
  for (const ServerView& server : servers) {
    const auto& last = server.health.last;
    const auto& max = server.connections.max;
    table.rows.push_back({{server.server},
                          {text(server.endpoint)},
                          {server.role},
                          state_cell(server),
                          {weight_text(server.weight)},
                          {connections_text(server.connections, true)},
                          {max ? std::to_string(*max) : "-"},
                          {last_check_text(server.health) +
                           (last ? " " + duration_text(last->age_seconds) + " ago" : "")}});
  }
  return table;
}

// With --resolve names for the addresses of both, found together. The service's are a row for so
// long.
void resolve_all(const Context& context, std::string& addresses, Table& servers) {
  std::vector<Cell> row(servers.columns.size());
  row.front().text = addresses;
  servers.rows.push_back(std::move(row));
  resolve(context, servers);
  addresses = servers.rows.back().front().text;
  servers.rows.pop_back();
}

std::string service_text(const Page<ServiceView>& page, const Context& context) {
  const ServiceView& service = page.view;
  const Screen& screen = context.screen;
  std::string addresses = addresses_text(service);
  const auto members = service.servers.value_or(std::vector<ServerView>{});
  Table servers = servers_table(members);
  resolve_all(context, addresses, servers);
  const api::QuorumView& quorum = service.quorum;
  std::string state = painted(service.state, style_of(service.state), screen.color);
  if (!service.pool.empty()) state += " on " + service.pool + " pool";
  Pieces title = {service.service, addresses, state + since_text(service.since, page.head)};
  if (service.owner) title.push_back("owner: " + *service.owner);
  std::string out = flowing(title, screen, 2) + "\n";
  std::vector<std::string> how = {service.scheduler, "forward " + service.forwarding,
                                  "persistence " + persistence_text(service.persistence)};
  for (const std::string& flag : service.flags)
    how.push_back(flag);
  out += line("scheduler", how, screen);
  out += line("quorum",
              {fmt::format("{} {} (weight now {} of {})", quorum.required,
                           quorum.holds ? "ok" : "lost", quorum.weight, quorum.total_weight),
               fmt::format("hysteresis {}", quorum.hysteresis)},
              screen);
  out += lines("backup", backup_lines(members), screen);
  out += lines("check", check_lines(members), screen);
  out += lines("drain", drain_lines(members, service.graceful_removal), screen);
  out += lines("start", start_lines(members), screen);
  if (service.config) out += line("config", {*service.config}, screen);
  if (const std::string list = text(servers, screen, 2); !list.empty()) out += "\n" + list;
  return out;
}

// ---- a server

std::string last_text(const api::HealthView& health) {
  if (!health.last) return "not checked yet";
  std::string out = fmt::format("last {}, {} ago", last_check_text(health),
                                duration_text(health.last->age_seconds));
  if (!health.last->text.empty()) out += " " + in_quotes(health.last->text);
  return out;
}

std::vector<std::string> health_pieces(const api::HealthView& health, const Head& head) {
  std::string state = health_text(health);
  if (health.since) state += " " + age_text(health.since, head.time);
  if (health.fall == 0) return {state};
  return {state, fmt::format("rise {} fall {}", health.rise, health.fall), last_text(health)};
}

std::string checks_text(const ServerView& server, const Screen& screen) {
  std::string out;
  for (const api::CheckView& check : server.checks.value_or(std::vector<api::CheckView>{})) {
    Pieces pieces = check_pieces(check);
    pieces.push_back(health_text(check.health));
    pieces.push_back(last_text(check.health));
    out += line("check", pieces, screen);
  }
  return out;
}

std::vector<std::string> kernel_pieces(const ServerView& server) {
  if (!server.in_kernel) return {"not read yet"};
  std::vector<std::string> pieces;
  if (*server.in_kernel) {
    const auto& kernel = server.weight.kernel;
    pieces.push_back(fmt::format("weight {}", kernel ? std::to_string(*kernel) : "-"));
    pieces.push_back("forward " + server.forwarding);
    pieces.push_back("connections " + connections_text(server.connections, true));
    if (server.connections.max) pieces.push_back(fmt::format("max {}", *server.connections.max));
  } else {
    pieces.emplace_back("absent");
  }
  const auto& wanted = server.weight.wanted;
  if (!kernel_difference(server))
    pieces.emplace_back("matches the wanted state");
  else
    pieces.push_back("WANTED: " + (wanted ? fmt::format("weight {}", *wanted) : "absent"));
  return pieces;
}

// "connections 991K", "in 81M packets 64 GB", "out -"
std::vector<std::string> traffic_pieces(const api::CountersView& counters, Digits digits) {
  const auto way = [digits](std::string_view name, const auto& packets, const auto& bytes) {
    if (!packets && !bytes) return fmt::format("{} -", name);
    return fmt::format("{} {} packets {}", name, amount_text(packets, digits),
                       bytes_text(bytes, digits));
  };
  return {"connections " + amount_text(counters.connections, digits),
          way("in", counters.in_packets, counters.in_bytes),
          way("out", counters.out_packets, counters.out_bytes)};
}

std::string server_text(const Page<ServerView>& page, const Context& context) {
  const ServerView& server = page.view;
  const Screen& screen = context.screen;
  Table address{.columns = {{"ADDRESS"}}, .rows = {{{text(server.endpoint)}}}};
  resolve(context, address);
  std::string state = painted(server.state, style_of(server.state), screen.color) +
                      since_text(server.since, page.head);
  std::string out =
      flowing({name_text(server), address.rows.front().front().text, server.role, state}, screen,
              2) +
      "\n";
  if (!server.reason.empty()) out += line("reason", {server.reason}, screen);
  out += line("admin", admin_pieces(server.admin, page.head), screen);
  out += line("health", health_pieces(server.health, page.head), screen);
  out += checks_text(server, screen);
  out += lines("backup", backup_lines({server}), screen);
  out += lines("drain", drain_lines({server}, false), screen);
  out += lines("start", start_lines({server}), screen);
  out += line("weight", {weight_text(server.weight)}, screen);
  out += line("kernel", kernel_pieces(server), screen);
  out += line("traffic", traffic_pieces(server.counters, screen.digits), screen);
  if (server.config) out += line("config", {*server.config}, screen);
  return out;
}

// ---- either

template <class View>
Output shown(const Context& context, const Question& question,
             std::string (*whole)(const Page<View>&, const Context&),
             std::string (*name)(const View&)) {
  if (context.format == Format::json) return json_page(context, question);
  const auto answer = page<View>(context, question);
  if (!answer) return answer.error();
  if (context.format == Format::name) return {Exit::done, name(answer->view) + "\n", ""};
  return {Exit::done, whole(*answer, context), ""};
}

std::string service_name(const ServiceView& service) {
  return service.service;
}

Output service_output(const Context& context, const std::string& name) {
  return shown<ServiceView>(context, {api::Action::service, {{"service", name}}}, service_text,
                            service_name);
}

Output server_output(const Context& context, const std::string& target) {
  const auto slash = target.find('/');
  const api::Words words = {{"service", target.substr(0, slash)},
                            {"server", target.substr(slash + 1)}};
  for (const auto& [what, word] : words)
    if (word.empty()) return failed({Exit::usage, fmt::format("'{}' names no {}", target, what)});
  return shown<ServerView>(context, {api::Action::server, words}, server_text, name_text);
}

using One = Output (*)(const Context&, const std::string&);

Output each_shown(const Context& context, const std::vector<std::string>& names, One one) {
  std::vector<Output> outputs;
  outputs.reserve(names.size());
  for (const std::string& name : names)
    outputs.push_back(one(context, name));
  if (context.format == Format::table) keep_apart(outputs);
  return together(std::move(outputs));
}

Output services_output(const Context& context, const std::string& pattern) {
  const auto found = page_as_is<std::vector<ServiceView>>(
      context, {api::Action::services, {}, {{"filter", service_filter(pattern)}}});
  if (!found) return found.error();
  if (found->view.empty())
    return failed({Exit::no_such_object, fmt::format("no service is as '{}'", pattern)});
  std::vector<std::string> names;
  for (const ServiceView& service : found->view)
    names.push_back(service.service);
  return each_shown(context, names, service_output);
}

Output show_output(const Context& context, const std::string& target) {
  const bool is_service = target.find('/') == target.npos && !target.starts_with('@');
  if (is_service)
    return is_wide(target) ? services_output(context, target) : service_output(context, target);
  if (!is_wide(target)) return server_output(context, target);
  const auto servers = aimed_at(context, {.server = target, .several = true, .sorry = true});
  return servers ? each_shown(context, *servers, server_output) : servers.error();
}

}  // namespace

Run show_command(CLI::App& command) {
  auto target = std::make_shared<std::string>();
  command
      .add_option("TARGET", *target,
                  "SERVICE or SERVICE/SERVER: a name, tcp:203.0.113.10:80, udp:[2001:db8::53]:53, "
                  "fwmark:10; a server also by its address; or a pattern as 'web*' or 'web*/db?'; "
                  "@NAME is that host in every service")
      ->required()
      ->option_text(" ");
  return [target](const Context& context) { return show_output(context, *target); };
}

}  // namespace lvsd::ctl
