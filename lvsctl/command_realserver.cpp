#include <fmt/format.h>

#include <memory>
#include <vector>

#include "lvsctl/command.h"
#include "model/address.h"

// `realserver`: makes this machine a real server of a VIP by DR or a tunnel, or takes that back. It
// asks no lvsd: each step is a line of the shell, which --dry-run shows.

namespace lvsd::ctl {
namespace {

struct Options {
  std::string vip;
  bool tunnel = false;
  bool persist = false;
  bool undo = false;
};

// One thing to be done. `text` is what the line writes to a file.
struct Step {
  std::string line;
  std::string text = {};
};
using Steps = std::vector<Step>;

// What is the same for all that is done for a VIP.
struct Place {
  std::string vip;
  bool is_v4 = true;
  bool tunnel = false;
  std::string device;  // that holds the VIP
  std::string prefix;
};

Place place_of(const Options& options) {
  const Address vip = *parse_address(options.vip);
  Place out{.vip = text(vip), .is_v4 = vip.family == Family::v4, .tunnel = options.tunnel};
  out.device = !out.tunnel ? "lo" : out.is_v4 ? "tunl0" : "ip6tnl0";
  out.prefix = out.is_v4 ? "/32" : "/128";
  return out;
}

std::string module(const Place& place) {
  return place.is_v4 ? "ipip" : "ip6_tunnel";
}

// First nobody learns that the VIP is here, then it is here.
Steps steps_to_serve(const Place& place) {
  Steps out;
  if (place.is_v4) {
    out.push_back({"echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore"});
    out.push_back({"echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce"});
  }
  if (place.tunnel) {
    out.push_back(
        {fmt::format("[ -d /sys/class/net/{} ] || modprobe {}", place.device, module(place))});
    if (place.is_v4) out.push_back({"echo 2 > /proc/sys/net/ipv4/conf/tunl0/rp_filter"});
    out.push_back({fmt::format("ip link set {} up", place.device)});
  }
  // An IPv6 address that is preferred would be chosen for what this machine begins itself.
  out.push_back({fmt::format("ip address replace {}{} dev {}{}", place.vip, place.prefix,
                             place.device, place.is_v4 ? "" : " preferred_lft 0 nodad")});
  return out;
}

Steps steps_to_leave(const Place& place) {
  return {{fmt::format("ip address delete {}{} dev {}", place.vip, place.prefix, place.device)}};
}

// ---- files for the next boot

constexpr const char* sysctl_file = "/etc/sysctl.d/60-lvsd-realserver.conf";

std::string tunnel_sysctl_file() {
  return "/etc/sysctl.d/60-lvsd-realserver-tunl0.conf";
}
std::string module_file(const Place& place) {
  return "/etc/modules-load.d/lvsd-realserver-" + module(place) + ".conf";
}
// systemd-networkd takes one file for a device, and all that is in the folder beside it.
std::string network_file(const Place& place) {
  return "/etc/systemd/network/10-lvsd-realserver-" + place.device + ".network";
}
std::string address_file(const Place& place) {
  return network_file(place) + ".d/" + place.vip + ".conf";
}

Step written(const std::string& file, std::string text) {
  const std::string folder = file.substr(0, file.rfind('/'));
  return {fmt::format("umask 022 && mkdir -p {} && printf %s \"$LVSD_TEXT\" > {}", folder, file),
          std::move(text)};
}

Steps files_to_serve(const Place& place) {
  Steps out;
  if (place.is_v4)
    out.push_back(written(sysctl_file,
                          "net.ipv4.conf.all.arp_ignore = 1\n"
                          "net.ipv4.conf.all.arp_announce = 2\n"));
  if (place.tunnel) {
    out.push_back(written(module_file(place), module(place) + "\n"));
    if (place.is_v4)
      out.push_back(written(tunnel_sysctl_file(), "net.ipv4.conf.tunl0.rp_filter = 2\n"));
  }
  out.push_back(written(network_file(place), "[Match]\nName=" + place.device + "\n"));
  out.push_back(written(address_file(place),
                        fmt::format("[Address]\nAddress={}{}\n{}", place.vip, place.prefix,
                                    place.is_v4 ? "" : "PreferredLifetime=0\n")));
  return out;
}

Steps files_to_leave(const Place& place) {
  return {{"rm -f " + address_file(place)}};
}

Steps steps_of(const Options& options, const Place& place) {
  Steps out = options.undo ? steps_to_leave(place) : steps_to_serve(place);
  if (options.persist)
    for (Step& step : options.undo ? files_to_leave(place) : files_to_serve(place))
      out.push_back(std::move(step));
  return out;
}

// ---- what is printed

std::string shown(const Steps& steps) {
  std::string out;
  for (const Step& step : steps) {
    out += step.line + "\n";
    for (std::size_t at = 0; at < step.text.size();) {
      const std::size_t end = step.text.find('\n', at);
      out += "    " + step.text.substr(at, end - at) + "\n";
      at = end + 1;
    }
  }
  return out;
}

std::string undo_text(const Options& options) {
  return fmt::format("lvsctl realserver {}{}{} --undo", options.vip,
                     options.tunnel ? " --tunnel" : "", options.persist ? " --persist" : "");
}

std::string summary(const Options& options, const Place& place) {
  if (!options.undo)
    return fmt::format(
        "{} is on {}, and ARP says nothing of it. Look: lvsctl doctor --realserver "
        "{}{}\nUndo: {}\n",
        place.vip, place.device, place.vip, place.tunnel ? " --tunnel" : "", undo_text(options));
  std::string out = fmt::format("{} is no longer on {}.", place.vip, place.device);
  if (place.is_v4)
    out += " arp_ignore and arp_announce stay as they are: another VIP may need them.";
  return out + "\n";
}

Output carried_out(const Context& context, const Options& options) {
  const Place place = place_of(options);
  const Steps steps = steps_of(options, place);
  if (context.dry_run) return {Exit::done, shown(steps), ""};
  for (const Step& step : steps)
    if (const int exit = context.machine.run(step.line, {{"LVSD_TEXT", step.text}}); exit != 0)
      return failed({Exit::internal, fmt::format("'{}' ended with {}; what comes after it was not "
                                                 "done",
                                                 step.line, exit)});
  return {Exit::done, summary(options, place), ""};
}

std::string check_vip(const std::string& word) {
  return parse_address(word) ? "" : "'" + word + "' is no address";
}

}  // namespace

Run realserver_command(CLI::App& command) {
  auto options = std::make_shared<Options>();
  command.add_option("VIP", options->vip, "the address that clients know")
      ->required()
      ->check(check_vip)
      ->option_text(" ");
  command.add_flag("--tunnel", options->tunnel, "by an IP-in-IP tunnel and not by DR");
  command.add_flag("--persist", options->persist,
                   "for the next boot, too: files for systemd-networkd and sysctl.d");
  command.add_flag("--undo", options->undo, "this machine gives the VIP up");
  return [options](const Context& context) { return carried_out(context, *options); };
}

}  // namespace lvsd::ctl
