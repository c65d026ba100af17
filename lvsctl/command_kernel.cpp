#include <fmt/format.h>

#include <memory>
#include <string>

#include "api/config_views.h"
#include "api/kernel_views.h"
#include "config/import.h"
#include "lvsctl/command.h"
#include "lvsctl/drift_acceptance.h"
#include "lvsctl/ipvsadm_text.h"
#include "lvsctl/kernel_export.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"
#include "lvsctl/wish.h"

// What the kernel has, whoever put it there: `ipvs` as ipvsadm shows it, `export` as ipvsadm reads
// it, `drift` where it is not what is wanted.

namespace lvsd::ctl {
namespace {

using api::ConnectionView;
using api::DriftEntryView;
using api::KernelControlsView;
using api::KernelTableView;

struct Wish {
  bool connections = false;
  bool stats = false;
  bool rate = false;
  bool thresholds = false;
  bool persistent = false;
  bool timeout = false;
  bool daemon = false;
  bool list = false;  // accepted: it is what is done anyway
};

IpvsadmLayout layout_of(const Wish& wish) {
  if (wish.stats) return IpvsadmLayout::stats;
  if (wish.rate) return IpvsadmLayout::rate;
  if (wish.thresholds) return IpvsadmLayout::thresholds;
  return wish.persistent ? IpvsadmLayout::persistent : IpvsadmLayout::plain;
}

template <class View, class Text>
Output told(const Context& context, const Question& question, Text text_of) {
  if (context.format == Format::json) return json_page(context, question);
  const auto found = page<View>(context, question);
  if (!found) return found.error();
  return {Exit::done, text_of(found->view), ""};
}

Output ipvs(const Context& context, const Wish& wish) {
  if (wish.timeout)
    return told<KernelControlsView>(context, {api::Action::kernel_controls}, ipvsadm_timeouts);
  if (wish.daemon)
    return told<KernelControlsView>(context, {api::Action::kernel_controls}, ipvsadm_daemons);
  if (wish.connections)
    return told<std::vector<ConnectionView>>(context, {api::Action::connections},
                                             [&wish](const std::vector<ConnectionView>& all) {
                                               return ipvsadm_connections(all, wish.persistent);
                                             });
  return told<KernelTableView>(
      context, {api::Action::kernel_table}, [&](const KernelTableView& table) {
        return ipvsadm_table(table, layout_of(wish), context.screen.digits == Digits::all);
      });
}

// ---- export

struct Export {
  std::string format;  // "ipvsadm", "lvsd" or "json"
  bool wanted = false;
};

Question table_question(bool wanted) {
  Question question{api::Action::kernel_table};
  if (wanted) question.query["wanted"] = "yes";
  return question;
}

Output exported(const Context& context, const Export& what) {
  if (what.format.empty())
    return failed({Exit::usage, "export needs a format: ipvsadm, lvsd or json"});
  if (what.format == "lvsd") return exported_configuration(context, what.wanted);
  if (what.format == "json") return json_page(context, table_question(what.wanted));
  return told<KernelTableView>(context, table_question(what.wanted), ipvsadm_rules);
}

Run export_part(CLI::App& command, const std::string& format) {
  auto what = std::make_shared<Export>(Export{.format = format});
  command.add_flag("--wanted", what->wanted,
                   "not what the kernel has, but what of ours lvsd wants it to have");
  if (format.empty())
    command.add_option("--format", what->format, "ipvsadm, lvsd or json, as the word has it")
        ->check(CLI::IsMember({"ipvsadm", "lvsd", "json"}))
        ->option_text("FORMAT");
  return [what](const Context& context) { return exported(context, *what); };
}

// ---- drift

// "tcp:10.0.0.1:80 -> 10.0.0.2:80"
std::string entry_text(const DriftEntryView& entry) {
  return entry.server ? entry.service + " -> " + *entry.server : entry.service;
}

Table drift_table(const std::vector<DriftEntryView>& entries) {
  Table table;
  table.columns = {{"ENTRY"}, {"WHAT"}, {"KERNEL"}, {"WANTED"}, {"NOTE"}};
  for (const DriftEntryView& entry : entries) {
    const bool foreign = entry.kind == "foreign";
    table.rows.push_back(
        {{entry_text(entry)},
         {foreign ? "not ours" : entry.kind, foreign ? Style::rest : Style::changing},
         {entry.found.empty() ? "-" : entry.found},
         {entry.wanted.empty() ? "-" : entry.wanted},
         {foreign             ? "left alone"
          : entry.fought_over ? "another program changes it again and again"
                              : "",
          Style::plain}});
  }
  return table;
}

Exit exit_of(const std::vector<DriftEntryView>& entries) {
  for (const DriftEntryView& entry : entries)
    if (entry.kind != "foreign") return Exit::negative;
  return Exit::done;
}

Output drift(const Context& context, api::Action action) {
  const Question question{action};
  if (context.format == Format::json) return json_page(context, question, exit_of);
  const auto found = page<std::vector<DriftEntryView>>(context, question);
  if (!found) return found.error();
  const Exit exit = exit_of(found->view);
  Output output{exit, "", ""};
  if (context.format == Format::name) {
    for (const DriftEntryView& entry : found->view)
      output.out += entry_text(entry) + "\n";
    return output;
  }
  if (found->view.empty()) return {exit, "the kernel has what is wanted\n", ""};
  output = table_output(context, drift_table(found->view), "");
  if (output.exit != Exit::done) return output;
  if (context.dry_run && action == api::Action::repair_drift) output.err = "nothing was repaired\n";
  if (exit == Exit::done) output.out.insert(0, "the kernel has what is wanted of ours\n");
  output.exit = exit;
  return output;
}

// ---- drift accept

// What became of one entry: done, or why not.
struct Acceptance {
  bool done = false;
  std::string text;
};

Acceptance accepted(const Context& context, const DriftEntryView& entry) {
  const auto weight = entry.kind == "changed" && entry.server
                          ? changed_weight(entry.found, entry.wanted)
                          : std::nullopt;
  if (!weight)
    return {false, entry_text(entry) +
                       ": only another weight can be accepted; 'lvsctl drift fix' "
                       "repairs it, the file can say otherwise"};
  Context quiet = context;
  quiet.format = Format::table;
  const Output changed = ctl::changed(
      quiet, {.action = api::Action::set_weight,
              .words = {{"service", entry.service}, {"server", *entry.server}},
              .query = {{"value", std::to_string(*weight)}, {"reason", "drift accepted"}}});
  return {changed.exit == Exit::done, changed.exit == Exit::done ? changed.out : changed.err};
}

bool is_meant(const DriftEntryView& entry, const std::string& target) {
  if (entry.kind == "foreign") return false;
  return target.empty() || target == entry.service ||
         (entry.server && target == entry.service + "/" + *entry.server);
}

// Those that lvsd has not repaired yet become wishes of the operator.
Output accept_drift(const Context& context, const std::string& target) {
  const auto found = page<std::vector<DriftEntryView>>(context, {api::Action::drift});
  if (!found) return found.error();
  Output output;
  std::size_t done = 0;
  std::size_t meant = 0;
  for (const DriftEntryView& entry : found->view) {
    if (!is_meant(entry, target)) continue;
    ++meant;
    const Acceptance one = accepted(context, entry);
    done += one.done ? 1U : 0U;
    (one.done ? output.out : output.err) += one.text + (one.text.ends_with('\n') ? "" : "\n");
  }
  if (meant == 0) return {Exit::negative, "", "there is nothing to accept\n"};
  if (done < meant) output.exit = done == 0 ? Exit::refused : Exit::partly;
  return output;
}

}  // namespace

Output exported_configuration(const Context& context, bool wanted) {
  const auto table = page<KernelTableView>(context, table_question(wanted));
  if (!table) return table.error();
  const std::string name = wanted ? "what lvsd wants" : "the kernel's table";
  const Imported made = imported_rules(ipvsadm_rules(table->view), name, context.machine.reading);
  if (!made.text)
    return {Exit::refused, "",
            lvsd::text(made.loaded.diagnostics, context.error_color) +
                "lvsctl: this table cannot be written as a configuration\n"};
  if (context.format == Format::json)
    return local_json(context, api::ConfigView{.file = name, .text = made.text});
  return {Exit::done, *made.text, ""};
}

Run ipvs_command(CLI::App& command) {
  auto wish = std::make_shared<Wish>();
  command.add_flag("-l,-L,--list", wish->list, "accepted: it is what is done anyway");
  command.add_flag("-c,--connection", wish->connections, "the connections");
  command.add_flag("--stats", wish->stats, "counters");
  command.add_flag("--rate", wish->rate, "per second");
  command.add_flag("--thresholds", wish->thresholds, "at how many connections servers are full");
  command.add_flag("--persistent-conn", wish->persistent, "templates of persistent clients");
  command.add_flag("--timeout", wish->timeout, "tcp, tcpfin and udp");
  command.add_flag("--daemon", wish->daemon, "the sync daemons");
  return [wish](const Context& context) { return ipvs(context, *wish); };
}

Run export_command(CLI::App& command) {
  return export_part(command, "");
}
Run export_ipvsadm_command(CLI::App& command) {
  return export_part(command, "ipvsadm");
}
Run export_lvsd_command(CLI::App& command) {
  return export_part(command, "lvsd");
}
Run export_json_command(CLI::App& command) {
  return export_part(command, "json");
}

Run drift_command(CLI::App& command) {
  auto action = std::make_shared<std::string>("show");
  auto target = std::make_shared<std::string>();
  auto* option = command
                     .add_option("ACTION", *action,
                                 "show (the default), fix: have it repaired now, or accept: a "
                                 "weight that somebody else gave becomes your wish")
                     ->check(CLI::IsMember({"show", "fix", "accept"}))
                     ->option_text(" ");
  command.add_option("TARGET", *target, "accept this SERVICE or SERVICE/SERVER alone")
      ->needs(option)
      ->option_text(" ");
  return [action, target](const Context& context) -> Output {
    if (*action == "accept") return accept_drift(context, *target);
    if (!target->empty()) return failed({Exit::usage, "only 'drift accept' takes a target"});
    return drift(context, *action == "fix" ? api::Action::repair_drift : api::Action::drift);
  };
}

}  // namespace lvsd::ctl
