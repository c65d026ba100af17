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

using Figure = Samples (*)(const Figures& figures);

// A line for each program, a column for each size. `per_entry`: divided by the table's size, in us.
std::string growth(std::string_view name, Figure figure, bool per_entry,
                   const std::vector<Program>& programs, const std::vector<Sized>& all) {
  std::string out;
  for (const Program program : programs) {
    out += fmt::format("{:<30} {:<12}", program == programs.front() ? name : "", text(program));
    for (const Sized& one : all) {
      const double median = figure(one.results.at(program)).median();
      out += fmt::format("{:>12.1f}", per_entry ? median * 1000 / one.layout.entries() : median);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string by_size(const std::vector<Program>& programs, const std::vector<Sized>& all) {
  std::string out = fmt::format("\n{:<43}", "By size, medians; us an entry");
  for (const Sized& one : all)
    out += fmt::format("{:>12}", fmt::format("{} x {}", one.layout.services, one.layout.servers));
  out += '\n';
  const auto add = [&](std::string_view name, bool per_entry, Figure figure) {
    out += growth(name, figure, per_entry, programs, all);
  };
  add("cold start", true, [](const Figures& of) { return of.cold_start.elapsed; });
  add("restart over its table", true, [](const Figures& of) { return of.restart.elapsed; });
  add("reload, one server more", true, [](const Figures& of) { return of.one_server.elapsed; });
  add("peak memory, MiB", false, [](const Figures& of) { return of.memory_mib; });
  return out;
}

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
