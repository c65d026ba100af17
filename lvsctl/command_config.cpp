#include <memory>
#include <utility>

#include "base/printable.h"
#include "config/entries.h"
#include "config/import.h"
#include "config/report.h"
#include "daemon/config_views.h"
#include "lvsctl/command.h"
#include "lvsctl/kernel_export.h"
#include "lvsctl/page.h"
#include "lvsctl/reading.h"

// `config check`, `config show` and `import`: what a file says, by lvsd's own reading of it.

namespace lvsd::ctl {
namespace {

constexpr const char* default_file = "/etc/lvsd/lvsd.conf";

// ---- check

struct CheckOptions {
  Reading reading;
  bool by_daemon = false;
};

Exit exit_of(bool valid, std::size_t warnings, bool strict) {
  if (!valid) return Exit::refused;
  return strict && warnings != 0 ? Exit::negative : Exit::done;
}

Output checked(const Context& context, const Reading& reading) {
  const Loaded found = loaded(context.machine, reading);
  const Report summary = report(reading.file, found);
  Output output;
  if (context.format == Format::json)
    output = local_json(context, check_view(reading.file, found));
  else
    output.err = shown(found.diagnostics, context);
  output.exit = exit_of(summary.valid, summary.warnings, reading.strict);
  if (context.format != Format::json) (summary.valid ? output.out : output.err) += text(summary);
  return output;
}

Exit exit_of(const api::ConfigCheckView& check) {
  return exit_of(check.valid, check.warnings, false);
}
Exit strict_exit_of(const api::ConfigCheckView& check) {
  return exit_of(check.valid, check.warnings, true);
}

Output checked_by_daemon(const Context& context, bool strict) {
  const Question question{api::Action::config_check};
  const auto exit =
      strict ? strict_exit_of : static_cast<Exit (*)(const api::ConfigCheckView&)>(exit_of);
  if (context.format == Format::json) return json_page(context, question, exit);
  const auto answer = page<api::ConfigCheckView>(context, question);
  if (!answer) return answer.error();
  const api::ConfigCheckView& view = answer->view;
  Output output{exit(view), "", diagnostics_text(view.diagnostics)};
  (view.valid ? output.out : output.err) +=
      text(Report{view.file, view.valid, view.errors, view.warnings, view.virtual_servers,
                  view.real_servers, view.modules});
  return output;
}

// ---- show

struct ShowOptions {
  Reading reading;
  bool effective = false;
  bool origin = false;
};

Output shown(const Context& context, std::string text) {
  return {Exit::done, context.screen.width ? printable_lines(text) : std::move(text), ""};
}

Output file_shown(const Context& context, const ShowOptions& options) {
  const Loaded found = loaded(context.machine, options.reading, options.origin);
  if (!found.config) return refused(context, options.reading, found);
  const bool json = context.format == Format::json;
  const auto view = config_view(
      *found.config, options.effective ? Detail::effective : Detail::changed,
      json ? ShownAs::entries : ShownAs::text, options.origin ? &found.origins : nullptr);
  Output output = json ? local_json(context, view) : shown(context, *view.text);
  output.err = shown(without_notes(found.diagnostics), context);
  return output;
}

Output running_shown(const Context& context, const ShowOptions& options) {
  const bool json = context.format == Format::json;
  Question question{api::Action::config};
  question.query = {{"as", json ? "entries" : "text"},
                    {"detail", options.effective ? "effective" : "changed"}};
  if (options.origin) question.query["origin"] = "yes";
  if (json) return json_page(context, question);
  const auto answer = page_as_is<api::ConfigView>(context, question);
  if (!answer) return answer.error();
  return shown(context, answer->view.text.value_or(""));
}

// ---- import

struct ImportOptions {
  std::string format;
  Reading reading;     // without a file: standard input
  std::string target;  // empty: standard output
  bool replace = false;
};

constexpr const char* from_standard_input = "standard input";

// The machine's files, and what comes from standard input under its name.
Files files_with(const Files& files, const std::string& input) {
  Files out = files;
  out.read = [read = files.read, input](const std::string& path) -> Result<std::string> {
    if (path == from_standard_input) return input;
    return read(path);
  };
  return out;
}

Imported imported(const ImportOptions& options, const Files& files, LoadOptions how) {
  if (!options.reading.config_id.empty()) how.config_id = options.reading.config_id;
  return options.format == "ipvsadm" ? imported_rules(options.reading.file, files, std::move(how))
                                     : lvsd::imported(options.reading.file, files, std::move(how));
}

Output import_written(const Context& context, const ImportOptions& options, std::string text) {
  if (options.target.empty()) return {Exit::done, std::move(text), ""};
  const auto written = context.machine.write(options.target, text, options.replace);
  if (!written) return failed({Exit::refused, lvsd::text(written.error())});
  return {Exit::done, "", printable_line(options.target) + ": written\n"};
}

Output file_imported(const Context& context, const ImportOptions& options, const Files& files) {
  Imported made = imported(options, files, context.machine.reading);
  if (!made.text) return refused(context, options.reading, made.loaded);

  Output output;
  if (context.format == Format::json)
    output = local_json(
        context, api::ConfigView{.file = options.reading.file, .text = std::move(*made.text)});
  else
    output = import_written(context, options, std::move(*made.text));
  output.err = shown(without_notes(std::move(made.loaded.diagnostics)), context) + output.err;
  return output;
}

Output input_imported(const Context& context, ImportOptions options) {
  const auto input = context.machine.standard_input();
  if (!input) return failed({Exit::usage, "which file? " + lvsd::text(input.error())});
  options.reading.file = from_standard_input;
  return file_imported(context, options, files_with(context.machine.files, *input));
}

Output kernel_imported(const Context& context, const ImportOptions& options) {
  if (!options.reading.file.empty())
    return failed({Exit::usage, "'import kernel' is of the kernel's table and reads no file"});
  Output output = exported_configuration(context, false);
  if (output.exit != Exit::done || context.format == Format::json) return output;
  return import_written(context, options, std::move(output.out));
}

Output import_output(const Context& context, const ImportOptions& options) {
  if (options.format == "kernel") return kernel_imported(context, options);
  if (options.reading.file.empty() || options.reading.file == "-")
    return input_imported(context, options);
  return file_imported(context, options, context.machine.files);
}

}  // namespace

Run config_check_command(CLI::App& command) {
  auto options = std::make_shared<CheckOptions>();
  auto* file = command.add_option("FILE", options->reading.file,
                                  std::string("the file (") + default_file + ")");
  file->option_text(" ");
  add_reading_options(command, options->reading);
  command
      .add_flag("--daemon", options->by_daemon,
                "let lvsd read its own file, as a reload would, but change nothing")
      ->excludes(file);
  return [options](const Context& context) {
    if (options->by_daemon) return checked_by_daemon(context, options->reading.strict);
    Reading reading = options->reading;
    if (reading.file.empty()) reading.file = default_file;
    return checked(context, reading);
  };
}

Run config_show_command(CLI::App& command) {
  auto options = std::make_shared<ShowOptions>();
  command
      .add_option("FILE", options->reading.file,
                  "the file; without one, what the running lvsd has in force")
      ->option_text(" ");
  command.add_flag("--effective", options->effective,
                   "every value, defaults and what is inherited included");
  command.add_flag("--origin", options->origin, "where each value is from");
  add_reading_options(command, options->reading);
  return [options](const Context& context) {
    return options->reading.file.empty() ? running_shown(context, *options)
                                         : file_shown(context, *options);
  };
}

Run import_command(CLI::App& command) {
  auto options = std::make_shared<ImportOptions>();
  command
      .add_option("FORMAT", options->format,
                  "keepalived, ipvsadm: what ipvsadm -Sn saved, or kernel: what is in its table")
      ->required()
      ->check(CLI::IsMember({"keepalived", "ipvsadm", "kernel"}))
      ->option_text(" ");
  command
      .add_option("FILE", options->reading.file, "the file to rewrite; without one standard input")
      ->option_text(" ");
  command.add_option("-O", options->target, "write it there (standard output)")
      ->option_text("FILE");
  command.add_flag("--replace", options->replace, "even if there is a file of that name");
  command
      .add_option("--config-id", options->reading.config_id,
                  "keep the lines '@ID …' (the host name up to its first dot)")
      ->option_text("ID");
  return [options](const Context& context) { return import_output(context, *options); };
}

}  // namespace lvsd::ctl
