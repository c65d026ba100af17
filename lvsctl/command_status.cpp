#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "lvsctl/command.h"
#include "lvsctl/display_width.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"
#include "lvsctl/words.h"

// `status`: is everything well, and if not, where to look.

namespace lvsd::ctl {
namespace {

using api::ServiceSummary;
using api::StatusView;
using StatusPage = Page<StatusView>;

struct Options {
  bool brief = false;
  bool exit_code = false;
  bool nagios = false;
};

constexpr std::size_t label_width = 10;

std::vector<std::string> timeouts_pieces(const api::KernelControlsView& controls) {
  return {fmt::format("tcp {}s", controls.tcp_seconds),
          fmt::format("fin {}s", controls.tcp_fin_seconds),
          fmt::format("udp {}s", controls.udp_seconds)};
}

std::vector<std::string> sync_pieces(const api::KernelControlsView& controls) {
  std::vector<std::string> pieces;
  for (const api::SyncDaemonView& daemon : controls.sync)
    pieces.push_back(fmt::format("{} {} id {}", daemon.role, daemon.interface, daemon.id));
  return pieces;
}

// "203.0.113.10 eth0 ✔"; by a local route there is no interface that has it.
std::string vip_text(const api::VipView& vip, const Screen& screen) {
  std::string out = text(vip.address) + " ";
  if (vip.local)
    return out + vip.interface.value_or("local route") + (screen.unicode ? " ✔" : " ok");
  if (vip.interface) out += *vip.interface + " ";
  const std::string mark = screen.unicode ? "✖ " : "";
  return out + painted(mark + (vip.interface ? "UNUSABLE" : "MISSING"), Style::bad, screen.color);
}

std::vector<std::string> vip_pieces(const api::VipsView& vips, const Screen& screen) {
  std::vector<std::string> pieces;
  if (vips.total > vips.addresses.size())
    pieces.push_back(
        fmt::format("{} of {} are on this host", vips.total - vips.missing, vips.total));
  std::size_t missing_shown = 0;
  for (const api::VipView& vip : vips.addresses) {
    pieces.push_back(vip_text(vip, screen));
    if (!vip.local) ++missing_shown;
  }
  if (vips.missing > missing_shown)
    pieces.push_back(fmt::format("and {} more", vips.missing - missing_shown));
  return pieces;
}

// "  kernel    IPVS 1.2.1 size 4096   ours …"
std::string labelled(std::string_view label, const std::vector<std::string>& pieces,
                     const Screen& screen) {
  std::vector<std::string> line = pieces;
  line.front() = fmt::format("  {:<{}}{}", label, label_width, pieces.front());
  return flowing(line, screen, 2 + label_width) + "\n";
}

std::string heading(const StatusPage& page, const Screen& screen) {
  const StatusView& status = page.view;
  const std::string mark =
      painted(screen.unicode ? "●" : "*", style_of(status.state), screen.color);
  const std::string who = fmt::format("{} lvsd {} on {} {}", mark, status.version, status.host,
                                      painted(status.state, style_of(status.state), screen.color));
  return flowing({who, "running " + duration_text(status.uptime_seconds),
                  config_text(page.head, status.config), drift_text(status.drift)},
                 screen, 2) +
         "\n";
}

Table services_table(const StatusView& status, Digits digits) {
  Table table;
  table.columns = {{"SERVICE"},       {"ADDRESS", false, 2},       {"SCHED", false, 6},
                   {"SERVERS"},       {"CONN act/inact", true, 1}, {"NEW/s", true, 3},
                   {"IN/s", true, 4}, {"OUT/s", true, 5}};
  for (const ServiceSummary& service : status.services)
    table.rows.push_back({{service.service},
                          {address_text(service)},
                          {service.scheduler},
                          {servers_text(service), service.state == "UP" && service.pool != "sorry"
                                                      ? Style::plain
                                                      : style_of(service.state)},
                          {amount_text(service.connections.active, digits) + " / " +
                           amount_text(service.connections.inactive, digits)},
                          {amount_text(service.rates.cps, digits)},
                          {bytes_text(service.rates.in_bps, digits)},
                          {bytes_text(service.rates.out_bps, digits)}});
  return table;
}

std::string attention_text(const StatusPage& page, const Screen& screen) {
  std::vector<api::AttentionView> attention = page.view.attention;
  std::size_t width = 0;
  for (auto& entry : attention) {
    if (entry.target.empty()) entry.target = "lvsd";
    width = std::max(width, display_width(entry.target));
  }
  std::string out;
  for (const auto& entry : attention) {
    const bool error = entry.severity == "error";
    const std::string mark = error ? (screen.unicode ? "✖" : "x") : "!";
    const std::string since = entry.since ? " (" + age_text(entry.since, page.head.time) + ")" : "";
    out += "  " + painted(mark, error ? Style::bad : Style::changing, screen.color) + " " +
           entry.target + std::string(width - display_width(entry.target) + 2, ' ') +
           wrapped(entry.text + since, screen, width + 6) + "\n";
  }
  return out.empty() ? out : "\n  attention\n" + out;
}

bool replies_bypass(const StatusView& status) {
  return std::any_of(status.services.begin(), status.services.end(), [](const auto& service) {
    return service.rates.in_bps && !service.rates.out_bps;
  });
}

std::string full_text(const Context& context, const StatusPage& page) {
  const StatusView& status = page.view;
  const Screen& screen = context.screen;
  std::string out = heading(page, screen);
  std::vector<std::string> kernel = kernel_pieces(status.kernel);
  if (page.head.counted) kernel.push_back(counted_text(page.head));
  out += labelled("kernel", kernel, screen);
  if (status.controls) out += labelled("timeouts", timeouts_pieces(*status.controls), screen);
  if (status.vips && status.vips->total != 0)
    out += labelled("vip", vip_pieces(*status.vips, screen), screen);
  if (status.controls && !status.controls->sync.empty())
    out += labelled("sync", sync_pieces(*status.controls), screen);
  out += labelled("checks", {checks_text(status.checks)}, screen);
  Table table = services_table(status, context.screen.digits);
  resolve(context, table);
  if (const auto services = text(table, screen, 2); !services.empty())
    out.append("\n").append(services);
  out += attention_text(page, screen);
  if (replies_bypass(status))
    out += "  (\"-\" in OUT/s: replies bypass this host in DR/TUN mode)\n";
  return out;
}

std::string brief_text(const StatusView& status, const Screen& screen) {
  Table table;
  table.columns = {{"SERVICE"}, {"STATE"}, {"UP/TOTAL"}, {"POOL"}};
  for (const ServiceSummary& service : status.services)
    table.rows.push_back({{service.service},
                          {service.state, style_of(service.state)},
                          {fmt::format("{}/{}", service.count.up, service.count.total)},
                          {service.pool}});
  Screen without_header = screen;
  without_header.header = false;
  return text(table, without_header);
}

// ---- monitoring plugins: one line, performance data after the bar, codes of their own
// (OK 0, WARNING 1, CRITICAL 2, UNKNOWN 3)

struct Verdict {
  std::string_view word;
  int code;
};

Verdict nagios_verdict(const StatusView& status) {
  if (status.state == "OK") return {"OK", 0};
  if (status.state == "DEGRADED") return {"WARNING", 1};
  if (status.state == "DOWN") return {"CRITICAL", 2};
  return {"UNKNOWN", 3};
}

// The bar separates, so it may not stand in a text.
std::string nagios_safe(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

std::string nagios_line(const StatusView& status) {
  std::uint64_t down = 0, degraded = 0, up = 0, total = 0;
  std::string bad;
  for (const ServiceSummary& service : status.services) {
    up += service.count.up;
    total += service.count.total;
    if (service.state == "UP") continue;
    (service.state == "DOWN" ? down : degraded) += 1;
    bad += fmt::format("{}{} {} ({})", bad.empty() ? "" : ", ", service.service, service.state,
                       fmt::format("{}/{} up", service.count.up, service.count.total));
  }
  if (bad.empty() && status.state != "OK" && !status.attention.empty())
    bad = status.attention.front().text;
  if (bad.empty())
    bad = fmt::format("{} services, {}/{} servers up", status.services.size(), up, total);
  return fmt::format(
      "LVS {} - {} | services={} services_down={} services_degraded={} servers_up={} "
      "servers={} checks_failing={}\n",
      nagios_verdict(status).word, nagios_safe(bad), status.services.size(), down, degraded, up,
      total, status.checks.fail);
}

Output nagios_output(const Context& context) {
  const auto status = page<StatusView>(context, {api::Action::status});
  if (status)
    return {static_cast<Exit>(nagios_verdict(status->view).code), nagios_line(status->view), ""};
  const std::string& why = status.error().err;
  return {static_cast<Exit>(3),
          "LVS UNKNOWN - " + nagios_safe(why.substr(0, why.find('\n'))) + "\n", ""};
}

Exit exit_of(const StatusView& status) {
  return status.state == "OK" ? Exit::done : Exit::negative;
}

Output json_output(const Context& context, const Options& options) {
  const Question question{api::Action::status};
  return options.exit_code ? json_page(context, question, exit_of) : json_page(context, question);
}

Output status_output(const Context& context, const Options& options) {
  if (options.nagios) return nagios_output(context);
  if (context.format == Format::json) return json_output(context, options);
  const auto status = page<StatusView>(context, {api::Action::status});
  if (!status) return status.error();
  Output output;
  if (context.format == Format::name)
    for (const ServiceSummary& service : status->view.services)
      output.out += service.service + "\n";
  else if (options.brief)
    output.out = brief_text(status->view, context.screen);
  else
    output.out = full_text(context, *status);
  if (options.exit_code) output.exit = exit_of(status->view);
  return output;
}

}  // namespace

Run status_command(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_flag("--brief", options->brief, "one line a service");
  command.add_flag("--exit-code", options->exit_code, "exit with 1 unless everything is well");
  command.add_flag("--nagios", options->nagios,
                   "one line with performance data; exit with 0, 1, 2 or 3 as plugins do");
  return [options](const Context& context) { return status_output(context, *options); };
}

}  // namespace lvsd::ctl
