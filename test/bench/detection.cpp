// How long a killed server stays in the table: 20 kills at delay_loop 1 and retry 0, each at
// another moment of the interval. Run in the lab: ./dev lab -- build/test/bench/detection

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "test/kernel/daemon.h"
#include "test/kernel/eventually.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/test_net.h"

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view config =
    "virtual_server 10.0.0.100 80 {\n  delay_loop 1\n  lvs_sched rr\n  protocol TCP\n"
    "  lvs_method NAT\n"
    "  real_server 10.0.1.1 80 {\n    TCP_CHECK {\n      retry 0\n    }\n  }\n"
    "  real_server 10.0.1.2 80 {\n    TCP_CHECK {\n      retry 0\n    }\n  }\n}\n";

bool listed(const TestNet& net) {
  return ipvs_table(net.director().net).find("10.0.1.1:80") != std::string::npos;
}

// Milliseconds from the kill to the first look at the table without the server.
double kill_to_removal(TestNet& net) {
  const auto begin = std::chrono::steady_clock::now();
  net.web(1).set(Mood::stopped);
  while (listed(net))
    std::this_thread::sleep_for(1ms);
  const auto took = std::chrono::steady_clock::now() - begin;
  net.web(1).set(Mood::answers);
  if (!eventually(5s, [&] { return listed(net); })) throw std::runtime_error("it did not return");
  return std::chrono::duration<double, std::milli>(took).count();
}

}  // namespace

int main() {
  TestNet net(2);
  DaemonFolder folder;
  folder.write_config(config);
  Daemon lvsd(net.director(), folder);
  lvsd.wait_ready();

  std::vector<double> times;
  for (int run = 0; run < 20; ++run) {
    // A prime number of milliseconds walks through the interval.
    std::this_thread::sleep_for(std::chrono::milliseconds(run * 53));
    times.push_back(kill_to_removal(net));
  }
  std::sort(times.begin(), times.end());
  fmt::print("kill to removal over {} runs: min {:.0f} ms, median {:.0f} ms, max {:.0f} ms\n",
             times.size(), times.front(), (times[9] + times[10]) / 2, times.back());
}
