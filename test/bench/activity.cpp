#include "test/bench/activity.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace lvsd::bench {

using namespace std::chrono_literals;

namespace {

std::filesystem::path proc(pid_t pid) {
  return std::filesystem::path("/proc") / std::to_string(pid);
}

std::vector<pid_t> family(pid_t pid) {
  std::vector<pid_t> pids{pid};
  std::ifstream children(proc(pid) / "task" / std::to_string(pid) / "children");
  for (pid_t child = 0; children >> child;)
    pids.push_back(child);
  return pids;
}

}  // namespace

Activity activity(pid_t pid) {
  Activity sum;
  for (const pid_t member : family(pid)) {
    std::error_code gone;
    for (const auto& thread : std::filesystem::directory_iterator(proc(member) / "task", gone)) {
      std::ifstream file(thread.path() / "schedstat");
      std::uint64_t cpu = 0;
      std::uint64_t waited = 0;
      std::uint64_t runs = 0;
      if (!(file >> cpu >> waited >> runs)) continue;
      sum.cpu_ns += cpu;
      sum.runs += runs;
    }
  }
  return sum;
}

std::uint64_t peak_memory(pid_t pid) {
  std::uint64_t most = 0;
  for (const pid_t member : family(pid)) {
    std::ifstream status(proc(member) / "status");
    for (std::string word; status >> word;) {
      std::uint64_t size = 0;
      if (word == "VmHWM:" && status >> size) most = std::max(most, size);
    }
  }
  return most;
}

Burst until_rest(pid_t pid, Clock::time_point begin, const Activity& before,
                 std::chrono::milliseconds pace, std::chrono::milliseconds rest) {
  Activity last = before;
  Clock::time_point ran = begin;
  for (;;) {
    const Activity now = activity(pid);
    const Clock::time_point at = Clock::now();
    if (now != last) ran = at;
    if (at - ran > rest) break;
    if (at - begin > 5min) throw std::runtime_error("it does not come to rest");
    last = now;
    std::this_thread::sleep_for(pace);
  }
  return {Milliseconds(ran - begin).count(),
          static_cast<double>(last.cpu_ns - before.cpu_ns) / 1e6};
}

namespace {

// Time that this machine's CPUs spent in anything but idling, in ticks of 10 ms.
std::uint64_t busy_ticks() {
  std::ifstream stat("/proc/stat");
  std::string name;
  std::uint64_t user = 0;
  std::uint64_t nice = 0;
  std::uint64_t system = 0;
  stat >> name >> user >> nice >> system;
  return user + nice + system;
}

}  // namespace

void wait_for_idle_machine() {
  const Clock::time_point limit = Clock::now() + 30s;
  for (int idle = 0; idle < 3 && Clock::now() < limit;) {
    const std::uint64_t before = busy_ticks();
    std::this_thread::sleep_for(100ms);
    idle = busy_ticks() - before <= 1 ? idle + 1 : 0;
  }
}

}  // namespace lvsd::bench
