#include "config/report.h"

#include <string_view>

#include "config/modules.h"
#include "config/utf8.h"

namespace lvsd {

namespace {

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

Report report(const std::string& file, const Loaded& loaded) {
  Report out{.file = file, .valid = loaded.config.has_value()};
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    out.errors += diagnostic.severity == Severity::error;
    out.warnings += diagnostic.severity == Severity::warning;
  }
  if (!loaded.config) return out;
  out.virtual_servers = loaded.config->virtual_servers.size();
  for (const VirtualServer& service : loaded.config->virtual_servers)
    out.real_servers += service.real_servers.size();
  out.modules = modules(*loaded.config);
  return out;
}

std::string text(const Report& report) {
  std::string out = utf8::printable(report.file) + ": ";
  if (report.valid)
    out += "ok, " + counted(report.virtual_servers, "virtual server") + ", " +
           counted(report.real_servers, "real server") + "; ";
  out += counted(report.errors, "error") + ", " + counted(report.warnings, "warning") + "\n";
  if (!report.valid) return out;
  out += "kernel modules:";
  for (const std::string& module : report.modules)
    out += " " + module;
  return out + "\n";
}

}  // namespace lvsd
