#include "test/kernel/netlink_tap.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip_vs.h>
#include <net/if.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "netlink/message.h"
#include "test/kernel/process.h"

namespace lvsd::testing {
namespace {

// Room for what a program says until it is counted: a table of 55,000 entries is 8 MB.
constexpr int kRoom = 256 * 1024 * 1024;

constexpr std::array kNames{
    "UNSPEC",     "NEW_SERVICE", "SET_SERVICE", "DEL_SERVICE", "GET_SERVICE", "NEW_DEST",
    "SET_DEST",   "DEL_DEST",    "GET_DEST",    "NEW_DAEMON",  "DEL_DAEMON",  "GET_DAEMON",
    "SET_CONFIG", "GET_CONFIG",  "SET_INFO",    "GET_INFO",    "ZERO",        "FLUSH"};
static_assert(kNames.size() == IPVS_CMD_MAX + 1);

std::uint16_t ipvs_family() {
  const std::unique_ptr<nl_sock, decltype(&nl_socket_free)> socket(nl_socket_alloc(),
                                                                   nl_socket_free);
  if (genl_connect(socket.get()) < 0) throw std::runtime_error("no netlink socket");
  const int number = genl_ctrl_resolve(socket.get(), IPVS_GENL_NAME);
  if (number < 0) throw std::runtime_error("this kernel has no IPVS");
  return static_cast<std::uint16_t>(number);
}

[[noreturn]] void fail(const char* attempt) {
  throw std::system_error(errno, std::generic_category(), attempt);
}

}  // namespace

NetlinkTap::NetlinkTap(const NetworkNamespace& where) : family_(ipvs_family()) {
  output_of(where, {"ip", "link", "add", "nlmon0", "type", "nlmon"});
  output_of(where, {"ip", "link", "set", "nlmon0", "up"});
  const Inside inside(where);
  socket_.reset(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket_) fail("opening a packet socket");
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kRoom, sizeof kRoom);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex("nlmon0"));
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("listening to netlink");
}

NetlinkTap::Counts NetlinkTap::all() {
  Counts counts;
  std::vector<std::byte> datagram(1 << 20);
  for (;;) {
    const ssize_t size =
        ::recv(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) fail("listening to netlink");
    if (static_cast<std::size_t>(size) > datagram.size())
      throw std::runtime_error("a netlink datagram of more than 1 MiB");
    take(datagram.data(), static_cast<std::size_t>(size), counts);
  }
  tpacket_stats statistics{};
  socklen_t length = sizeof statistics;
  ::getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &length);
  if (statistics.tp_drops != 0) throw std::runtime_error("the tap lost netlink messages");
  return counts;
}

// Answers carry the family's number as well, but not the flag of a request.
void NetlinkTap::take(const std::byte* datagram, std::size_t size, Counts& counts) const {
  MessageReader messages(BytesView(datagram, size));
  while (const auto message = messages.next()) {
    if (message->type != family_ || (message->flags & NLM_F_REQUEST) == 0) continue;
    const auto payload = generic_payload(*message);
    if (payload && payload->command < kNames.size()) ++counts[kNames[payload->command]];
  }
}

NetlinkTap::Counts NetlinkTap::changes() {
  Counts counts = all();
  std::erase_if(counts, [](const auto& entry) { return entry.first.starts_with("GET_"); });
  return counts;
}

std::string text(const NetlinkTap::Counts& counts) {
  std::string out;
  for (const auto& [name, count] : counts)
    out += (out.empty() ? "" : ", ") + name + " " + std::to_string(count);
  return out.empty() ? "none" : out;
}

}  // namespace lvsd::testing
