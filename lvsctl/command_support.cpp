#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/printable.h"
#include "config/entries.h"
#include "daemon/config_views.h"
#include "lvsctl/command.h"
#include "lvsctl/page.h"
#include "lvsctl/reading.h"

// `support-bundle`: what somebody who is to help should see, in one text without secrets.

namespace lvsd::ctl {
namespace {

struct Part {
  Run (*set_up)(CLI::App& command);
  std::string_view name;
  std::vector<std::string> words = {};
  Format format = Format::table;
};

const std::vector<Part>& parts() {
  static const std::vector<Part> all = {
      {version_command, "version"},
      {status_command, "status"},
      {services_command, "services -o wide", {}, Format::wide},
      {servers_command, "servers -o wide", {}, Format::wide},
      {overrides_command, "overrides"},
      {drift_command, "drift"},
      {ipvs_command, "ipvs --thresholds", {"--thresholds"}},
      {stats_command, "stats"},
      {timeouts_command, "timeouts"},
      {tuning_command, "tuning"},
      {doctor_command, "doctor"},
      {events_command, "events --limit 200", {"--limit", "200"}},
  };
  return all;
}

std::string section(const std::string& title, const Output& output) {
  std::string out = "==> " + title;
  if (output.exit != Exit::done) out += fmt::format(" (exit {})", static_cast<int>(output.exit));
  out += "\n" + output.out + output.err;
  if (!out.ends_with('\n')) out += '\n';
  return out + "\n";
}

std::string part_text(const Context& context, const Part& part) {
  CLI::App command;
  const Run run = part.set_up(command);
  std::vector<std::string> words(part.words.rbegin(), part.words.rend());  // as CLI11 wants them
  command.parse(std::move(words));
  Context here = context;
  here.format = part.format;
  // What is printed while it goes on belongs to its section, too.
  auto printed = std::make_shared<std::string>();
  here.print = [printed](std::string_view text) { *printed += text; };
  here.tell = here.print;
  Output output = run(here);
  output.out.insert(0, *printed);
  return section("lvsctl " + std::string(part.name), output);
}

// What is in force, with the secrets put out of sight whoever asks.
std::string config_text(const Context& context) {
  const std::string title = "lvsctl config show, without secrets";
  auto loaded = loaded_in_force(context);
  if (!loaded) return section(title, loaded.error());
  if (!loaded->config)
    return section(title, failed({Exit::internal, "what lvsd has in force cannot be read back"}));
  const Config hidden = without_secrets(std::move(*loaded->config));
  return section(
      title,
      {Exit::done, printable_lines(configuration_text(hidden, Detail::changed, nullptr)), ""});
}

Output bundled(const Context& context, const std::string& target) {
  Context plain = context;
  plain.screen = {.width = {}, .color = false, .unicode = context.screen.unicode, .header = true};
  plain.error_color = false;
  plain.sort.clear();
  std::string text = "lvsd support bundle, " + api::text(context.machine.now()) + "\n\n";
  for (const Part& part : parts())
    text += part_text(plain, part);
  text += config_text(plain);
  if (target.empty()) return {Exit::done, std::move(text), ""};
  const auto written = context.machine.write(target, text, false);
  if (!written) return failed({Exit::refused, lvsd::text(written.error())});
  return {Exit::done, "", printable_line(target) + ": written; look at it before you send it\n"};
}

}  // namespace

Run support_bundle_command(CLI::App& command) {
  auto target = std::make_shared<std::string>();
  command.add_option("-O", *target, "write it there (standard output)")->option_text("FILE");
  return [target](const Context& context) { return bundled(context, *target); };
}

}  // namespace lvsd::ctl
