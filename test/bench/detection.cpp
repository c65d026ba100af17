// How long a dead server stays in the table: 50 kills at delay_loop 1 and retry 0, each at another
// moment of the interval, by lvsd and by keepalived in the same run. Two times for each: from the
// kill, which is mostly the wait for the next check, and from the refusal that this check got.
//
//   ./dev lab --limit 280 -- build/test/bench/detection [RUNS]

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/parse_number.h"
#include "base/unique_fd.h"
#include "test/kernel/daemon.h"
#include "test/kernel/ipvs_table.h"
#include "test/kernel/test_net.h"

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint16_t port = 8080;

// On loopback: over a bridge a refusal can meet a locked socket, and the next one takes a second.
std::string config() {
  std::string out =
      "virtual_server 10.0.0.100 80 {\n  delay_loop 1\n  lb_algo rr\n  lb_kind NAT\n"
      "  protocol TCP\n";
  for (int server = 1; server <= 2; ++server)
    out += fmt::format(
        "  real_server 127.0.1.{} {} {{\n    TCP_CHECK {{\n      retry 0\n    }}\n  }}\n", server,
        port);
  return out + "}\n";
}

sockaddr_in address_of(int server) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(0x7f000100U + static_cast<std::uint32_t>(server));
  return out;
}

// The two servers: they accept and close. The first can be killed.
class Servers {
 public:
  Servers() {
    for (int server = 1; server <= 2; ++server)
      open(server);
  }
  void kill() { listeners_[0].reset(); }
  void revive() { open(1); }
  void serve() const {
    for (const UniqueFd& listener : listeners_)
      while (listener && UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC))) {
      }
  }

 private:
  void open(int server) {
    UniqueFd& listener = listeners_[static_cast<std::size_t>(server - 1)];
    listener.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = address_of(server);
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener.get(), 64) != 0)
      throw std::runtime_error("cannot listen");
  }

  std::array<UniqueFd, 2> listeners_;
};

// Sees the refusals of the first server on the wire.
class Refusals {
 public:
  Refusals()
      : socket_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP))) {
    if (!socket_) throw std::runtime_error("no packet socket");
  }
  // Whether there was one since the last call.
  bool seen() const {
    bool any = false;
    std::array<char, 256> packet;
    for (ssize_t size = 0; (size = ::recv(socket_.get(), packet.data(), packet.size(), 0)) > 0;)
      any = any || is_refusal({packet.data(), static_cast<std::size_t>(size)});
    return any;
  }

 private:
  static bool is_refusal(std::string_view packet) {
    iphdr ip{};
    tcphdr tcp{};
    if (packet.size() < sizeof ip) return false;
    std::memcpy(&ip, packet.data(), sizeof ip);
    const std::size_t header = std::size_t{ip.ihl} * 4;
    if (ip.protocol != IPPROTO_TCP || packet.size() < header + sizeof tcp) return false;
    std::memcpy(&tcp, packet.data() + header, sizeof tcp);
    const sockaddr_in server = address_of(1);
    return tcp.rst != 0 && ip.saddr == server.sin_addr.s_addr && tcp.source == server.sin_port;
  }

  UniqueFd socket_;
};

// ---- one program

struct Times {
  std::vector<double> from_kill;
  std::vector<double> from_refusal;
};

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

bool listed(const Host& host) {
  return ipvs_table(host.net).find("127.0.1.1:8080") != std::string::npos;
}

void until_listed(const Host& host, const Servers& servers) {
  const auto deadline = Clock::now() + 20s;
  for (; !listed(host); std::this_thread::sleep_for(1ms)) {
    servers.serve();
    if (Clock::now() > deadline) throw std::runtime_error("the server has not come back");
  }
}

void serve_for(const Servers& servers, Clock::duration time) {
  for (const auto end = Clock::now() + time; Clock::now() < end; std::this_thread::sleep_for(1ms))
    servers.serve();
}

void kill_once(const Host& host, Servers& servers, const Refusals& refusals, Times& times) {
  refusals.seen();
  const auto begin = Clock::now();
  servers.kill();
  std::optional<Clock::time_point> refused;
  for (; listed(host); std::this_thread::sleep_for(500us)) {
    servers.serve();
    if (!refused && refusals.seen()) refused = Clock::now();
  }
  const auto now = Clock::now();
  times.from_kill.push_back(milliseconds(now - begin));
  // Both between two looks: less than can be measured.
  times.from_refusal.push_back(refused ? milliseconds(now - *refused) : 0);
  servers.revive();
}

Times measured(const Host& host, int runs) {
  const Inside inside(host.net);
  Servers servers;
  const Refusals refusals;
  until_listed(host, servers);
  Times times;
  for (int run = 0; run < runs; ++run) {
    // A prime number of milliseconds walks through the interval.
    serve_for(servers, 1s + std::chrono::milliseconds(run * 53 % 1000));
    kill_once(host, servers, refusals, times);
    until_listed(host, servers);
  }
  return times;
}

std::string spread(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return fmt::format("{:7.1f} {:7.1f} {:7.1f} ms", times.front(), times[times.size() / 2],
                     times.back());
}

void print(std::string_view who, const Times& times) {
  fmt::print("{:<11} kill to removal {}   refusal to removal {}\n", who, spread(times.from_kill),
             spread(times.from_refusal));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? parse_number<int>(argv[1]).value_or(50) : 50;
  fmt::print("{} kills each: least, median, most\n", runs);
  DaemonFolder folder;
  folder.write_config(config());
  {
    const Host host{"director", {}};
    host.output_of({"ip", "link", "set", "lo", "up"});
    const testing::Daemon lvsd(host, folder);
    print("lvsd", measured(host, runs));
  }
  const Host host{"director", {}};
  host.output_of({"ip", "link", "set", "lo", "up"});
  const std::string path = folder.config();
  const Process keepalived(host.net, {"keepalived", "-n", "-l", "-C", "-f", path, "-p",
                                      path + ".pid", "-c", path + ".checkers"});
  print("keepalived", measured(host, runs));
}
