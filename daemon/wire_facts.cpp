#include "daemon/wire_facts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "base/unique_fd.h"
#include "doctor/subnet.h"

namespace lvsd {
namespace {

using Hardware = std::array<std::uint8_t, ETH_ALEN>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{300};
constexpr std::size_t most_probes = 1024;

// An ARP packet for IPv4 on Ethernet (RFC 826).
struct ArpPacket {
  std::uint16_t hardware_type;
  std::uint16_t protocol_type;
  std::uint8_t hardware_length;
  std::uint8_t protocol_length;
  std::uint16_t operation;
  Hardware sender;
  std::array<std::uint8_t, 4> sender_address;
  Hardware target;
  std::array<std::uint8_t, 4> target_address;
};
static_assert(sizeof(ArpPacket) == 28);

std::string text_of(const Hardware& hardware) {
  return fmt::format("{:02x}", fmt::join(hardware, ":"));
}

// Absent: no Ethernet.
std::optional<Hardware> hardware_of(const std::string& interface) {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (::ioctl(socket.get(), SIOCGIFHWADDR, &request) != 0 ||
      request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
    return std::nullopt;
  Hardware out;
  std::memcpy(out.data(), request.ifr_hwaddr.sa_data, out.size());
  return out;
}

// Where others could answer for an address: on the wire that holds it, or whose network it is in.
bool is_heard_on(const doctor::Interface& wire, const Address& address) {
  return wire.up && wire.on_a_wire &&
         std::any_of(wire.addresses.begin(), wire.addresses.end(),
                     [&address](const doctor::HeldAddress& held) {
                       return held.address == address || doctor::is_within(address, held);
                     });
}

void probe(const UniqueFd& socket, const std::string& interface, const Hardware& from,
           const Address& address) {
  ArpPacket packet{.hardware_type = htons(ARPHRD_ETHER),
                   .protocol_type = htons(ETH_P_IP),
                   .hardware_length = ETH_ALEN,
                   .protocol_length = 4,
                   .operation = htons(ARPOP_REQUEST),
                   .sender = from,
                   .sender_address = {},
                   .target = {},
                   .target_address = {}};
  std::copy_n(address.bytes.begin(), 4, packet.target_address.begin());
  sockaddr_ll everybody{};
  everybody.sll_family = AF_PACKET;
  everybody.sll_protocol = htons(ETH_P_ARP);
  everybody.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
  everybody.sll_halen = ETH_ALEN;
  std::fill_n(everybody.sll_addr, ETH_ALEN, std::uint8_t{0xff});
  // A probe that is lost finds nobody, as one that nobody answers.
  (void)::sendto(socket.get(), &packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&everybody),
                 sizeof everybody);
}

void take_answer(const ArpPacket& packet, const std::string& interface,
                 const std::vector<Address>& asked, doctor::Facts& facts) {
  if (packet.operation != htons(ARPOP_REPLY)) return;
  Address address;
  std::copy(packet.sender_address.begin(), packet.sender_address.end(), address.bytes.begin());
  if (std::find(asked.begin(), asked.end(), address) == asked.end()) return;
  for (const doctor::Interface& one : facts.interfaces)
    if (one.on_a_wire && hardware_of(one.name) == packet.sender) return;
  auto& answers = facts.arp_answers[address];
  const doctor::ArpAnswer answer{text_of(packet.sender), interface};
  if (std::find(answers.begin(), answers.end(), answer) == answers.end()) answers.push_back(answer);
}

void listen(const UniqueFd& socket, const std::vector<Address>& asked, doctor::Facts& facts) {
  const auto end = Clock::now() + patience;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    pollfd waiting{.fd = socket.get(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return;
    ArpPacket packet{};
    sockaddr_ll from{};
    socklen_t length = sizeof from;
    const ssize_t got = ::recvfrom(socket.get(), &packet, sizeof packet, MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&from), &length);
    if (got != static_cast<ssize_t>(sizeof packet) || from.sll_pkttype == PACKET_OUTGOING) continue;
    std::array<char, IF_NAMESIZE> name{};
    ::if_indextoname(static_cast<unsigned>(from.sll_ifindex), name.data());
    take_answer(packet, name.data(), asked, facts);
  }
}

// ---- routes

struct RouteQuestion {
  nlmsghdr head;
  rtmsg route;
  rtattr destination_head;
  std::array<std::uint8_t, 4> destination;
  rtattr source_head;
  std::array<std::uint8_t, 4> source;
};
static_assert(sizeof(RouteQuestion) == 44);

RouteQuestion route_question(const Address& source) {
  // TEST-NET-1 is nobody's, so it is reached as strangers are.
  RouteQuestion out{};
  out.head = {.nlmsg_len = sizeof out,
              .nlmsg_type = RTM_GETROUTE,
              .nlmsg_flags = NLM_F_REQUEST,
              .nlmsg_seq = 1,
              .nlmsg_pid = 0};
  out.route.rtm_family = AF_INET;
  out.route.rtm_dst_len = out.route.rtm_src_len = 32;
  out.destination_head = {.rta_len = RTA_LENGTH(4), .rta_type = RTA_DST};
  out.destination = {192, 0, 2, 1};
  out.source_head = {.rta_len = RTA_LENGTH(4), .rta_type = RTA_SRC};
  std::copy_n(source.bytes.begin(), 4, out.source.begin());
  return out;
}

// ---- other programs

// What a program printed; nothing when it failed or is not there.
std::optional<std::string> printed(const std::string& program) {
  const std::string line = "PATH=/usr/sbin:/sbin:/usr/bin:/bin " + program + " 2>/dev/null";
  std::FILE* pipe = ::popen(line.c_str(), "re");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  std::array<char, 16384> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
    out.append(chunk.data(), got);
  if (::pclose(pipe) != 0) return std::nullopt;
  return out;
}

// Whether the old tables are in use: asking for them otherwise would bring them into being.
bool has_tables(const char* names) {
  const UniqueFd file(::open(names, O_RDONLY | O_CLOEXEC));
  char first = 0;
  return file && ::read(file.get(), &first, 1) == 1;
}

}  // namespace

void read_arp_answers(const std::vector<Address>& addresses, doctor::Facts& facts) {
  if (addresses.empty()) return;
  const UniqueFd socket(
      ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ARP)));
  if (!socket) return;
  std::size_t probes = 0;
  for (const doctor::Interface& wire : facts.interfaces) {
    const auto own = hardware_of(wire.name);
    for (const Address& address : addresses) {
      if (!own || address.family != Family::v4 || !is_heard_on(wire, address)) continue;
      if (++probes > most_probes) break;
      probe(socket, wire.name, *own, address);
    }
  }
  if (probes != 0) listen(socket, addresses, facts);
}

std::optional<std::string> way_back_from(const Address& source) {
  if (source.family != Family::v4) return std::nullopt;
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  const RouteQuestion question = route_question(source);
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  if (!socket || ::send(socket.get(), &question, sizeof question, 0) < 0) return std::nullopt;
  const ssize_t got = ::recv(socket.get(), answer.data(), answer.size(), 0);
  const auto* head = reinterpret_cast<const nlmsghdr*>(answer.data());
  if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(rtmsg))) || head->nlmsg_type != RTM_NEWROUTE)
    return std::nullopt;
  const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(head));
  auto left = static_cast<int>(head->nlmsg_len - NLMSG_LENGTH(sizeof(rtmsg)));
  for (const rtattr* one = RTM_RTA(route); RTA_OK(one, left); one = RTA_NEXT(one, left)) {
    if (one->rta_type != RTA_OIF) continue;
    unsigned index = 0;
    std::memcpy(&index, RTA_DATA(one), sizeof index);
    std::array<char, IF_NAMESIZE> name{};
    if (::if_indextoname(index, name.data()) != nullptr) return name.data();
  }
  return std::nullopt;
}

std::optional<bool> large_receive(const std::string& interface) {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_value value{.cmd = ETHTOOL_GFLAGS, .data = 0};
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0) return std::nullopt;
  return (value.data & ETH_FLAG_LRO) != 0;
}

namespace {

// Adds what nf_tables has: in nft's words or, where nft is not installed, in those of iptables,
// which are all of it unless they say that a table is not theirs. Whether that is known.
bool read_nf_tables(doctor::Firewall& out) {
  if (const auto rules = printed("nft -s -t list ruleset")) {
    doctor::read_nft(*rules, out);
    return true;
  }
  for (const char* const program : {"iptables-nft-save", "ip6tables-nft-save"}) {
    const auto rules = printed(program);
    if (!rules || rules->find("is incompatible, use 'nft' tool") != rules->npos) return false;
    doctor::read_iptables(*rules, out);
  }
  return true;
}

}  // namespace

std::optional<doctor::Firewall> firewall() {
  doctor::Firewall out;
  bool known = read_nf_tables(out);
  for (const auto& [names, program] :
       {std::pair{"/proc/thread-self/net/ip_tables_names", "iptables-legacy-save"},
        std::pair{"/proc/thread-self/net/ip6_tables_names", "ip6tables-legacy-save"}}) {
    if (!has_tables(names)) continue;
    const auto rules = printed(program);
    if (!rules) return std::nullopt;  // it may say anything
    doctor::read_iptables(*rules, out);
    known = true;
  }
  if (!known) return std::nullopt;
  return out;
}

}  // namespace lvsd
