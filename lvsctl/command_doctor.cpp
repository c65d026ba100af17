#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "api/control_views.h"
#include "daemon/config_views.h"
#include "daemon/finding_views.h"
#include "doctor/doctor.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/reading.h"

// `doctor`: what of this machine keeps load balancing from working. It reads, and changes nothing.

namespace lvsd::ctl {
namespace {

using doctor::Diagnosis;

constexpr const char* default_file = "/etc/lvsd/lvsd.conf";

struct Options {
  std::string file;
  std::string vip;
  bool tunnel = false;
};

// ---- what is judged by

struct Known {
  Config config;
  std::string trouble;  // why there is none
  std::optional<doctor::RunningDaemon> lvsd;
  std::string silence;
};

void take(Loaded loaded, const std::string& what, Known& known) {
  if (loaded.config) {
    known.config = std::move(*loaded.config);
    return;
  }
  known.trouble = load_trouble(what, loaded.diagnostics);
}

void read_file(const Context& context, const std::string& file, Known& known) {
  take(loaded(context.machine, {.file = file}), file, known);
}

void ask_for_config(const Context& context, Known& known) {
  auto in_force = loaded_in_force(context);
  if (in_force)
    take(std::move(*in_force), "what lvsd has in force", known);
  else
    known.trouble = "lvsd does not say what it has in force";
}

// The kernel's tcp timeout; 0: lvsd does not know.
std::uint32_t tcp_timeout(const Context& context) {
  const auto controls = page<api::KernelControlsView>(context, {api::Action::kernel_controls});
  return controls ? controls->view.tcp_seconds : 0;
}

doctor::RunningDaemon daemon_of(const api::StatusView& status) {
  doctor::RunningDaemon out{
      .version = status.version,
      .pid = status.pid,
      .file_changed = status.config.changed,
      .drift = status.drift.missing + status.drift.extra + status.drift.changed};
  if (status.kernel.error) out.trouble = *status.kernel.error;
  if (status.kernel.foreign) out.foreign_services = status.kernel.foreign->services;
  for (const api::ServiceSummary& service : status.services)
    out.connections +=
        service.connections.active.value_or(0) + service.connections.inactive.value_or(0);
  return out;
}

Known known(const Context& context, const std::string& file) {
  Known out;
  const auto status = page<api::StatusView>(context, {api::Action::status});
  if (status) {
    out.lvsd = daemon_of(status->view);
    out.lvsd->tcp_timeout = tcp_timeout(context);
  } else {
    const std::string& why = status.error().err;
    constexpr std::string_view prefix = "lvsctl: ";
    out.silence = why.substr(why.starts_with(prefix) ? prefix.size() : 0);
    out.silence.erase(std::min(out.silence.find('\n'), out.silence.size()));
  }
  if (!file.empty() || !status)
    read_file(context, file.empty() ? default_file : file, out);
  else
    ask_for_config(context, out);
  return out;
}

std::vector<Diagnosis> director_diagnoses(const Context& context, const Options& options) {
  Known about = known(context, options.file);
  doctor::Case what{std::move(about.config), {}};
  what.facts = context.machine.facts(doctor::questions(what.config), std::move(about.lvsd));
  what.facts.lvsd_silence = std::move(about.silence);
  what.facts.config_trouble = std::move(about.trouble);
  return diagnoses(what);
}

std::vector<Diagnosis> real_server_diagnoses(const Context& context, const Options& options) {
  doctor::RealServerCase what{.vip = *parse_address(options.vip), .facts = {}};
  if (options.tunnel) what.forwarding = Forwarding::tunnel;
  what.facts = context.machine.facts(doctor::questions(what.vip), std::nullopt);
  return diagnoses(what);
}

// ---- how it is said

Style style_of(doctor::Severity severity) {
  switch (severity) {
    case doctor::Severity::ok:
      return Style::good;
    case doctor::Severity::info:
      return Style::rest;
    case doctor::Severity::warning:
      return Style::changing;
    case doctor::Severity::failure:
      return Style::bad;
  }
  return Style::plain;
}

std::string shown(const Diagnosis& one, const Screen& screen) {
  constexpr std::size_t indent = 13;
  const doctor::Severity severity = one.finding.severity;
  std::string out = painted(fmt::format("{:>4}", text(severity)), style_of(severity), screen.color);
  out += fmt::format("  {} {}\n", one.rule->id, wrapped(one.finding.text, screen, indent));
  for (const std::string& fix : one.finding.fix)
    out += fmt::format("{:{}}fix: {}\n", "", indent, wrapped(fix, screen, indent + 5));
  return out;
}

std::string tally(const std::vector<Diagnosis>& all) {
  std::string out;
  for (const auto severity : {doctor::Severity::ok, doctor::Severity::failure,
                              doctor::Severity::warning, doctor::Severity::info}) {
    const auto count = std::count_if(all.begin(), all.end(), [severity](const Diagnosis& one) {
      return one.finding.severity == severity;
    });
    if (count == 0) continue;
    std::string word(text(severity));
    if (word == "FAIL") word = "fail";
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, word);
  }
  return out + "\n";
}

bool is_trouble(const Diagnosis& one) {
  return one.finding.severity >= doctor::Severity::warning;
}

Output told(const Context& context, const std::vector<Diagnosis>& all) {
  Output output;
  if (context.format == Format::json) {
    output = local_json(context, finding_views(all));
  } else if (context.format == Format::name) {
    for (const Diagnosis& one : all)
      if (is_trouble(one)) output.out += std::string(one.rule->id) + "\n";
  } else {
    for (const Diagnosis& one : all)
      output.out += shown(one, context.screen);
    output.out += tally(all);
  }
  if (output.exit == Exit::done && std::any_of(all.begin(), all.end(), is_trouble))
    output.exit = Exit::negative;
  return output;
}

std::string check_address(const std::string& word) {
  return parse_address(word) ? "" : "'" + word + "' is no address";
}

}  // namespace

Run doctor_command(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command
      .add_option("--file", options->file,
                  std::string("judge by this configuration (what lvsd has in force; where it "
                              "does not answer, ") +
                      default_file + ")")
      ->option_text("FILE");
  auto* vip = command
                  .add_option("--realserver", options->vip,
                              "look at this machine as a real server of this VIP by DR")
                  ->check(check_address)
                  ->option_text("VIP")
                  ->excludes("--file");
  command.add_flag("--tunnel", options->tunnel, "by an IP-in-IP tunnel and not by DR")->needs(vip);
  return [options](const Context& context) {
    return told(context, options->vip.empty() ? director_diagnoses(context, *options)
                                              : real_server_diagnoses(context, *options));
  };
}

}  // namespace lvsd::ctl
