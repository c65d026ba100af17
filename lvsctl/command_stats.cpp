#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/stats_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/stats_since.h"
#include "lvsctl/units.h"
#include "lvsctl/wish.h"
#include "lvsctl/words.h"

// `stats`: what the kernel counted, in ipvsadm's columns.

namespace lvsd::ctl {
namespace {

using api::ServerStatsView;
using api::ServiceStatsView;
using Stats = std::vector<ServiceStatsView>;
using Number = std::optional<std::uint64_t>;

struct Wish {
  std::string service;
  bool rate = false;
  bool thresholds = false;
  bool persistent = false;
  bool zero = false;
  bool per_cpu = false;
  std::string since;  // empty, "last" or "boot"
};

// A column: its title, and the number of a service and of a server.
struct Measure {
  std::string_view title;
  std::function<Number(const ServiceStatsView&)> of_service;
  std::function<Number(const ServerStatsView&)> of_server;
  bool in_bytes = false;
};

Number none(const ServiceStatsView&) {
  return std::nullopt;
}

// The same field of a part that services and servers have alike.
template <class Part>
Measure shared(std::string_view title, Part ServiceStatsView::*service,
               Part ServerStatsView::*server, Number Part::*field, bool bytes = false) {
  return {title, [=](const ServiceStatsView& view) { return (view.*service).*field; },
          [=](const ServerStatsView& view) { return (view.*server).*field; }, bytes};
}

Measure counter(std::string_view title, Number api::CountersView::*field, bool bytes = false) {
  return shared(title, &ServiceStatsView::counters, &ServerStatsView::counters, field, bytes);
}
Measure rate(std::string_view title, Number api::RatesView::*field, bool bytes = false) {
  return shared(title, &ServiceStatsView::rates, &ServerStatsView::rates, field, bytes);
}
Measure connections(std::string_view title, Number api::ConnectionsView::*field) {
  return shared(title, &ServiceStatsView::connections, &ServerStatsView::connections, field);
}
Measure threshold(std::string_view title, Number api::ThresholdsView::*field) {
  return {title, none, [=](const ServerStatsView& view) { return view.thresholds.*field; }};
}
Number weight_of(const ServerStatsView& view) {
  return view.weight ? Number(static_cast<std::uint64_t>(*view.weight)) : std::nullopt;
}

std::vector<Measure> measures(const Wish& wish) {
  using api::ConnectionsView;
  using api::CountersView;
  using api::RatesView;
  const Measure active = connections("ActiveConn", &ConnectionsView::active);
  const Measure inactive = connections("InActConn", &ConnectionsView::inactive);
  if (wish.thresholds)
    return {threshold("Uthreshold", &api::ThresholdsView::upper),
            threshold("Lthreshold", &api::ThresholdsView::lower), active, inactive};
  if (wish.persistent)
    return {{"Weight", none, weight_of},
            connections("PersistConn", &ConnectionsView::persistent),
            active,
            inactive};
  if (wish.rate)
    return {rate("CPS", &RatesView::cps), rate("InPPS", &RatesView::in_pps),
            rate("OutPPS", &RatesView::out_pps), rate("InBPS", &RatesView::in_bps, true),
            rate("OutBPS", &RatesView::out_bps, true)};
  return {counter("Conns", &CountersView::connections),
          counter("InPkts", &CountersView::in_packets),
          counter("OutPkts", &CountersView::out_packets),
          counter("InBytes", &CountersView::in_bytes, true),
          counter("OutBytes", &CountersView::out_bytes, true)};
}

std::string number_text(const Number& number, bool bytes, Digits digits) {
  return bytes ? bytes_text(number, digits) : amount_text(number, digits);
}

Table stats_table(const Stats& stats, const Wish& wish, Digits digits) {
  const auto columns = measures(wish);
  // Limits are compared digit by digit.
  if (wish.thresholds || wish.persistent) digits = Digits::all;
  Table table;
  table.columns = {{"SERVICE/SERVER"}};
  for (const Measure& measure : columns)
    table.columns.push_back({measure.title, true});
  std::vector<Number> totals(columns.size());
  const auto add_row = [&](Cell name, const auto& number_of) {
    std::vector<Cell> row = {std::move(name)};
    for (std::size_t i = 0; i < columns.size(); ++i)
      row.push_back({number_text(number_of(i), columns[i].in_bytes, digits)});
    table.rows.push_back(std::move(row));
  };
  for (const ServiceStatsView& service : stats) {
    add_row({service.service, Style::strong},
            [&](std::size_t i) { return columns[i].of_service(service); });
    for (const ServerStatsView& server : service.servers)
      add_row({"  " + server.server, style_of(server.state)},
              [&](std::size_t i) { return columns[i].of_server(server); });
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (const Number number = columns[i].of_service(service))
        totals[i] = totals[i].value_or(0) + *number;
  }
  if (stats.size() > 1) add_row({"total", Style::strong}, [&](std::size_t i) { return totals[i]; });
  return table;
}

// Services in the order of a column, and of each its servers; the sum stays at the end. False:
// there is no such column.
bool sort_groups(Table& table, const std::string& title, bool has_total) {
  Table heads{.columns = table.columns, .rows = {}};
  std::map<std::string, Table> servers;  // by the service's name
  std::vector<std::vector<Cell>> total;
  if (has_total) {
    total.push_back(std::move(table.rows.back()));
    table.rows.pop_back();
  }
  for (auto& row : table.rows) {
    const bool is_server = row.front().text.starts_with("  ");
    if (!is_server) servers[row.front().text] = {.columns = table.columns, .rows = {}};
    (is_server ? servers[heads.rows.back().front().text] : heads).rows.push_back(std::move(row));
  }
  if (!sort_rows(heads, title)) return false;
  table.rows.clear();
  for (auto& head : heads.rows) {
    Table& own = servers[head.front().text];
    sort_rows(own, title);
    table.rows.push_back(std::move(head));
    std::move(own.rows.begin(), own.rows.end(), std::back_inserter(table.rows));
  }
  std::move(total.begin(), total.end(), std::back_inserter(table.rows));
  return true;
}

// One service after the other, as the API has it.
Output zeroed(const Context& context, const Wish& wish) {
  std::vector<std::string> services = {wish.service};
  if (wish.service.empty()) {
    const auto all = page_as_is<std::vector<api::ServiceView>>(context, {api::Action::services});
    if (!all) return all.error();
    services.clear();
    for (const api::ServiceView& service : all->view)
      services.push_back(service.service);
  }
  Output output;
  for (const std::string& service : services) {
    const Output done = changed(context, {api::Action::zero, {{"service", service}}, {}});
    output.out += done.out;
    output.err += done.err;
    if (done.exit != Exit::done) output.exit = services.size() == 1 ? done.exit : Exit::partly;
  }
  return output;
}

Question question_of(const Wish& wish) {
  Question question{api::Action::stats};
  if (!wish.service.empty()) question.query["service"] = wish.service;
  return question;
}

Output listed(const Context& context, const Stats& stats, const Wish& wish) {
  Table table = stats_table(stats, wish, context.screen.digits);
  Context sorted = context;
  // An unknown column is told of as with every other list.
  if (!context.sort.empty() && sort_groups(table, context.sort, stats.size() > 1))
    sorted.sort.clear();
  return table_output(sorted, std::move(table), "no services are configured");
}

Output shown(const Context& context, const Wish& wish) {
  if (context.format == Format::json) return json_page(context, question_of(wish));
  const auto stats = page<Stats>(context, question_of(wish));
  if (!stats) return stats.error();
  if (context.format != Format::name) return listed(context, stats->view, wish);
  Output output;
  for (const ServiceStatsView& service : stats->view)
    output.out += service.service + "\n";
  return output;
}

// ---- --since

// Where the counters of a call are kept for the next one; of one service apart from all of them.
std::string kept_name(const std::string& service) {
  std::string name = service.empty() ? "stats" : "stats-" + service;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return name;
}

std::string gaps_text(const Gaps& gaps) {
  std::string out;
  if (gaps.restarted != 0)
    out +=
        fmt::format("; {} were set to 0 meanwhile and have what came after that", gaps.restarted);
  if (gaps.unknown != 0) out += fmt::format("; {} were not there and have nothing", gaps.unknown);
  return out;
}

// What the call before kept, if it asked the same lvsd.
std::optional<EarlierStats> kept_stats(const Context& context, const std::string& place) {
  const auto text = context.machine.files.read(place);
  if (!text) return std::nullopt;
  auto earlier = parse_kept(*text);
  return earlier && earlier->socket == context.socket ? std::move(earlier) : std::nullopt;
}

// The difference to the call before, of this terminal; what is now is kept for the next one.
Output shown_since_last(const Context& context, const Wish& wish) {
  const auto place = context.machine.place(kept_name(wish.service));
  if (!place) return failed({Exit::internal, lvsd::text(place.error())});
  auto stats = page<Stats>(context, question_of(wish));
  if (!stats) return stats.error();
  const auto earlier = kept_stats(context, *place);
  const auto kept = context.machine.write(
      *place, kept_text(earlier_stats(stats->view, context.socket, stats->head.time)), true);
  if (!kept) return failed({Exit::internal, lvsd::text(kept.error())});
  if (!earlier)
    return {Exit::done, "",
            "this is the first call at this terminal: the next one has what came\n"};
  const Gaps gaps = leave_difference(stats->view, *earlier);
  Output output = context.format == Format::json ? json_output(api::body(stats->head, stats->view))
                                                 : listed(context, stats->view, wish);
  output.err = fmt::format("since {}, {}{}\n", clock_text(earlier->at, stats->head.time),
                           age_text(earlier->at, stats->head.time), gaps_text(gaps)) +
               output.err;
  return output;
}

Output shown_since_boot(const Context& context, const Wish& wish) {
  Output output = shown(context, wish);
  if (output.exit == Exit::done && context.format != Format::json)
    output.err +=
        "what the kernel counted since each entry was made, after the boot at the earliest; that "
        "somebody made it anew or set it to 0 is not known\n";
  return output;
}

// For CLI11. Of another time nobody knows what the counters said then.
std::string check_since(const std::string& word) {
  if (word == "last" || word == "boot") return "";
  return "lvsd keeps no counters of the past, so it is 'last' (the call before at this terminal) "
         "or "
         "'boot'; Prometheus keeps those of any time";
}

// ---- --per-cpu

Output shown_per_cpu(const Context& context) {
  const Question question{api::Action::cpu_stats};
  if (context.format == Format::json) return json_page(context, question);
  const auto cpus = page<std::vector<api::CpuStatsView>>(context, question);
  if (!cpus) return cpus.error();
  const auto columns = measures({});
  Table table;
  table.columns = {{"CPU", true}};
  for (const Measure& measure : columns)
    table.columns.push_back({measure.title, true});
  for (const api::CpuStatsView& cpu : cpus->view) {
    const ServiceStatsView as_service{.counters = cpu.counters};
    std::vector<Cell> row = {{std::to_string(cpu.cpu)}};
    for (const Measure& measure : columns)
      row.push_back(
          {number_text(measure.of_service(as_service), measure.in_bytes, context.screen.digits)});
    table.rows.push_back(std::move(row));
  }
  return table_output(context, std::move(table), "the kernel names no CPU");
}

Output stats_output(const Context& context, const Wish& wish) {
  if (wish.per_cpu && !wish.service.empty())
    return failed({Exit::usage, "the kernel counts on each CPU for all services together"});
  if (wish.per_cpu) return shown_per_cpu(context);
  if (wish.zero) return zeroed(context, wish);
  if (wish.since == "last") return shown_since_last(context, wish);
  return wish.since == "boot" ? shown_since_boot(context, wish) : shown(context, wish);
}

}  // namespace

Run stats_command(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  command.add_option("SERVICE", wish->service, "only of this service")->option_text(" ");
  auto* rate = command.add_flag("--rate", wish->rate, "per second, as the kernel estimates it");
  auto* thresholds = command.add_flag("--thresholds", wish->thresholds,
                                      "at how many connections servers are full");
  auto* persistent = command.add_flag("--persistent", wish->persistent,
                                      "weights and the templates of persistent clients");
  rate->excludes(thresholds)->excludes(persistent);
  thresholds->excludes(persistent);
  auto* zero = command.add_flag("--zero", wish->zero,
                                "set the kernel's counters to 0, for everybody who reads them");
  auto* since = command.add_option("--since", wish->since,
                                   "last: what came since the call before at this terminal; boot: "
                                   "since the kernel began to count");
  since->check(check_since)->option_text("last|boot");
  auto* per_cpu = command.add_flag("--per-cpu", wish->per_cpu,
                                   "what each CPU has counted, of all services there are and were");
  for (CLI::Option* one : {since, per_cpu})
    for (CLI::Option* other : {rate, thresholds, persistent, zero})
      one->excludes(other);
  per_cpu->excludes(since);
  return [wish](const Context& context) { return stats_output(context, *wish); };
}

}  // namespace lvsd::ctl
