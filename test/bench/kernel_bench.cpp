// lvsd and keepalived side by side on a real kernel, each in network namespaces of its own, one
// after the other. Run through test/bench/kernel, which boots that kernel; --help lists the
// options.

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "test/bench/report.h"
#include "test/bench/subject.h"
#include "test/kernel/netlink_tap.h"

using namespace lvsd;
using namespace lvsd::bench;
using namespace std::chrono_literals;
using testing::Inside;
using testing::NetlinkTap;
using testing::Process;

namespace {

struct Options {
  std::vector<std::uint32_t> sizes{10, 100, 1000, 5000};
  unsigned runs = 5;
  std::filesystem::path build;
  Binaries binaries;
  std::vector<std::string> parts{"times", "messages", "health"};

  // lvsd, and who it is compared with.
  std::vector<Program> programs() const {
    return {Program::lvsd, binaries.before.empty() ? Program::keepalived : Program::before};
  }
  bool wants(std::string_view part) const { return std::ranges::find(parts, part) != parts.end(); }
};

ServiceKey middle(const Layout& layout) {
  return service(layout.services / 2);
}

// Whether the kernel has the virtual server in the middle as this layout has it.
Subject::Condition visible(Subject& subject, const Layout& layout) {
  return [&subject, layout] {
    const auto found = subject.place().find(middle(layout));
    if (!found || found->destinations.size() != layout.servers + layout.more_servers) return false;
    const auto total = [](std::uint32_t sum, const auto& destination) {
      return sum + destination.second.settings.weight;
    };
    return std::accumulate(found->destinations.begin(), found->destinations.end(), 0U, total) ==
           layout.servers + layout.more_servers + layout.weight - 1;
  };
}

void measure_once(Program program, const Options& options, const Layout& layout, Figures& figures) {
  Subject subject(program, options.binaries);
  const auto cold = subject.cold_start(layout);
  figures.cold_start.add({cold.complete_ms, cold.cpu_ms});
  figures.writing.add(cold.writing_ms);

  figures.unchanged.add(subject.reload(layout));
  Layout other = layout;
  other.more_servers = 1;
  figures.one_server.add(subject.reload(other, visible(subject, other)));
  subject.reload(layout, visible(subject, layout));
  other = layout;
  other.weight = 7;
  figures.one_weight.add(subject.reload(other, visible(subject, other)));
  subject.reload(layout, visible(subject, layout));

  if (program != Program::keepalived) figures.audit.add(subject.audit(layout, 1500ms));
  double most = static_cast<double>(subject.memory_kib());
  figures.restart.add(subject.restart());
  most = std::max(most, static_cast<double>(subject.memory_kib()));
  figures.memory_mib.add(most / 1024);
}

// Its writing is looked at as the others' is, which takes time itself.
void measure_limit(const Options& options, const Layout& layout, Limit& limit) {
  Place place;
  const std::string program = options.build / "test/bench/ipvs_limit";
  wait_for_idle_machine();
  Process writer(place.net(), {program, "write", std::to_string(layout.services),
                               std::to_string(layout.servers)});
  limit.write.add(appearance(place, layout, writer).milliseconds());
  if (writer.exit_code(5s) != 0) throw std::runtime_error(writer.output());
  limit.read.add(std::stod(testing::output_of(place.net(), {program, "read"})));
}

Results measure_times(const Options& options, const Layout& layout) {
  Results results;
  Limit limit;
  for (unsigned run = 0; run < options.runs; ++run) {
    fmt::print(stderr, "{} x {}: run {} of {}\n", layout.services, layout.servers, run + 1,
               options.runs);
    measure_limit(options, layout, limit);
    for (const Program program : options.programs())
      measure_once(program, options, layout, results[program]);
  }
  fmt::print("{}", report(layout, options.programs(), results, limit));
  std::fflush(stdout);
  return results;
}

void measure_times(const Options& options) {
  std::vector<Sized> all;
  for (const std::uint32_t size : options.sizes) {
    const Layout layout{.services = size};
    all.push_back({layout, measure_times(options, layout)});
  }
  if (all.size() > 1) fmt::print("{}", by_size(options.programs(), all));
}

// ---- messages: what is sent, as the kernel's own tap sees it

void count_messages(Program program, const Options& options, const Layout& layout) {
  Subject subject(program, options.binaries);
  NetlinkTap tap(subject.place().net());
  const auto say = [&](std::string_view what) {
    fmt::print("{:<30} {:<12} {}\n", what, text(program), testing::text(tap.changes()));
  };
  subject.cold_start(layout);
  say("cold start");
  subject.restart();
  say("restart over its table");
  subject.reload(layout);
  say("reload, unchanged");
  Layout other = layout;
  other.more_servers = 1;
  subject.reload(other, visible(subject, other));
  say("reload, one server more");
  other.weight = 7;
  subject.reload(other, visible(subject, other));
  say("reload, one weight");
}

void count_messages(const Options& options, const Layout& layout) {
  fmt::print("\n{} virtual servers x {}: messages that change something\n", layout.services,
             layout.servers);
  for (const Program program : options.programs())
    count_messages(program, options, layout);
  std::fflush(stdout);
}

// ---- health: what it costs that one server goes down or comes back

// Listens on every address of the namespace. What connects is never answered; the kernel takes it.
UniqueFd listener(const Place& place) {
  const Inside inside(place.net());
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(checked_port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), 4096) != 0)
    throw std::system_error(errno, std::generic_category(), "listening");
  return socket;
}

constexpr auto round_of_checks = 5s;

// CPU that the program spends while each check runs once.
double cpu_of_a_round(const Subject& subject) {
  const Activity before = subject.activity();
  std::this_thread::sleep_for(round_of_checks);
  return static_cast<double>(subject.activity().cpu_ns - before.cpu_ns) / 1e6;
}

void measure_health(Program program, const Options& options, Layout layout) {
  layout.checked = 200;
  Subject subject(program, options.binaries);
  auto listening = std::make_optional(listener(subject.place()));
  subject.cold_start(layout);
  std::this_thread::sleep_for(2 * round_of_checks);  // every check has begun

  Samples quiet;
  Samples turning;
  for (unsigned i = 0; i < options.runs; ++i) {
    quiet.add(cpu_of_a_round(subject) / layout.checked);
    listening.reset();
    turning.add(cpu_of_a_round(subject) / layout.checked);
    std::this_thread::sleep_for(1s);
    if (subject.place().entries() != layout.entries() - layout.checked)
      throw std::runtime_error("not all checked servers went down");
    listening.emplace(listener(subject.place()));
    std::this_thread::sleep_for(round_of_checks + 1s);
  }
  fmt::print("{:>6} x {:<4} {:<12} {:>24} {:>24} {:>12.2f}\n", layout.services, layout.servers,
             text(program), text(quiet), text(turning), turning.median() - quiet.median());
  std::fflush(stdout);
}

void measure_health(const Options& options) {
  fmt::print(
      "\nOne server goes down, beside a table of the size named. CPU, ms: median (least to "
      "most) of rounds of 200\n{:<26} {:>24} {:>24} {:>12}\n",
      "", "a check that passes", "a check that turns", "the turn");
  for (const std::uint32_t size : options.sizes)
    for (const Program program : options.programs())
      measure_health(program, options, {.services = size});
}

Options options_of(int argc, char** argv) {
  Options options;
  // …/test/bench/kernel_bench
  options.build = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../..";
  options.binaries.lvsd = options.build / "daemon/lvsd";
  CLI::App app("lvsd and keepalived side by side on a real kernel.", "test/bench/kernel");
  app.add_option("--sizes", options.sizes, "Virtual servers, with ten real servers each")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--runs", options.runs, "How often each thing is measured")->capture_default_str();
  app.add_option("--parts", options.parts, "What to measure")
      ->delimiter(',')
      ->check(CLI::IsMember({"times", "messages", "health"}))
      ->capture_default_str();
  app.add_option("--lvsd", options.binaries.lvsd, "The lvsd to measure");
  app.add_option("--keepalived", options.binaries.keepalived, "The keepalived to measure")
      ->capture_default_str();
  app.add_option("--before", options.binaries.before,
                 "An earlier lvsd to compare with, instead of keepalived");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    std::exit(app.exit(wrong));
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  try {
    if (options.wants("times")) measure_times(options);
    for (const std::uint32_t size : options.sizes)
      if (options.wants("messages")) count_messages(options, {.services = size});
    if (options.wants("health")) measure_health(options);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    return 1;
  }
}
