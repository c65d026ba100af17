#include <array>

#include "config/keyword_rows.h"

// keepalived's words for its processes, its files and its interfaces to the outside: known and
// checked, not acted on.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks root = Block::root;
constexpr Blocks global = Block::global_defs;
constexpr Argument nice = number(-20, 19);
constexpr Argument realtime = number(1, 99);
constexpr Argument microseconds = number(1, uint32_most, "MICROSECONDS");
constexpr Argument bytes = number(0, uint32_most, "BYTES");
constexpr Argument name = word("NAME");
constexpr Argument path = word("PATH");

std::vector<BfdInstance>& bfd_instances(Compiler& c) {
  return c.config().global.bfd_instances;
}

void open_bfd_instance(Compiler& c, const Arguments& a) {
  bfd_instances(c).push_back({std::string(a.word(0)), std::nullopt});
}

void close_bfd_instance(Compiler& c) {
  if (bfd_instances(c).back().neighbor) return c.keep_bfd_instance();
  c.problems().report(Code::incomplete_check, c.block_span(),
                      "the bfd_instance has no neighbor_ip");
  bfd_instances(c).pop_back();
}

constexpr Keyword bfd_instance() {
  Keyword row =
      inert_block("bfd_instance", Block::root, Block::bfd_instance, "a BFD session", word("NAME"));
  row.apply = open_bfd_instance;
  row.finish = close_bfd_instance;
  return row;
}

constexpr Keyword neighbor_ip(std::string_view spelling) {
  Keyword row = inert(spelling, Block::bfd_instance, "the other end", address());
  row.apply = [](Compiler& c, const Arguments& a) {
    bfd_instances(c).back().neighbor = a.address(0);
  };
  return row;
}

constexpr auto table = std::to_array<Keyword>({
    inert("namespace_with_ipsets", root, "ipsets on old kernels in a namespace"),
    inert("use_pid_dir", root, "pid files in /run/keepalived"),
    inert("child_wait_time", root, "how long processes may take to stop",
          number(0, int32_most, "SECONDS")),
    inert("linkbeat_use_polling", Blocks{Block::root, Block::vrrp_instance},
          "VRRP: poll interfaces"),

    also_spelled(inert("checker_process_name", global, "name of the checking process", name),
                 "lvs_process_name"),
    inert("vrrp_process_name", global, "name of the VRRP process", name),
    inert("bfd_process_name", global, "name of the BFD process", name),
    inert("process_name", global, "name of the parent process", name),
    inert("process_names", global, "a standard set of process names"),
    inert("max_auto_priority", global, "real-time priority that is taken when timers are late",
          optional(number(-1, 99))),
    inert("min_auto_priority_delay", global, "lateness that raises the priority",
          number(1, 10'000'000, "MICROSECONDS")),
    inert("vrrp_priority", global, "nice value of the VRRP process", nice),
    inert("vrrp_no_swap", global, "the VRRP process stays in memory"),
    inert("vrrp_rt_priority", global, "real-time priority of the VRRP process", realtime),
    also_spelled(
        inert("vrrp_rlimit_rttime", global, "real-time limit of the VRRP process", microseconds),
        "vrrp_rlimit_rtime"),
    inert("vrrp_cpu_affinity", global, "CPUs of the VRRP process", words("CPU…")),
    inert("bfd_priority", global, "nice value of the BFD process", nice),
    inert("bfd_no_swap", global, "the BFD process stays in memory"),
    inert("bfd_rt_priority", global, "real-time priority of the BFD process", realtime),
    also_spelled(
        inert("bfd_rlimit_rttime", global, "real-time limit of the BFD process", microseconds),
        "bfd_rlimit_rtime"),
    inert("bfd_cpu_affinity", global, "CPUs of the BFD process", words("CPU…")),

    inert("lvs_netlink_cmd_rcv_bufs", global, "netlink buffer of the checking process", bytes),
    inert("lvs_netlink_cmd_rcv_bufs_force", global, "beyond the system's limit", boolean()),
    inert("lvs_netlink_monitor_rcv_bufs", global, "netlink buffer of the checking process", bytes),
    inert("lvs_netlink_monitor_rcv_bufs_force", global, "beyond the system's limit", boolean()),
    inert("vrrp_netlink_cmd_rcv_bufs", global, "netlink buffer of the VRRP process", bytes),
    inert("vrrp_netlink_cmd_rcv_bufs_force", global, "beyond the system's limit", boolean()),
    inert("vrrp_netlink_monitor_rcv_bufs", global, "netlink buffer of the VRRP process", bytes),
    inert("vrrp_netlink_monitor_rcv_bufs_force", global, "beyond the system's limit", boolean()),
    inert("process_monitor_rcv_bufs", global, "buffer of the process monitor", bytes),
    inert("process_monitor_rcv_bufs_force", global, "beyond the system's limit", boolean()),

    inert("reload_check_config", global, "test the file before a reload; lvsd always does",
          optional(word("LOGFILE"))),
    inert("reload_time_file", global, "a file that says when to reload", path),
    inert("reload_repeat", global, "the reload_time_file stays"),
    inert("reload_file", global, "a file that is there while a reload goes on", optional(path)),
    inert("config_save_dir", global, "where the configuration is written at each reload", path),
    inert("tmp_config_directory", global, "where the flattened configuration is kept", path),
    inert("data_use_instance", global, "the instance in the names of dump files", boolean()),
    also_spelled(inert("state_dump_file", global, "where state is dumped", path),
                 "state_dump_file_location"),
    also_spelled(inert("stats_dump_file", global, "where statistics are dumped", path),
                 "stats_dump_file_location"),
    also_spelled(inert("json_dump_file", global, "where JSON is dumped", path),
                 "json_dump_file_location"),
    inert("json_version", global, "layout of the JSON dump", choice("1 2")),
    inert("iproute_usr_dir", global, "where iproute2 keeps its names", path),
    inert("iproute_etc_dir", global, "where iproute2 keeps its names", path),

    inert("snmp_socket", global, "address of the SNMP agent", words("ADDRESS")),
    inert("enable_traps", global, "SNMP traps"),
    inert("enable_snmp_checker", global, "SNMP for virtual and real servers"),
    inert("enable_snmp_vrrp", global, "SNMP for VRRP"),
    inert("enable_snmp_keepalived", global, "SNMP, the old word"),
    inert("enable_snmp_rfc", global, "SNMP by RFC 2787 and 6527"),
    inert("enable_snmp_rfcv2", global, "SNMP by RFC 2787"),
    inert("enable_snmp_rfcv3", global, "SNMP by RFC 6527"),
    inert("snmp_vs_stats_update_interval", global, "age of counters that SNMP shows",
          time(1'000, 30'000'000)),
    inert("snmp_rs_stats_update_interval", global, "age of counters that SNMP shows",
          time(1'000, 30'000'000)),
    inert("enable_dbus", global, "D-Bus for VRRP"),
    inert("dbus_service_name", global, "the name on D-Bus", name),
    inert("dbus_no_interface_name", global, "names on D-Bus without interfaces"),

    bfd_instance(),
    neighbor_ip("neighbor_ip"),
    neighbor_ip("neighbour_ip"),
    inert("source_ip", Block::bfd_instance, "this end", address()),
    inert("min_rx", Block::bfd_instance, "least time between packets that are taken",
          number(1, int32_most, "MILLISECONDS")),
    inert("min_tx", Block::bfd_instance, "least time between packets that are sent",
          number(1, int32_most, "MILLISECONDS")),
    inert("idle_tx", Block::bfd_instance, "time between packets while down",
          number(1000, int32_most, "MILLISECONDS")),
    inert("multiplier", Block::bfd_instance, "missed packets that take the session down",
          number(1, 255)),
    inert("passive", Block::bfd_instance, "wait for the other end"),
    inert("ttl", Block::bfd_instance, "TTL of packets", number(1, 255)),
    inert("hoplimit", Block::bfd_instance, "hop limit of packets", number(1, 255)),
    inert("max_hops", Block::bfd_instance, "hops a packet may have taken", number(-1, 255)),
    inert("multihop", Block::bfd_instance, "the other end is not on this link", boolean()),
    inert("weight", Block::bfd_instance, "what it adds to VRRP priorities", number(-253, 253),
          optional(choice("reverse"))),
    inert("vrrp", Block::bfd_instance, "report to VRRP only"),
    inert("checker", Block::bfd_instance, "report to the checks only"),
});

}  // namespace

std::span<const Keyword> inert_rows() {
  return table;
}

}  // namespace lvsd
