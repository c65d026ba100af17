#include "api/page_tables.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "api/html.h"
#include "api/routes.h"
#include "api/units.h"
#include "api/words.h"

namespace lvsd::api {
namespace {

struct Sign {
  std::string_view name;   // of the class
  std::string_view shape;  // tells it without colour
};

Sign sign_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return {"plain", "○"};
    case Tone::good:
      return {"good", "●"};
    case Tone::changing:
      return {"changing", "◐"};
    case Tone::bad:
      return {"bad", "✖"};
    case Tone::drain:
      return {"drain", "▼"};
    case Tone::rest:
      return {"rest", "■"};
  }
  return {};
}

// ---- cells

// What a phone shows beside a value is the title of its column.
void cell(std::string& out, std::string_view title, std::string_view content,
          std::string_view kind = "") {
  fmt::format_to(std::back_inserter(out), "<td{} data-label=\"{}\">{}</td>",
                 kind.empty() ? "" : fmt::format(" class=\"{}\"", kind), title, content);
}

void number(std::string& out, std::string_view title, std::string_view text) {
  cell(out, title, text, "number");
}

std::string small(std::string_view text) {
  return text.empty() ? std::string() : fmt::format("<small>{}</small>", escaped(text));
}

void titles(std::string& out, std::initializer_list<std::string_view> names) {
  out += "<thead><tr>";
  for (const auto name : names)
    fmt::format_to(std::back_inserter(out), "<th scope=\"col\">{}</th>", name);
}

// ---- a server

// What there is to say beside the state: why, how its checks go on, and by whose wish.
std::string remarks(const ServerView& server, const Head& head) {
  std::string out = small(server.reason);
  const std::string& health = server.health.state;
  if (health == "falling" || health == "rising" || health == "paused")
    out += small(health_text(server.health));
  if (server.admin.state != "enabled")
    for (const std::string& piece : admin_pieces(server.admin, head))
      out += small(piece);
  return out;
}

std::string last_check(const HealthView& health) {
  if (!health.last) return health.state == "nocheck" ? "no check" : "-";
  return fmt::format("<span title=\"{}\">{}</span> {}", escaped(health.last->text),
                     escaped(last_check_text(health)),
                     small(duration_text(health.last->age_seconds) + " ago"));
}

std::string limit(const ConnectionsView& connections) {
  return amount_text(connections.max);
}

// The wishes that a server takes now, and where they are said.
void append_wishes(std::string& out, const ServerView& server) {
  const Words path{{"service", server.service}, {"server", server.server}};
  const auto button = [&](Action action, std::string_view word) {
    fmt::format_to(std::back_inserter(out),
                   "<button type=\"button\" data-wish=\"{}\" data-path=\"{}\" "
                   "data-of=\"{}\" data-weight=\"{}\">{}<span class=\"unseen\"> {}</span></button>",
                   word, escaped(path_of(action, path)), escaped(name_text(server)),
                   server.weight.wanted.value_or(server.weight.config), word,
                   escaped(name_text(server)));
  };
  out += "<td class=\"wishes\" data-label=\"Change\">";
  if (server.role != "sorry") {
    if (server.admin.state == "enabled")
      button(Action::drain, "Drain");
    else
      button(Action::enable, "Enable");
    if (server.role == "primary") button(Action::set_weight, "Weight");
  }
  out += "</td>";
}

void append_server(std::string& out, const StatusPage& page, const ServerSample& sample) {
  const ServerView& server = sample.view;
  const std::string key = row_key(server);
  const bool is_open = key == page.query.open;
  PageQuery target = page.query;
  target.open = is_open ? "" : key;
  const std::string address = text(server.endpoint);

  fmt::format_to(std::back_inserter(out),
                 "<tr class=\"{}\" data-key=\"{}\" data-rate=\"{}\"><th scope=\"row\">"
                 "<a href=\"{}\" data-part aria-expanded=\"{}\">{}</a> {}{}</th>",
                 sign_of(tone_of(server.state)).name, escaped(key), server.rates.cps.value_or(0),
                 escaped(link(target)), is_open, escaped(server.server),
                 small(server.server == address ? "" : address),
                 small(server.role == "primary" ? "" : server.role));
  cell(out, "State", state_mark(server.state, state_text(server)) + remarks(server, page.head));
  number(out, "Weight", weight_text(server.weight));
  number(out, "Act/Inact", connections_text(server.connections, false));
  number(out, "Max", limit(server.connections));
  number(out, "New/s", amount_text(server.rates.cps));
  cell(out, "Past", "", "past");
  number(out, "In/s", bytes_text(server.rates.in_bps));
  number(out, "Out/s", bytes_text(server.rates.out_bps));
  cell(out, "Last check", last_check(server.health));
  number(out, "Since", age_text(server.since, page.head.time));
  number(out, "Down", sample.life ? duration_text(sample.life->downtime_seconds) : "-");
  number(out, "Flaps", sample.life ? amount_text(sample.life->changes) : "-");
  if (page.may_write) append_wishes(out, server);
  out += "</tr>\n";
}

// ---- the last checks of the server that is open

void append_results(std::string& out, const CheckHistoryView& check, const Head& head) {
  const auto phase = [](const std::optional<double>& seconds) {
    return seconds ? latency_text(*seconds) : std::string("-");
  };
  out += "<table>";
  titles(out, {"At", "Result", "Total", "Connect", "TLS", "First byte", "Text"});
  out += "</tr></thead><tbody>";
  std::size_t shown = 0;
  for (const PastResultView& past : check.results) {
    if (++shown > results_shown) break;
    const bool failed = past.verdict == "fail";
    fmt::format_to(std::back_inserter(out), "<tr class=\"{}\">", failed ? "bad" : "plain");
    cell(out, "At", past.at ? clock_text(*past.at, head.time) : "-");
    cell(out, "Result",
         fmt::format("{} <small>{}</small>", escaped(result_text(past.result)),
                     escaped(past.verdict)));
    number(out, "Total", latency_text(past.result.duration_seconds));
    number(out, "Connect", phase(past.phases_seconds.connect));
    number(out, "TLS", phase(past.phases_seconds.tls));
    number(out, "First byte", phase(past.phases_seconds.first_byte));
    cell(out, "Text", escaped(past.output.empty() ? past.result.text : past.output));
    out += "</tr>";
  }
  out += "</tbody></table>";
}

void append_checks(std::string& out, const StatusPage& page) {
  fmt::format_to(std::back_inserter(out),
                 "<tr class=\"checks\" data-key=\"checks of {}\"><td colspan=\"{}\">",
                 escaped(page.query.open), page.may_write ? 14 : 13);
  if (page.checks.empty()) out += "<p>no check</p>";
  for (const CheckHistoryView& check : page.checks) {
    out += "<h3>";
    for (const std::string& piece : check_pieces(check))
      fmt::format_to(std::back_inserter(out), "<span>{}</span> ", escaped(piece));
    out += "</h3>";
    if (check.results.empty())
      out += "<p>has not run yet</p>";
    else
      append_results(out, check, page.head);
  }
  out += "</td></tr>\n";
}

// ---- a service

void append_servers(std::string& out, const StatusPage& page, const ServiceSample& service) {
  out += "<div class=\"wide\"><table class=\"servers\">";
  titles(out, {"Server", "State", "Weight", "Act/Inact", "Max", "New/s", "Past", "In/s", "Out/s",
               "Last check", "Since", "Down", "Flaps"});
  if (page.may_write) out += "<th scope=\"col\">Change</th>";
  out += "</tr></thead><tbody>\n";
  for (const ServerSample& server : service.servers) {
    append_server(out, page, server);
    if (row_key(server.view) == page.query.open) append_checks(out, page);
  }
  out += "</tbody></table></div>";
}

std::string service_link(const ServiceSummary& service) {
  return fmt::format("<a href=\"{}\" data-part>{}</a>", escaped(link({.service = service.service})),
                     escaped(service.service));
}

// What stands beside the name of a service.
void append_facts(std::string& out, const ServiceView& service, const Head& head) {
  const auto fact = [&out](std::string_view label, const std::string& value) {
    fmt::format_to(std::back_inserter(out), "<span>{}{}</span> ",
                   label.empty() ? "" : fmt::format("<b>{}</b> ", label), escaped(value));
  };
  out += "<p class=\"facts\">";
  fact("", address_text(service));
  fact("", service.scheduler + " " + service.forwarding);
  fact("", servers_text(service));
  fact("quorum",
       fmt::format("{} {}", service.quorum.required, service.quorum.holds ? "ok" : "lost"));
  if (service.persistence) fact("persistence", persistence_text(service.persistence));
  fact("act/inact",
       amount_text(service.connections.active) + " / " + amount_text(service.connections.inactive));
  fact("new/s", amount_text(service.rates.cps));
  fact("in/s", bytes_text(service.rates.in_bps));
  fact("out/s", bytes_text(service.rates.out_bps));
  fact("since", age_text(service.since, head.time));
  out += "</p>";
}

}  // namespace

std::string row_key(const ServerView& server) {
  return server.role == "primary" ? name_text(server) : name_text(server) + " " + server.role;
}

std::string state_mark(std::string_view state, std::string_view words) {
  const Sign sign = sign_of(tone_of(state));
  return fmt::format("<span class=\"state {}\"><span aria-hidden=\"true\">{}</span> {}</span>",
                     sign.name, sign.shape, escaped(words));
}

void append_services(std::string& out, const StatusPage& page) {
  for (const ServiceSample& service : page.services) {
    const ServiceView& view = service.view;
    fmt::format_to(std::back_inserter(out),
                   "<section class=\"service {}\" data-key=\"service {}\"><h2>{} {}</h2>",
                   sign_of(tone_of(view.state)).name, escaped(view.service),
                   state_mark(view.state, view.state), service_link(view));
    append_facts(out, view, page.head);
    append_servers(out, page, service);
    out += "</section>\n";
  }
}

void append_brief_services(std::string& out, const StatusPage& page) {
  out += "<div class=\"wide\"><table>";
  titles(out, {"Service", "State", "Address", "Sched", "Servers", "Act/Inact", "New/s", "Past",
               "In/s", "Out/s", "Since"});
  out += "</tr></thead><tbody>\n";
  for (const ServiceSample& sample : page.services) {
    const ServiceView& service = sample.view;
    fmt::format_to(std::back_inserter(out),
                   "<tr class=\"{}\" data-key=\"service {}\" data-rate=\"{}\">"
                   "<th scope=\"row\">{}</th>",
                   sign_of(tone_of(service.state)).name, escaped(service.service),
                   service.rates.cps.value_or(0), service_link(service));
    cell(out, "State", state_mark(service.state, service.state));
    cell(out, "Address", escaped(address_text(service)));
    cell(out, "Sched", escaped(service.scheduler + " " + service.forwarding));
    cell(out, "Servers", escaped(servers_text(service)));
    number(out, "Act/Inact",
           amount_text(service.connections.active) + " / " +
               amount_text(service.connections.inactive));
    number(out, "New/s", amount_text(service.rates.cps));
    cell(out, "Past", "", "past");
    number(out, "In/s", bytes_text(service.rates.in_bps));
    number(out, "Out/s", bytes_text(service.rates.out_bps));
    number(out, "Since", age_text(service.since, page.head.time));
    out += "</tr>\n";
  }
  out += "</tbody></table></div>";
}

void append_events(std::string& out, const StatusPage& page) {
  out += "<section class=\"events\" aria-labelledby=\"events\"><h2 id=\"events\">Events</h2><ol>";
  for (const EventView& event : page.events) {
    const bool is_bad = event.severity == "error" || event.severity == "critical";
    fmt::format_to(std::back_inserter(out),
                   "<li class=\"{}\" data-key=\"event {}\"><time datetime=\"{}\">{}</time> "
                   "<b>{}</b> {}</li>\n",
                   is_bad                        ? "bad"
                   : event.severity == "warning" ? "changing"
                                                 : "plain",
                   event.sequence, text(event.time), clock_text(event.time, page.head.time),
                   escaped(event.severity), escaped(event.text));
  }
  out += "</ol></section>\n";
}

}  // namespace lvsd::api
