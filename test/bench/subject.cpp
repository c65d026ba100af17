#include "test/bench/subject.h"

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

#include "daemon/netlink_socket.h"

namespace lvsd::bench {

using namespace std::chrono_literals;
using testing::Inside;

namespace {

constexpr auto patience = 5min;

// Waits, looking every two milliseconds; each look costs a question to the kernel.
void wait_until(const Subject::Condition& condition, const testing::Process& process) {
  const Clock::time_point limit = Clock::now() + patience;
  while (!condition()) {
    if (Clock::now() > limit)
      throw std::runtime_error("not in the kernel in time; the program says:\n" + process.output());
    std::this_thread::sleep_for(2ms);
  }
}

std::vector<pid_t> children(pid_t pid) {
  std::vector<pid_t> found;
  std::ifstream file(fmt::format("/proc/{}/task/{}/children", pid, pid));
  for (pid_t child = 0; file >> child;)
    found.push_back(child);
  return found;
}

}  // namespace

Place::Place() {
  testing::output_of(net_, {"ip", "link", "set", "lo", "up"});
  const Inside inside(net_);
  auto kernel = NetlinkKernel::open(NetlinkSocket::open);
  if (!kernel) throw std::runtime_error(text(kernel.error()));
  kernel_ = std::move(*kernel);
}

std::size_t Place::entries() const {
  const Inside inside(net_);
  std::ifstream table("/proc/thread-self/net/ip_vs");
  std::size_t lines = 0;
  for (std::string line; std::getline(table, line);)
    ++lines;
  return lines - 3;  // the heading
}

std::optional<ServiceSnapshot> Place::find(const ServiceKey& service) {
  auto found = kernel_->dump(service);
  if (!found) throw std::runtime_error(text(found.error()));
  return std::move(*found);
}

Appearance appearance(Place& place, const Layout& layout, const testing::Process& process) {
  Appearance seen;
  wait_until([&] { return place.find(service(0)).has_value(); }, process);
  seen.first = Clock::now();
  wait_until(
      [&] {
        const auto last = place.find(service(layout.services - 1));
        return last && last->destinations.size() == layout.servers;
      },
      process);
  seen.last = Clock::now();
  return seen;
}

Subject::Subject(Program program, const Binaries& binaries)
    : program_(program), binaries_(binaries) {}

Subject::~Subject() {
  if (process_) kill();
}

void Subject::start() {
  process_.emplace(place_.net(), command_line(program_, binaries_, folder_));
}

// So that its table stays: keepalived's parent would start its checker anew, and a checker whose
// parent is gone clears the table.
void Subject::kill() {
  process_->send(SIGSTOP);
  for (const pid_t child : children(process_->pid()))
    ::kill(child, SIGKILL);
  process_->send(SIGKILL);
  process_->exit_code(5s);
  process_.reset();
}

Subject::ColdStart Subject::cold_start(const Layout& layout) {
  pace_ = layout.services < 1000 ? 3ms : 10ms;
  folder_.write_config(config_for(program_, text(layout)));
  wait_for_idle_machine();

  const Clock::time_point begin = Clock::now();
  start();
  const Appearance seen = appearance(place_, layout, *process_);
  Burst burst;
  if (layout.checked == 0)
    burst = until_rest(process_->pid(), begin, {}, pace_);
  else  // it never rests
    wait_until([&] { return place_.entries() == layout.entries(); }, *process_);
  if (place_.entries() != layout.entries())
    throw std::runtime_error(
        fmt::format("the table has {} entries instead of {}", place_.entries(), layout.entries()));
  return {Milliseconds(seen.last - begin).count(), seen.milliseconds(), burst.cpu_ms};
}

void Subject::rest() {
  until_rest(process_->pid(), Clock::now(), activity(), pace_);
}

Burst Subject::reload(const Layout& layout, const Condition& visible) {
  folder_.write_config(config_for(program_, text(layout)));
  const Activity before = activity();
  const Clock::time_point begin = Clock::now();
  process_->send(SIGHUP);
  if (visible) wait_until(visible, *process_);
  const Clock::time_point seen = Clock::now();
  Burst burst = until_rest(process_->pid(), begin, before, pace_);
  if (visible) burst.elapsed_ms = Milliseconds(seen - begin).count();
  return burst;
}

Burst Subject::restart() {
  kill();
  wait_for_idle_machine();
  const Clock::time_point begin = Clock::now();
  start();
  return until_rest(process_->pid(), begin, {}, pace_);
}

Burst Subject::audit(const Layout& layout, std::chrono::milliseconds interval) {
  folder_.write_config(config_for(program_, text(layout), interval));
  process_->send(SIGHUP);
  rest();
  Burst burst;
  for (int i = 0; i < 2; ++i) {  // the first one finds its memory, all others have it
    const Activity before = activity();
    wait_until([&] { return activity() != before; }, *process_);
    burst = until_rest(process_->pid(), Clock::now(), before, pace_);
  }
  folder_.write_config(config_for(program_, text(layout)));
  process_->send(SIGHUP);
  rest();
  return burst;
}

}  // namespace lvsd::bench
