#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "config/keyword_rows.h"

// `global_defs`: what those who watch lvsd are told. All of it is ours.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks global = Block::global_defs;

// A switch of `metrics`.
template <bool MetricsSettings::*member>
constexpr Keyword metrics_switch(std::string_view name, std::string_view fallback,
                                 std::string_view help) {
  return {.name = name,
          .blocks = Block::metrics,
          .arguments = {boolean()},
          .fallback = fallback,
          .help = help,
          .ours = true,
          .apply = [](Compiler& c,
                      const Arguments& a) { c.config().global.metrics.*member = a.flag(0, true); },
          .show =
              [](const Subject& s) {
                return std::optional(spelled(s.config->global.metrics.*member));
              }};
}

LogSettings& log_of(Compiler& c) {
  return c.config().global.log;
}
const LogSettings& log_of(const Subject& s) {
  return s.config->global.log;
}

constexpr std::string_view targets = "journal stderr syslog file";

void set_target(Compiler& c, const Arguments& a) {
  LogSettings& log = log_of(c);
  const std::string_view word = a.word(0);
  log.target = word == "journal"  ? LogTarget::journal
               : word == "stderr" ? LogTarget::standard_error
               : word == "syslog" ? LogTarget::syslog
                                  : LogTarget::file;
  log.file = a.word(1);
  if (log.target != LogTarget::file && a.has(1))
    c.problems().report(Code::extra_argument, a.where(a.word(1)), "unexpected " + quoted(a.word(1)),
                        "only 'target file' takes a path");
  if (log.target == LogTarget::file && !log.file.starts_with('/'))
    c.problems().report(a.has(1) ? Code::bad_argument : Code::missing_argument,
                        a.has(1) ? a.where(a.word(1)) : a.where(),
                        "'target file' needs a path that begins with /");
}

std::optional<std::string> show_target(const Subject& s) {
  switch (log_of(s).target) {
    case LogTarget::usual:
      return std::nullopt;
    case LogTarget::journal:
      return "journal";
    case LogTarget::standard_error:
      return "stderr";
    case LogTarget::syslog:
      return "syslog";
    case LogTarget::file:
      return "file " + plain_word(log_of(s).file);
  }
  return std::nullopt;
}

std::optional<std::string> show_format(const Subject& s) {
  if (!log_of(s).format) return std::nullopt;
  return *log_of(s).format == LogFormat::json ? "json" : "text";
}

constexpr auto table = std::to_array<Keyword>({
    {.name = "log",
     .blocks = global,
     .help = "where lvsd's own lines go, and how they look",
     .opens = Opens::block,
     .block = Block::log,
     .ours = true},
    {.name = "level",
     .blocks = Block::log,
     .arguments = {choice("debug info notice warning error critical")},
     .fallback = "info",
     .help = "from which on lines are written; --verbose goes first, 'lvsctl log level' later",
     .ours = true,
     .apply = [](Compiler& c, const Arguments& a) { log_of(c).level = a.word(0); },
     .show = [](const Subject& s) { return spelled_word(log_of(s).level); }},
    {.name = "format",
     .blocks = Block::log,
     .arguments = {choice("text json")},
     .fallback = "--log-format",
     .help = "lines for people, or an object a line; the journal has fields in either case",
     .ours = true,
     .apply =
         [](Compiler& c, const Arguments& a) {
           log_of(c).format = a.word(0) == "json" ? LogFormat::json : LogFormat::text;
         },
     .show = show_format},
    {.name = "target",
     .blocks = Block::log,
     .arguments = {choice(targets), optional(word("FILE"))},
     .fallback = "standard error; with fields where that is systemd's journal",
     .help = "where lines go; a file that is moved away is begun anew",
     .ours = true,
     .apply = set_target,
     .show = show_target},
    {.name = "metrics",
     .blocks = global,
     .help = "what /metrics has where a request does not say what it wants",
     .opens = Opens::block,
     .block = Block::metrics,
     .ours = true},
    metrics_switch<&MetricsSettings::per_server>("per_server", "yes",
                                                 "series of single servers, and of their checks"),
    metrics_switch<&MetricsSettings::per_check>("per_check", "yes", "series of single checks"),
    metrics_switch<&MetricsSettings::rates>("rates", "no",
                                            "what the kernel estimates of each service per second"),
    metrics_switch<&MetricsSettings::node_ipvs_compat>(
        "node_ipvs_compat", "no",
        "node_ipvs_*, as node_exporter has them, for dashboards made for it"),
});

}  // namespace

std::span<const Keyword> watching_rows() {
  return table;
}

}  // namespace lvsd
