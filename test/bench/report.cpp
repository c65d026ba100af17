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

std::string report(const Layout& layout, const std::vector<Program>& programs,
                   const Results& results, const Limit& limit) {
  const Figures& first = results.at(programs.front());
  const Figures& other = results.at(programs.back());
  std::string out =
      fmt::format("\n{} virtual servers x {}, {} entries. Median (least to most), ms\n",
                  layout.services, layout.servers, layout.entries());
  out += fmt::format("{:<30} {:>24} {:>26} {:>9} {:>22} {:>8}\n", "", text(programs.front()),
                     text(programs.back()), "ratio", "limit", "of it");
  out += rows("cold start", first.cold_start, other.cold_start);
  out += row("  first to last entry", first.writing, other.writing, limit.write);
  out += rows("restart over its table", first.restart, other.restart);
  out += rows("reload, unchanged", first.unchanged, other.unchanged);
  out += rows("reload, one server more", first.one_server, other.one_server);
  out += rows("reload, one weight", first.one_weight, other.one_weight);
  out += rows("audit", first.audit, other.audit, limit.read);
  out += row("peak memory, MiB", first.memory_mib, other.memory_mib, {});
  return out;
}

}  // namespace lvsd::bench
