#include "test/kernel/test_net.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lvsd::testing {
namespace {

constexpr int kVips = 4;

void set_sysctls(const NetworkNamespace& where,
                 std::initializer_list<std::pair<std::string_view, std::string_view>> settings) {
  for (const auto& [name, value] : settings)
    set_sysctl(where, name, value);
}

// Programs are slow to start in user-mode-linux, so all of a host's `ip` commands are one batch.
void configure(const NetworkNamespace& where, const std::string& commands) {
  output_of(where, {"ip", "-batch", "-"}, commands);
}

// Before any device appears: duplicate address detection would keep addresses unusable for a
// second.
void prepare(const NetworkNamespace& where) {
  set_sysctls(where, {{"net.ipv6.conf.default.accept_dad", "0"},
                      {"net.ipv6.conf.default.dad_transmits", "0"},
                      {"net.ipv6.conf.default.accept_ra", "0"},
                      {"net.ipv4.conf.all.rp_filter", "0"},
                      {"net.ipv4.conf.default.rp_filter", "0"}});
}

std::string vips_on(std::string_view device) {
  std::string commands;
  for (int i = 0; i < kVips; ++i)
    commands +=
        fmt::format("addr add 10.0.0.{0}/32 dev {1}\naddr add 2001:db8::{0}/128 dev {1} nodad\n",
                    100 + i, device);
  return commands;
}

void configure_client(const Host& client) {
  configure(client.net,
            "link set lo up\nlink set front up\n"
            "addr add 10.0.0.1/24 dev front\naddr add 2001:db8::1/64 dev front nodad\n");
}

void configure_director(const Host& director) {
  configure(director.net,
            "link set lo up\nlink set front up\nlink set back up\n"
            "addr add 10.0.0.254/24 dev front\naddr add 2001:db8::fe/64 dev front nodad\n"
            "addr add 10.0.1.254/24 dev back\naddr add 2001:db8:1::fe/64 dev back nodad\n" +
                vips_on("front"));
  set_sysctls(director.net, {{"net.ipv4.ip_forward", "1"}, {"net.ipv6.conf.all.forwarding", "1"}});
}

void configure_server(const Host& server, int number) {
  set_sysctls(server.net, {{"net.ipv4.conf.all.arp_ignore", "1"},
                           {"net.ipv4.conf.all.arp_announce", "2"},
                           {"net.ipv4.conf.tunl0.rp_filter", "0"}});
  // The address on the front only serves to ask for the client's hardware address.
  configure(
      server.net,
      fmt::format("link set lo up\nlink set front up\nlink set back up\n"
                  "link set tunl0 up\nlink set ip6tnl0 up\n"
                  "addr add 10.0.1.{0}/24 dev back\naddr add 2001:db8:1::{0:x}/64 dev back nodad\n"
                  "addr add 10.0.0.{1}/32 dev front\n"
                  "route add default via 10.0.1.254\nroute add default via 2001:db8:1::fe\n"
                  "rule add from 10.0.0.0/24 lookup 100\n"
                  "route add 10.0.0.0/24 dev front table 100\n"
                  "route add 2001:db8::/64 from 2001:db8::/64 dev front\n",
                  number, 10 + number) +
          vips_on("lo"));
}

}  // namespace

TestNet::TestNet(int servers) {
  for (int i = 1; i <= servers; ++i)
    servers_.push_back({fmt::format("s{}", i), {}});
  set_sysctl(switches_, "net.ipv6.conf.default.disable_ipv6", "1");
  for (const NetworkNamespace* net : {&client_.net, &director_.net})
    prepare(*net);
  for (const Host& server : servers_)
    prepare(server.net);
  wire();
  configure_client(client_);
  configure_director(director_);
  for (int i = 1; i <= servers; ++i) {
    configure_server(server(i), i);
    web_servers_.open(server(i).name, server(i).net, 80);
  }
}

// Two bridges, and a cable named after the host from them to each host.
void TestNet::wire() const {
  std::string commands =
      "link add front type bridge mcast_snooping 0\nlink set front up\n"
      "link add back type bridge mcast_snooping 0\nlink set back up\n";
  const auto cable = [&](const Host& host, std::string_view network) {
    commands += fmt::format(
        "link add {0}-{1} type veth peer name {1} netns /proc/{2}/fd/{3}\n"
        "link set {0}-{1} master {1} up\n",
        host.name, network, ::getpid(), host.net.fd());
  };
  cable(client_, "front");
  cable(director_, "front");
  cable(director_, "back");
  for (const Host& server : servers_) {
    cable(server, "front");
    cable(server, "back");
  }
  configure(switches_, commands);
}

const Host& TestNet::server(int number) const {
  return servers_.at(static_cast<std::size_t>(number - 1));
}

WebServer& TestNet::web(int number) {
  return web_servers_.at(server(number).name);
}

void TestNet::unplug(int number) {
  set_cables(number, "down");
}

void TestNet::plug(int number) {
  set_cables(number, "up");
}

// The switch's end, because a device that is down itself loses its routes.
void TestNet::set_cables(int number, std::string_view state) const {
  configure(switches_, fmt::format("link set {0}-front {1}\nlink set {0}-back {1}\n",
                                   server(number).name, state));
}

Address vip(Family family) {
  return *parse_address(family == Family::v4 ? "10.0.0.100" : "2001:db8::100");
}

Address server_address(Family family, int number) {
  return *parse_address(family == Family::v4 ? fmt::format("10.0.1.{}", number)
                                             : fmt::format("2001:db8:1::{:x}", number));
}

Packets packets(const NetworkNamespace& where, std::string_view device) {
  const Inside inside(where);
  std::ifstream file("/proc/thread-self/net/dev");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    long received_bytes = 0, received = 0, skipped = 0, sent_bytes = 0, sent = 0;
    if (!(words >> name) || name != std::string(device) + ":") continue;
    words >> received_bytes >> received;
    for (int i = 0; i < 6; ++i)
      words >> skipped;
    words >> sent_bytes >> sent;
    return {received, sent};
  }
  throw std::runtime_error(fmt::format("no device {}", device));
}

void set_sysctl(const NetworkNamespace& where, std::string_view name, std::string_view value) {
  std::string path = "/proc/sys/" + std::string(name);
  std::replace(path.begin() + 10, path.end(), '.', '/');
  const Inside inside(where);
  std::ofstream file(path);
  file << value << std::flush;
  if (!file) throw std::runtime_error(fmt::format("cannot set {} to {}", name, value));
}

}  // namespace lvsd::testing
