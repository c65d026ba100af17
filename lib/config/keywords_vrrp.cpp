#include <array>

#include "config/keyword_rows.h"

// VRRP: known and checked, not acted on.

namespace lvsd {

namespace {

using namespace rows;

constexpr Blocks root = Block::root;
constexpr Blocks global = Block::global_defs;
constexpr Blocks instance = Block::vrrp_instance;
constexpr Blocks group = Block::vrrp_sync_group;
constexpr Blocks both{Block::vrrp_instance, Block::vrrp_sync_group};
constexpr Blocks tracked = Block::vrrp_script;
constexpr Blocks process = Block::vrrp_track_process;
constexpr Argument name = word("NAME");
constexpr Argument interface = word("INTERFACE");
constexpr Argument seconds = number(0, int32_most, "SECONDS");
constexpr Argument times = number(0, int32_most, "TIMES");
constexpr Argument anything = optional(words("…"));

constexpr auto table = std::to_array<Keyword>({
    inert_block("vrrp_instance", root, Block::vrrp_instance, "a VRRP virtual router", name),
    inert("state", instance, "what it starts as", choice("MASTER BACKUP")),
    inert("interface", instance, "where it speaks", interface),
    inert("use_vmac", instance, "a virtual MAC address", anything),
    inert("use_vmac_addr", instance, "a virtual MAC for each address"),
    inert("vmac_xmit_base", instance, "send from the base interface"),
    inert("use_ipvlan", instance, "an ipvlan interface", anything),
    inert("vrf", instance, "the VRF it belongs to", interface),
    inert("native_ipv6", instance, "IPv6"),
    inert("dont_track_primary", instance, "its interface may be down"),
    inert_list("track_interface", both, "interfaces it follows"),
    inert_list("track_script", both, "scripts it follows"),
    inert_list("track_file", both, "files it follows"),
    inert_list("track_process", both, "processes it follows"),
    inert_list("track_bfd", both, "BFD sessions it follows"),
    inert("track_src_ip", instance, "it follows its source address"),
    inert("mcast_src_ip", instance, "source of advertisements", address()),
    inert("unicast_src_ip", instance, "source of advertisements", address()),
    inert("mcast_dst_ip", instance, "where advertisements go", address()),
    inert_list("unicast_peer", instance, "the other routers"),
    inert("unicast_ttl", instance, "TTL of advertisements", number(0, 255)),
    inert("unicast_fault_no_peer", instance, "without peers it is in fault"),
    inert("check_unicast_src", instance, "advertisements must come from a peer"),
    inert("old_unicast_checksum", instance, "checksum of old versions", optional(choice("never"))),
    inert("version", instance, "of the protocol", choice("2 3")),
    inert("virtual_router_id", instance, "its number", number(1, 255)),
    inert("priority", instance, "the highest is master", number(1, 255)),
    inert("advert_int", instance, "time between advertisements", time(10'000, 255'000'000)),
    inert_list("virtual_ipaddress", instance, "the addresses of the master"),
    inert_list("virtual_ipaddress_excluded", instance, "addresses that are not advertised"),
    inert("no_virtual_ipaddress", instance, "it has no address"),
    inert_list("virtual_routes", instance, "the routes of the master"),
    inert_list("virtual_rules", instance, "the rules of the master"),
    inert("promote_secondaries", instance, "secondary addresses stay"),
    inert("accept", instance, "packets to its addresses are taken"),
    inert("no_accept", instance, "packets to its addresses are not taken"),
    inert("nopreempt", instance, "a higher priority does not take over"),
    inert("preempt", instance, "a higher priority takes over"),
    inert("preempt_delay", instance, "how long it waits to take over", time(0, 1'000'000'000)),
    inert("strict_mode", instance, "to the letter of the RFC", boolean()),
    inert("skip_check_adv_addr", instance, "addresses in advertisements are not compared",
          boolean()),
    inert("v3_checksum_as_v2", Blocks{Block::vrrp_instance, Block::global_defs},
          "version 3 without pseudo-header", boolean()),
    inert("debug", instance, "how much is logged", number(0, 4)),
    inert("notify_master", both, "runs when it becomes master", script()),
    inert("notify_backup", both, "runs when it becomes backup", script()),
    inert("notify_fault", both, "runs when it fails", script()),
    inert("notify_stop", both, "runs when it stops", script()),
    inert("notify_master_rx_lower_pri", instance, "runs when a lower master is heard", script()),
    inert("notify_deleted", instance, "runs when it is deleted", optional(script())),
    inert("notify", both, "runs at every change", script()),
    inert("smtp_alert", both, "mail at every change", boolean()),
    inert("notify_priority_changes", both, "notify at changes of priority", boolean()),
    inert("garp_master_delay", instance, "time to the second ARP announcement", seconds),
    inert("garp_master_repeat", instance, "ARP announcements", times),
    inert("garp_master_refresh", instance, "time between ARP announcements", seconds),
    inert("garp_master_refresh_repeat", instance, "ARP announcements at a time", times),
    inert("garp_lower_prio_delay", instance, "time to the second ARP announcement", seconds),
    inert("garp_lower_prio_repeat", instance, "ARP announcements", times),
    also_spelled(
        inert("garp_extra_if", instance, "ARP announcements elsewhere", words("[all] SECONDS")),
        "vmac_garp_intvl"),
    inert("down_timer_adverts", instance, "missed advertisements", number(1, 100)),
    also_spelled(inert("timer_expired_backup", instance, "late timers make it backup",
                       optional(number(1, 254))),
                 "thread_timer_expired"),
    inert("lower_prio_no_advert", instance, "a lower master is not answered", boolean()),
    inert("higher_prio_send_advert", instance, "a higher master is answered", boolean()),
    inert("owner_ignore_adverts", instance, "the owner hears nobody", boolean()),
    inert("kernel_rx_buf_size", instance, "receive buffer", number(0, uint32_most, "BYTES")),
    also_spelled(inert("lvs_sync_daemon_interface", instance, "now lvs_sync_daemon in global_defs",
                       interface),
                 "lvs_sync_daemon_inteface"),
    inert_block("authentication", instance, Block::authentication, "of version 2"),
    inert("auth_type", Block::authentication, "how", choice("PASS AH")),
    inert("auth_pass", Block::authentication, "the password", word("PASSWORD")),
    inert_block("auth_hmac", instance, Block::auth_hmac, "of version 3"),
    inert("key", Block::auth_hmac, "a key", number(0, uint32_most, "ID"), word("VALUE")),
    inert("active_key", Block::auth_hmac, "the key that is used", number(0, uint32_most, "ID")),
    inert("time_window", Block::auth_hmac, "how old a packet may be", number(1, 300, "SECONDS")),
    inert("anti_replay", Block::auth_hmac, "how packets are told apart", choice("time monotonic")),
    inert("mode", Block::auth_hmac, "how strict", choice("enforce permissive receive-only")),

    inert_block("vrrp_sync_group", root, Block::vrrp_sync_group, "instances that move together",
                name),
    inert_list("group", Blocks{Block::vrrp_sync_group, Block::track_group}, "its instances"),
    also_spelled(inert("sync_group_tracking_weight", group, "weights are followed"),
                 "global_tracking"),

    inert_block("vrrp_script", root, Block::vrrp_script, "a script that instances follow", name),
    inert("script", tracked, "the script", words("SCRIPT")),
    inert("interval", tracked, "time between runs", time(1'000)),
    inert("timeout", tracked, "how long it may run", time(1'000)),
    inert("weight", tracked, "what it adds to priorities", number(-253, 253),
          optional(choice("reverse"))),
    inert("rise", tracked, "successes until it is up", number(1, int32_most)),
    inert("fall", tracked, "failures until it is down", number(1, int32_most)),
    inert("user", tracked, "who it runs as", word("USER"), optional(word("GROUP"))),
    inert("init_fail", tracked, "it starts as failed"),

    inert_block("vrrp_track_process", root, Block::vrrp_track_process,
                "a process that instances follow", name),
    inert("process", process, "the process", words("PATH [PARAMETER…]")),
    inert("param_match", process, "how parameters are compared", choice("exact initial partial")),
    inert("weight", process, "what it adds to priorities", number(-254, 254),
          optional(choice("reverse"))),
    inert("quorum", process, "how many must run", number(1, 65535)),
    inert("quorum_max", process, "how many may run", number(0, 65535)),
    inert("delay", process, "time to a change", time(1, 3'600'000'000)),
    inert("fork_delay", process, "time to a change after a start", time(1, 3'600'000'000)),
    inert("terminate_delay", process, "time to a change after an end", time(1, 3'600'000'000)),
    inert("full_command", process, "the whole command line is compared"),

    inert_block("track_group", root, Block::track_group, "instances that routes follow", name),
    inert_block("garp_group", root, Block::garp_group, "how fast ARP announcements are sent"),
    inert("interface", Block::garp_group, "on which interface", interface),
    inert_list("interfaces", Block::garp_group, "on which interfaces"),
    inert("garp_interval", Block::garp_group, "time between ARP announcements", time()),
    inert("gna_interval", Block::garp_group, "time between neighbour announcements", time()),
    inert_list("linkbeat_interfaces", root, "interfaces that are polled"),
    inert_list("interface_up_down_delays", root, "how long interfaces must stay up or down"),
    inert_list("static_ipaddress", root, "addresses of this host"),
    inert_list("static_routes", root, "routes of this host"),
    inert_list("static_rules", root, "rules of this host"),

    inert("dynamic_interfaces", global, "interfaces may come and go",
          optional(choice("allow_if_changes"))),
    inert("default_interface", global, "of instances that name none", interface),
    inert("disable_local_igmp", global, "no IGMP for this host"),
    inert("no_email_faults", global, "no mail at faults"),
    inert("smtp_alert_vrrp", global, "mail for VRRP", boolean()),
    inert("vrrp_mcast_group4", global, "where advertisements go", address()),
    inert("vrrp_mcast_group6", global, "where advertisements go", address()),
    inert("vrrp_garp_master_delay", global, "time to the second ARP announcement", seconds),
    inert("vrrp_garp_master_repeat", global, "ARP announcements", times),
    inert("vrrp_garp_master_refresh", global, "time between ARP announcements", seconds),
    inert("vrrp_garp_master_refresh_repeat", global, "ARP announcements at a time", times),
    inert("vrrp_garp_lower_prio_delay", global, "time to the second ARP announcement", seconds),
    inert("vrrp_garp_lower_prio_repeat", global, "ARP announcements", times),
    inert("vrrp_garp_interval", global, "time between ARP announcements", time()),
    inert("vrrp_gna_interval", global, "time between neighbour announcements", time()),
    inert("vrrp_min_garp", global, "few ARP announcements", boolean()),
    also_spelled(
        inert("vrrp_garp_extra_if", global, "ARP announcements elsewhere", words("[all] SECONDS")),
        "vrrp_vmac_garp_intvl"),
    inert("vrrp_down_timer_adverts", global, "missed advertisements", number(1, 100)),
    inert("vrrp_lower_prio_no_advert", global, "a lower master is not answered", boolean()),
    inert("vrrp_higher_prio_send_advert", global, "a higher master is answered", boolean()),
    inert("vrrp_version", global, "of the protocol", choice("2 3")),
    inert("vrrp_iptables", global, "chains that block addresses", optional(word("IN")),
          optional(word("OUT"))),
    inert("vrrp_ipsets", global, "sets that block addresses", anything),
    inert("nftables", global, "table that blocks addresses", optional(word("TABLE"))),
    inert("nftables_priority", global, "priority of its hooks",
          number(-int32_most - 1, int32_most)),
    inert("nftables_ifindex", global, "interfaces by number"),
    inert("vrrp_check_unicast_src", global, "advertisements must come from a peer"),
    inert("vrrp_skip_check_adv_addr", global, "addresses in advertisements are not compared",
          boolean()),
    inert("vrrp_strict", global, "to the letter of the RFC", boolean()),
    inert("vrrp_notify_fifo", global, "a named pipe for VRRP events", word("PATH"),
          optional(word("USER")), optional(word("GROUP"))),
    inert("vrrp_notify_fifo_script", global, "who reads it", script()),
    inert("vrrp_notify_priority_changes", global, "notify at changes of priority", boolean()),
    inert("fifo_write_vrrp_states_on_reload", global, "states are written at a reload"),
    inert("vrrp_rx_bufs_policy", global, "receive buffers", word("MTU|ADVERT|BYTES")),
    inert("vrrp_rx_bufs_multiplier", global, "receive buffers", number(1, int32_most)),
    inert("vrrp_startup_delay", global, "time before VRRP starts", time(1'000)),
    inert("vrrp_delay_after_boot", global, "time before VRRP starts after a boot", time()),
    inert("log_unknown_vrids", global, "log strangers"),
    inert("vrrp_owner_ignore_adverts", global, "the owner hears nobody", boolean()),
    inert("vmac_prefix", global, "names of virtual interfaces", word("PREFIX")),
    inert("vmac_addr_prefix", global, "names of virtual interfaces", word("PREFIX")),
});

}  // namespace

std::span<const Keyword> vrrp_rows() {
  return table;
}

}  // namespace lvsd
