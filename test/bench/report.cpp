#include "test/bench/report.h"

#include <fmt/format.h>

namespace lvsd::bench {

namespace {

std::string row(std::string_view name, const Samples& lvsd, const Samples& keepalived,
                const Samples& limit) {
  return fmt::format("{:<30} {:>24} {:>26} {:>9} {:>22} {:>8}\n", name, text(lvsd),
                     text(keepalived), ratio(keepalived, lvsd), text(limit), ratio(lvsd, limit));
}

std::string rows(std::string_view name, const Measured& lvsd, const Measured& keepalived,
                 const Samples& limit = {}) {
  return row(name, lvsd.elapsed, keepalived.elapsed, limit) +
         row("  cpu", lvsd.cpu, keepalived.cpu, {});
}

}  // namespace

std::string report(const Layout& layout, const Results& results, const Limit& limit) {
  const Figures& lvsd = results.at(Program::lvsd);
  const Figures& keepalived = results.at(Program::keepalived);
  std::string out =
      fmt::format("\n{} virtual servers x {}, {} entries. Median (least to most), ms\n",
                  layout.services, layout.servers, layout.entries());
  out += fmt::format("{:<30} {:>24} {:>26} {:>9} {:>22} {:>8}\n", "", "lvsd", "keepalived",
                     "ka/lvsd", "limit", "of it");
  out += rows("cold start", lvsd.cold_start, keepalived.cold_start);
  out += row("  first to last entry", lvsd.writing, keepalived.writing, limit.write);
  out += rows("restart over its table", lvsd.restart, keepalived.restart);
  out += rows("reload, unchanged", lvsd.unchanged, keepalived.unchanged);
  out += rows("reload, one server more", lvsd.one_server, keepalived.one_server);
  out += rows("reload, one weight", lvsd.one_weight, keepalived.one_weight);
  out += rows("audit", lvsd.audit, keepalived.audit, limit.read);
  out += row("peak memory, MiB", lvsd.memory_mib, keepalived.memory_mib, {});
  return out;
}

}  // namespace lvsd::bench
