#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "api/control_views.h"
#include "base/parse_number.h"
#include "config/saved_timeout.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/units.h"
#include "lvsctl/wish.h"

// `timeouts` and `tuning`: what the kernel has beside IPVS's table, and what the file wants of it.

namespace lvsd::ctl {
namespace {

using api::SysctlView;
using api::TimeoutView;

template <class Value>
std::string text_or_dash(const std::optional<Value>& value) {
  if (!value) return "-";
  return fmt::format("{}", *value);
}

// ---- timeouts

// "60 by alice 3m10s ago: reason"
std::string set_text(const TimeoutView& timeout, const api::Moment& now) {
  if (!timeout.set) return "-";
  std::string out = fmt::format("{} by {}, {} ago", *timeout.set, timeout.user.value_or("?"),
                                age_text(timeout.since, now));
  if (timeout.reason && !timeout.reason->empty()) out += ": " + *timeout.reason;
  return out;
}

std::string timeouts_text(const Page<std::vector<TimeoutView>>& page, const Screen& screen) {
  Table table;
  table.columns = {{"TIMEOUT"}, {"NOW", true}, {"CONFIG", true}, {"SET"}};
  std::string notes;
  for (const TimeoutView& timeout : page.view) {
    table.rows.push_back(
        {{timeout.name},
         {std::to_string(timeout.now), timeout.agrees ? Style::plain : Style::changing},
         {text_or_dash(timeout.config)},
         {set_text(timeout, page.head.time)}});
    if (!timeout.note.empty())
      notes += painted("!", Style::changing, screen.color) + " " + timeout.name + ": " +
               timeout.note + "\n";
  }
  return text(table, screen) + notes;
}

// ---- tuning

bool is_of_interest(const SysctlView& sysctl) {
  return sysctl.config || sysctl.before;
}

Cell agreement(const SysctlView& sysctl) {
  if (!sysctl.agrees) return {sysctl.before ? "changed" : "-", Style::plain};
  if (*sysctl.agrees) return {"yes", Style::plain};
  return {sysctl.is_set ? "NO" : "NO, not set by lvsd", Style::changing};
}

Table tuning_table(const std::vector<SysctlView>& sysctls) {
  Table table;
  table.columns = {{"NAME"},   {"CONFIG", true}, {"NOW", true}, {"BEFORE", true, 1},
                   {"AGREES"}, {"WHY", false, 2}};
  for (const SysctlView& sysctl : sysctls)
    table.rows.push_back({{sysctl.name},
                          {text_or_dash(sysctl.config)},
                          {text_or_dash(sysctl.now)},
                          {text_or_dash(sysctl.before)},
                          agreement(sysctl),
                          {sysctl.why.empty() ? sysctl.help : sysctl.why}});
  return table;
}

Output tuning_output(const Context& context, bool all) {
  const Question question{api::Action::tuning};
  if (context.format == Format::json) return json_page(context, question);
  auto found = page<std::vector<SysctlView>>(context, question);
  if (!found) return found.error();
  if (!all) std::erase_if(found->view, [](const SysctlView& one) { return !is_of_interest(one); });
  if (found->view.empty())
    return {Exit::done,
            "the file names no setting of the kernel, and lvsd changed none; --all shows all\n",
            ""};
  return {Exit::done, text(tuning_table(found->view), context.screen), ""};
}

std::string check_timeout(const std::string& word) {
  return word == "tcp" || word == "tcpfin" || word == "udp"
             ? ""
             : "'" + word + "' is neither tcp, tcpfin nor udp";
}

// More does not fit a kernel of 1000 ticks a second.
std::string check_seconds(const std::string& word) {
  const auto seconds = parse_number<std::uint32_t>(word);
  return seconds && *seconds >= 1 && *seconds <= 2147483
             ? ""
             : "'" + word + "' is not a number of seconds from 1 to 2147483";
}

struct TimeoutWish {
  std::string name;
  std::uint32_t value = 0;
  std::string reason;
};

std::shared_ptr<TimeoutWish> wish_of(CLI::App& command) {
  auto wish = std::make_shared<TimeoutWish>();
  command.add_option("TIMEOUT", wish->name, "tcp, tcpfin or udp")->required()->check(check_timeout);
  command.add_option("--reason", wish->reason, "why, for the log and for your colleagues")
      ->option_text("TEXT");
  return wish;
}

Output wished(const Context& context, const TimeoutWish& wish, api::Words query) {
  if (!wish.reason.empty()) query["reason"] = wish.reason;
  return changed(context, {api::Action::set_timeout, {{"timeout", wish.name}}, std::move(query)});
}

// ---- timeouts set --save

std::string line_to_add(const TimeoutWish& wish, const std::string& file) {
  return fmt::format("In global_defs of {} it would be: lvs_timeouts {} {}\n", file, wish.name,
                     wish.value);
}

// The file that lvsd reads, as it would be.
boost::system::result<std::pair<std::string, SavedTimeout>, Output> edited_file(
    const Context& context, const TimeoutWish& wish) {
  const auto status = page_as_is<api::StatusView>(context, {api::Action::status});
  if (!status) return status.error();
  const std::string& file = status->view.config.file;
  TimeoutEdit edit;
  if (file.starts_with('/'))
    edit = saved_timeout(file, context.machine.files, context.machine.reading,
                         *parse_timeout_kind(wish.name), wish.value);
  else
    edit.why_not =
        fmt::format("lvsd was started with '{}', and it is not said where that is", file);
  if (edit.saved) return std::pair(file, *std::move(edit.saved));
  Output output = failed({Exit::refused, fmt::format("neither set nor saved: {}", edit.why_not)});
  output.err += line_to_add(wish, file);
  return output;
}

Output set_and_saved(const Context& context, const TimeoutWish& wish, api::Words query) {
  const auto edited = edited_file(context, wish);
  if (!edited) return edited.error();
  Output output = wished(context, wish, std::move(query));
  if (output.exit != Exit::done) return output;
  const auto& [file, saved] = *edited;
  const auto done = context.machine.replace(file, saved.before, saved.after);
  if (!done) {
    output.exit = Exit::partly;
    output.err += fmt::format("lvsctl: set, but not saved: {}\n", text(done.error())) +
                  line_to_add(wish, file);
    return output;
  }
  output.err += fmt::format("{}:{} says so, too; with the next reload it is the file's word\n",
                            file, saved.line);
  return output;
}

}  // namespace

Run timeouts_command(CLI::App&) {
  return [](const Context& context) -> Output {
    const Question question{api::Action::timeouts};
    if (context.format == Format::json) return json_page(context, question);
    const auto found = page<std::vector<TimeoutView>>(context, question);
    if (!found) return found.error();
    return {Exit::done, timeouts_text(*found, context.screen), ""};
  };
}

Run timeouts_set_command(CLI::App& command) {
  auto wish = wish_of(command);
  command.add_option("SECONDS", wish->value, "instead of the file's")
      ->required()
      ->check(check_seconds);
  auto save = std::make_shared<bool>(false);
  command.add_flag("--save", *save, "write it into lvsd's configuration file, too");
  return [wish, save](const Context& context) {
    api::Words query = {{"value", std::to_string(wish->value)}};
    return *save ? set_and_saved(context, *wish, std::move(query))
                 : wished(context, *wish, std::move(query));
  };
}

Run timeouts_unset_command(CLI::App& command) {
  auto wish = wish_of(command);
  return [wish](const Context& context) { return wished(context, *wish, {}); };
}

Run tuning_command(CLI::App& command) {
  auto all = std::make_shared<bool>(false);
  command.add_flag("--all", *all, "those that nobody asks for, too");
  return [all](const Context& context) { return tuning_output(context, *all); };
}

Run tuning_restore_command(CLI::App&) {
  return [](const Context& context) {
    return changed(context, {api::Action::restore_tuning, {}, {}});
  };
}

}  // namespace lvsd::ctl
