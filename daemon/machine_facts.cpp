#include "daemon/machine_facts.h"

#include <ifaddrs.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/parse_number.h"
#include "base/unique_fd.h"
#include "daemon/local_addresses.h"
#include "daemon/wire_facts.h"

namespace lvsd {
namespace {

using doctor::Facts;
using doctor::Interface;

std::optional<std::string> first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

// ---- addresses

unsigned prefix_of(const sockaddr* mask) {
  const auto address = address_of(mask);
  unsigned bits = 0;
  if (address)
    for (const std::uint8_t byte : address->bytes)
      bits += static_cast<unsigned>(std::popcount(byte));
  return bits;
}

// ---- interfaces

bool is_on_a_wire(unsigned flags) {
  return (flags & (IFF_LOOPBACK | IFF_NOARP | IFF_POINTOPOINT)) == 0;
}

Interface interface(const std::string& name, unsigned flags) {
  Interface out{
      .name = name, .up = (flags & IFF_UP) != 0, .on_a_wire = is_on_a_wire(flags), .addresses = {}};
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (::ioctl(socket.get(), SIOCGIFMTU, &request) == 0)
    out.mtu = static_cast<std::uint32_t>(request.ifr_mtu);
  out.large_receive = large_receive(name);
  return out;
}

std::vector<Interface> interfaces() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  std::vector<Interface> out;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    const auto known = std::find_if(out.begin(), out.end(),
                                    [one](const Interface& i) { return i.name == one->ifa_name; });
    Interface& mine =
        known != out.end() ? *known : out.emplace_back(interface(one->ifa_name, one->ifa_flags));
    if (const auto address = address_of(one->ifa_addr))
      mine.addresses.push_back({*address, prefix_of(one->ifa_netmask)});
  }
  return out;
}

std::string holder_of(const std::vector<Interface>& interfaces, const Address& address) {
  for (const Interface& one : interfaces)
    for (const doctor::HeldAddress& held : one.addresses)
      if (held.address == address) return one.name;
  return {};
}

// ---- sysctls

void read_sysctl(const std::string& name, const std::filesystem::path& path, Facts& facts) {
  if (const auto value = first_line(path)) facts.sysctls[name] = *value;
}

// "net.ipv4.conf.*.rp_filter" is of "all" and of each interface; those may have dots in their
// names.
void read_sysctls(const std::string& pattern, Facts& facts) {
  const auto path_of = [](std::string name) {
    std::replace(name.begin(), name.end(), '.', '/');
    return name;
  };
  const auto star = pattern.find('*');
  if (star == pattern.npos) return read_sysctl(pattern, "/proc/sys/" + path_of(pattern), facts);
  const std::string before = pattern.substr(0, star);
  const std::string after = pattern.substr(star + 1);
  std::vector<std::string> owners = {"all"};
  for (const Interface& one : facts.interfaces)
    owners.push_back(one.name);
  for (const std::string& owner : owners) {
    std::string path = "/proc/sys/" + path_of(before);
    path += owner;
    path += path_of(after);
    std::string name = before;
    name += owner;
    name += after;
    read_sysctl(name, path, facts);
  }
}

// ---- IPVS and its modules

// "IP Virtual Server version 1.2.1 (size=4096)"
void read_ipvs(Facts& facts) {
  const auto line = first_line("/proc/thread-self/net/ip_vs");
  if (!line) return;
  std::istringstream words(*line);
  std::string word;
  while (words >> word) {
    if (word == "version") words >> facts.ipvs_version.emplace();
    if (word.starts_with("(size=") && word.ends_with(")"))
      facts.table_size =
          parse_number<std::uint64_t>(std::string_view(word).substr(6, word.size() - 7))
              .value_or(0);
  }
}

// Whether a line names the module: "kernel/net/netfilter/ipvs/ip_vs_rr.ko.xz: …".
bool names_module(const std::string& line, const std::string& name) {
  const auto at = line.find("/" + name + ".ko");
  return at != line.npos && at < line.find(':');
}

// Nothing is missing where nobody says what is installed.
void read_modules(const std::vector<std::string>& wanted, Facts& facts) {
  const std::filesystem::path folder = "/lib/modules/" + facts.kernel_release;
  std::vector<std::string> missing;
  for (const std::string& name : wanted)
    if (std::error_code ignored; !std::filesystem::exists("/sys/module/" + name, ignored))
      missing.push_back(name);
  bool listed = false;
  for (const char* list : {"modules.builtin", "modules.dep"}) {
    std::ifstream file(folder / list);
    for (std::string line; std::getline(file, line); listed = true)
      std::erase_if(missing, [&line](const std::string& name) { return names_module(line, name); });
  }
  if (listed) facts.missing_modules.insert(missing.begin(), missing.end());
}

// ---- programs

std::optional<std::filesystem::path> network_of(const std::string& process) {
  std::error_code failure;
  auto name = std::filesystem::read_symlink("/proc/" + process + "/ns/net", failure);
  if (failure) return std::nullopt;
  return name;
}

// keepalived that does VRRP only leaves IPVS alone.
bool does_vrrp_only(const std::string& process) {
  std::ifstream file("/proc/" + process + "/cmdline");
  for (std::string word; std::getline(file, word, '\0');)
    if (word == "-P" || word == "--vrrp") return true;
  return false;
}

// Parents and children of the same program are one.
std::vector<std::string> rivals() {
  static constexpr std::array names = {"keepalived", "ldirectord", "kube-proxy", "kube-router"};
  const auto here = network_of("thread-self");
  std::vector<std::string> found;
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string process = entry.path().filename();
    if (!parse_number<unsigned>(process)) continue;
    const auto name = first_line(entry.path() / "comm");
    if (!name || std::find(names.begin(), names.end(), *name) == names.end()) continue;
    const auto there = network_of(process);
    if (there && here && *there != *here) continue;
    if (*name == "keepalived" && does_vrrp_only(process)) continue;
    if (std::find(found.begin(), found.end(), *name) != found.end()) continue;
    found.push_back(*name);
    out.push_back(*name + " (" + process + ")");
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<bool> may_change_network(const std::string& process) {
  std::ifstream file("/proc/" + process + "/status");
  for (std::string word; file >> word;) {
    if (word != "CapEff:") continue;
    std::uint64_t set = 0;
    if (!(file >> std::hex >> set)) return std::nullopt;
    return (set >> CAP_NET_ADMIN & 1U) != 0;
  }
  return std::nullopt;
}

void complete(doctor::RunningDaemon& lvsd) {
  const std::string process = std::to_string(lvsd.pid);
  lvsd.may_change_network = may_change_network(process);
  const auto here = network_of("thread-self");
  const auto there = network_of(process);
  if (!lvsd.in_this_namespace && here && there) lvsd.in_this_namespace = *here == *there;
}

// A number of /proc/net/netstat, where the names of a group stand above its numbers.
std::optional<std::uint64_t> network_counter(const std::string& wanted) {
  std::ifstream file("/proc/thread-self/net/netstat");
  for (std::string names, numbers; std::getline(file, names) && std::getline(file, numbers);) {
    std::istringstream name_words(names);
    std::istringstream number_words(numbers);
    for (std::string name, number; name_words >> name && number_words >> number;)
      if (name == wanted) return parse_number<std::uint64_t>(number);
  }
  return std::nullopt;
}

std::optional<bool> clock_synchronised() {
  timex clock{};
  if (::adjtimex(&clock) < 0) return std::nullopt;
  return (clock.status & STA_UNSYNC) == 0;
}

}  // namespace

Facts machine_facts(const doctor::Questions& questions, std::optional<doctor::RunningDaemon> lvsd) {
  Facts out;
  utsname kernel{};
  if (::uname(&kernel) == 0) out.kernel_release = kernel.release;
  read_ipvs(out);
  read_modules(questions.modules, out);
  out.interfaces = interfaces();
  for (const std::string& pattern : questions.sysctls)
    read_sysctls(pattern, out);
  RouteQuestion route;
  for (const Address& address : questions.local)
    if (route.is_local(address)) out.local.insert(address);
  for (const Address& address : questions.destinations)
    if (const auto source = route.source_towards(address))
      if (const std::string way = holder_of(out.interfaces, *source); !way.empty())
        out.way_out[address] = way;
  read_arp_answers(questions.contested, out);
  for (const Address& address : questions.sources)
    if (const auto way = way_back_from(address)) out.way_back[address] = *way;
  out.reverse_path_drops = network_counter("IPReversePathFilter");
  if (questions.firewall) out.firewall = firewall();
  out.rivals = rivals();
  out.clock_synchronised = clock_synchronised();
  if (lvsd) complete(*lvsd);
  out.lvsd = std::move(lvsd);
  return out;
}

}  // namespace lvsd
