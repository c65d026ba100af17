#include "lvsctl/reading.h"

#include "config/report.h"
#include "daemon/config_views.h"
#include "lvsctl/page.h"

namespace lvsd::ctl {

void add_reading_options(CLI::App& command, Reading& reading) {
  auto* lenient =
      command.add_flag("--lenient", reading.lenient,
                       "survive the mistakes that keepalived survives, with a warning each; so "
                       "are files named keepalived.conf read");
  command
      .add_flag("--strict", reading.strict,
                "refuse every mistake, whatever the file's name, and exit with 1 on warnings")
      ->excludes(lenient);
  command
      .add_option("--config-id", reading.config_id,
                  "keep the lines '@ID …' (the host name up to its first dot)")
      ->option_text("ID");
}

Loaded loaded(const Machine& machine, const Reading& reading, bool origins) {
  LoadOptions options = machine.reading;
  if (reading.lenient || reading.strict) options.lenient = reading.lenient;
  if (!reading.config_id.empty()) options.config_id = reading.config_id;
  options.origins = origins;
  return load(reading.file, machine.files, options);
}

boost::system::result<Loaded, Output> loaded_in_force(const Context& context) {
  const auto answer = page_as_is<api::ConfigView>(
      context, {.action = api::Action::config, .query = {{"as", "text"}, {"detail", "changed"}}});
  if (!answer) return answer.error();
  const std::string text = answer->view.text.value_or("");
  const Files only{.read = [&text](const std::string&) -> Result<std::string> { return text; },
                   .glob = [](const std::string&) { return Result<std::vector<std::string>>(); },
                   .executable = {}};
  LoadOptions how = context.machine.reading;
  how.lenient = false;
  return load("in-force.conf", only, how);
}

std::string shown(const Diagnostics& diagnostics, const Context& context) {
  return text(diagnostics, context.error_color);
}

Output refused(const Context& context, const Reading& reading, const Loaded& loaded) {
  Output output;
  if (context.format == Format::json)
    output = local_json(context, check_view(reading.file, loaded));
  output.exit = Exit::refused;
  output.err = shown(loaded.diagnostics, context) + text(report(reading.file, loaded));
  return output;
}

}  // namespace lvsd::ctl
