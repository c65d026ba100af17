// A whole lvsd over a fake kernel, for a browser to look at: everything but IPVS is real, checks
// included. Traffic goes up and down by itself.
//
//   page_site CONFIG SOCKET STATE_DIR

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stop_token>
#include <string>
#include <thread>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/probe_runner.h"
#include "test/fakes/fake_netlink.h"

namespace {

using lvsd::test::FakeIpvs;
using lvsd::test::FakeNetlink;

// Waves, each server's at its own place.
void let_traffic_flow(FakeNetlink& kernel, const std::stop_token& stop) {
  for (int step = 0; !stop.stop_requested(); ++step) {
    kernel.edit([step](FakeIpvs& ipvs) {
      double place = 0;
      for (auto& service : ipvs.services) {
        service.traffic.rates = {};
        for (auto& server : service.destinations) {
          place += 0.7;
          const double wave = server.weight == 0 ? 0 : 1 + std::sin(0.15 * step + place);
          const auto rate = static_cast<std::uint64_t>(60 * wave);
          server.counters.active_connections = static_cast<std::uint32_t>(20 + 5 * rate);
          server.counters.inactive_connections = static_cast<std::uint32_t>(9 * rate);
          server.counters.traffic.rates = {rate, 12 * rate, 11 * rate, 1500 * rate, 61000 * rate};
          auto& sum = service.traffic.rates;
          sum.connections += rate;
          sum.in_bytes += 1500 * rate;
          sum.out_bytes += 61000 * rate;
        }
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: page_site CONFIG SOCKET STATE_DIR\n", stderr);
    return lvsd::exit_usage;
  }
  lvsd::open_log(lvsd::Level::info);
  FakeNetlink kernel;
  std::jthread traffic([&kernel](const std::stop_token& stop) { let_traffic_flow(kernel, stop); });
  boost::asio::io_context loop(1);
  const lvsd::Options options{.config_file = argv[1],
                              .socket = argv[2],
                              .state_dir = argv[3],
                              .check_runner = lvsd::probing_here};
  return lvsd::Daemon(loop, options, kernel.open(), "lvsd-page-" + std::to_string(::getpid()))
      .run();
}
