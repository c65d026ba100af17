#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "api/stats_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "model/connection_counts.h"

// `connections`: those the kernel has, or how many share what.

namespace lvsd::ctl {
namespace {

using api::ConnectionCountView;
using api::ConnectionView;
using Counts = std::vector<ConnectionCountView>;

struct Wish {
  std::string service;
  std::string server;
  std::string state;
  std::string client;
  std::uint64_t limit = 1000;
  bool limited = false;
  std::string by;
  std::string top;
};

// Of counts in two directions; wider ones are told line by line.
constexpr std::size_t most_columns = 12;

api::Words query_of(const Wish& wish) {
  api::Words query;
  const auto put = [&query](const char* name, const std::string& word) {
    if (!word.empty()) query[name] = word;
  };
  put("service", wish.service);
  put("server", wish.server);
  put("state", wish.state);
  put("client", wish.client);
  return query;
}

// "14:58", as ipvsadm has it.
std::string expiry_text(std::uint64_t seconds) {
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

std::string upper(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return word;
}

std::string flags_text(const ConnectionView& connection) {
  std::string out = connection.is_template ? "template" : "";
  if (connection.engine)
    out += fmt::format("{}{} {}", out.empty() ? "" : " ", *connection.engine,
                       connection.engine_data.value_or(""));
  return out;
}

Table connections_table(const std::vector<ConnectionView>& connections) {
  Table table;
  table.columns = {{"PRO", false, 4},     {"EXPIRE", true, 2}, {"STATE"},          {"CLIENT"},
                   {"VIRTUAL", false, 1}, {"SERVER"},          {"FLAGS", false, 3}};
  for (const ConnectionView& one : connections)
    table.rows.push_back({{upper(one.protocol)},
                          {expiry_text(one.expires_seconds)},
                          {one.state},
                          {one.client},
                          {one.service},
                          {one.server},
                          {flags_text(one)}});
  return table;
}

Output listed(const Context& context, const Wish& wish) {
  api::Words query = query_of(wish);
  // One more tells whether there are more.
  if (wish.limit != 0) query["limit"] = std::to_string(wish.limit + 1);
  const Question question{api::Action::connections, {}, query};
  if (context.format == Format::json) {
    Question exact = question;
    if (wish.limit != 0) exact.query["limit"] = std::to_string(wish.limit);
    return json_page(context, exact);
  }
  auto found = page<std::vector<ConnectionView>>(context, question);
  if (!found) return found.error();
  auto& connections = found->view;
  const bool has_more = wish.limit != 0 && connections.size() > wish.limit;
  if (has_more) connections.resize(wish.limit);
  Output output = table_output(context, connections_table(connections), "no such connections");
  if (has_more)
    output.err += fmt::format("the first {}, there are more; --limit 0 for all\n", wish.limit);
  return output;
}

// ---- counts

std::string part_of(const ConnectionCountView& view, ConnectionPart part) {
  switch (part) {
    case ConnectionPart::protocol:
      return view.protocol.value_or("others");
    case ConnectionPart::client:
      return view.client.value_or("others");
    case ConnectionPart::service:
      return view.service.value_or("others");
    case ConnectionPart::server:
      return view.server.value_or("others");
    case ConnectionPart::state:
      break;
  }
  return view.state.value_or("others");
}

using Parts = std::vector<ConnectionPart>;

Table counts_table(const Counts& counts, const Parts& by, std::vector<std::string>& titles) {
  Table table;
  for (const ConnectionPart part : by)
    titles.push_back(upper(std::string(text(part))));
  for (const std::string& title : titles)
    table.columns.push_back({title});
  table.columns.push_back({"COUNT", true});
  for (const ConnectionCountView& view : counts) {
    std::vector<Cell> row;
    for (const ConnectionPart part : by)
      row.push_back({part_of(view, part)});
    row.push_back({std::to_string(view.count)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

// The second part goes across.
Table crossed_table(const Counts& counts, const Parts& by, std::vector<std::string>& titles) {
  std::set<std::string> across;
  std::map<std::string, std::map<std::string, std::uint64_t>> cells;
  for (const ConnectionCountView& view : counts) {
    across.insert(part_of(view, by[1]));
    cells[part_of(view, by[0])][part_of(view, by[1])] += view.count;
  }
  if (across.size() > most_columns) return counts_table(counts, by, titles);
  titles.push_back(upper(std::string(text(by[0]))));
  titles.insert(titles.end(), across.begin(), across.end());
  Table table;
  for (const std::string& title : titles)
    table.columns.push_back({title, !table.columns.empty()});
  for (auto& [name, counted] : cells) {
    std::vector<Cell> row = {{name}};
    for (const std::string& column : across)
      row.push_back({counted.contains(column) ? std::to_string(counted.at(column)) : "0"});
    table.rows.push_back(std::move(row));
  }
  return table;
}

// "clients" of --top is "client" of --count-by.
std::string singular(std::string word) {
  if (word.ends_with('s')) word.pop_back();
  return word;
}

std::string check_parts(const std::string& word) {
  return parse_connection_parts(word)
             ? ""
             : "'" + word + "' is not one or more of protocol,client,service,server,state";
}

std::string check_top(const std::string& word) {
  const auto parts = parse_connection_parts(singular(word));
  return parts && parts->size() == 1
             ? ""
             : "'" + word + "' is none of clients, servers, services, states and protocols";
}

Output counted(const Context& context, const Wish& wish) {
  const bool is_top = !wish.top.empty();
  const std::string by = is_top ? singular(wish.top) : wish.by;
  Question question{api::Action::connection_counts, {}, query_of(wish)};
  question.query["by"] = by;
  if (wish.limited && wish.limit != 0) question.query["limit"] = std::to_string(wish.limit);
  if (is_top && !wish.limited) question.query["limit"] = "10";
  if (context.format == Format::json) return json_page(context, question);
  const auto counts = page<Counts>(context, question);
  if (!counts) return counts.error();
  const Parts parts = *parse_connection_parts(by);
  std::vector<std::string> titles;  // outlives the table
  return table_output(context,
                      parts.size() == 2 ? crossed_table(counts->view, parts, titles)
                                        : counts_table(counts->view, parts, titles),
                      "no such connections");
}

}  // namespace

Run connections_command(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  command.add_option("--service", wish->service, "of this service")->option_text("SERVICE");
  command.add_option("--server", wish->server, "with this server, by its address or name")
      ->option_text("SERVER");
  command.add_option("--state", wish->state, "in this state: ESTABLISHED, FIN_WAIT")
      ->option_text("STATE");
  command.add_option("--client", wish->client, "from there: 198.51.100.0/24, 2001:db8::1")
      ->option_text("NETWORK");
  auto* limit = command.add_option("-l,--limit", wish->limit, "at most so many (1000); 0: all")
                    ->option_text("N");
  auto* by = command
                 .add_option("--count-by", wish->by,
                             "how many there are, by protocol,client,service,server,state or some "
                             "of these")
                 ->check(check_parts)
                 ->option_text("WHAT");
  command.add_option("--top", wish->top, "clients, servers, services or states with the most (10)")
      ->check(check_top)
      ->excludes(by)
      ->option_text("WHAT");
  return [wish, limit](const Context& context) {
    wish->limited = limit->count() > 0;
    return wish->by.empty() && wish->top.empty() ? listed(context, *wish) : counted(context, *wish);
  };
}

}  // namespace lvsd::ctl
