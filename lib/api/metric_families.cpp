#include "api/metric_families.h"

#include <array>

#include "api/metrics.h"

namespace lvsd::api {

namespace {

constexpr MetricKind gauge = MetricKind::gauge;
constexpr MetricKind counter = MetricKind::counter;

// In the order of Metric.
constexpr std::array<MetricFamily, metric_count> table{{
    {"lvsd_build_info", gauge, "What lvsd was built of; always 1"},
    {"lvsd_ready", gauge, "1: the kernel's table is what the configuration wants"},
    {"lvsd_service_info", gauge, "What a service is, for joins; always 1"},
    {"lvsd_service_up", gauge, "1: the service has its quorum"},
    {"lvsd_service_pool", gauge, "1 for the servers that take the traffic, else 0"},
    {"lvsd_service_servers", gauge, "Servers of a service by their state"},
    {"lvsd_service_quorum_weight", gauge, "Weight of the real servers that pass their checks"},
    {"lvsd_service_quorum_required", gauge, "Weight below which the quorum is lost"},
    {"lvsd_service_state_changes_total", counter, "Times the quorum was gained or lost"},
    {"lvsd_service_downtime_seconds_total", counter, "Time without quorum"},
    {"lvsd_service_connections_total", counter, "Connections, as the kernel counts them"},
    {"lvsd_service_incoming_packets_total", counter, "Packets from clients"},
    {"lvsd_service_outgoing_packets_total", counter,
     "Packets to clients; absent with DR and TUN, whose replies bypass this host"},
    {"lvsd_service_incoming_bytes_total", counter, "Bytes from clients"},
    {"lvsd_service_outgoing_bytes_total", counter,
     "Bytes to clients; absent with DR and TUN, whose replies bypass this host"},
    {"lvsd_service_connections_per_second", gauge, "New connections, as the kernel estimates them"},
    {"lvsd_service_incoming_packets_per_second", gauge, "Packets from clients, likewise"},
    {"lvsd_service_outgoing_packets_per_second", gauge,
     "Packets to clients, likewise; absent with DR and TUN"},
    {"lvsd_service_incoming_bytes_per_second", gauge, "Bytes from clients, likewise"},
    {"lvsd_service_outgoing_bytes_per_second", gauge,
     "Bytes to clients, likewise; absent with DR and TUN"},
    {"lvsd_server_info", gauge, "What a server is, for joins; always 1"},
    {"lvsd_server_up", gauge, "1: the server passes its checks, or has none"},
    {"lvsd_server_state", gauge, "1 for the state the server is in, else 0"},
    {"lvsd_server_admin_state", gauge, "1 for what the operator wishes of it, else 0"},
    {"lvsd_server_weight", gauge, "Weight in the kernel; absent: not in the kernel"},
    {"lvsd_server_config_weight", gauge, "Weight of the configuration"},
    {"lvsd_server_connections_active", gauge, "Active connections"},
    {"lvsd_server_connections_inactive", gauge, "Inactive connections"},
    {"lvsd_server_connections_persistent", gauge, "Persistence templates"},
    {"lvsd_server_connections_max", gauge, "Most connections; absent: no limit"},
    {"lvsd_server_overloaded", gauge, "1: the server is at its most connections"},
    {"lvsd_server_connections_total", counter, "Connections, as the kernel counts them"},
    {"lvsd_server_incoming_packets_total", counter, "Packets from clients"},
    {"lvsd_server_outgoing_packets_total", counter,
     "Packets to clients; absent with DR and TUN, whose replies bypass this host"},
    {"lvsd_server_incoming_bytes_total", counter, "Bytes from clients"},
    {"lvsd_server_outgoing_bytes_total", counter,
     "Bytes to clients; absent with DR and TUN, whose replies bypass this host"},
    {"lvsd_server_last_change_timestamp_seconds", gauge, "When the server came up or went down"},
    {"lvsd_server_downtime_seconds_total", counter, "Time the server did not pass its checks"},
    {"lvsd_server_up_down_total", counter, "Times the server came up or went down"},
    {"lvsd_server_slow_start_ratio", gauge, "Part of its weight a server that warms up has by now"},
    {"lvsd_check_info", gauge, "What a check is, for joins; always 1"},
    {"lvsd_check_up", gauge, "1: the check passes"},
    {"lvsd_check_result", gauge, "1 for the last result"},
    {"lvsd_check_code", gauge, "Code of the last result, such as the HTTP status"},
    {"lvsd_check_last_duration_seconds", gauge, "How long the last run took"},
    {"lvsd_check_last_run_timestamp_seconds", gauge, "When the last run ended"},
    {"lvsd_check_runs_total", counter, "Runs of a check; servers that share it count the same"},
    {"lvsd_check_failures_total", counter, "Runs that failed, by what failed"},
    {"lvsd_check_duration_seconds", MetricKind::histogram,
     "How long the checks of a service's servers took"},
    {"lvsd_tls_cert_not_after_timestamp_seconds", gauge, "When the server's certificate ends"},
    {"lvsd_checks_running", gauge, "Checks that run; one that servers share is one"},
    {"lvsd_checks_paused", gauge, "Checks an operator has paused"},
    {"lvsd_kernel_sync_last_success_timestamp_seconds", gauge,
     "When the kernel's whole table was last compared with what is wanted"},
    {"lvsd_kernel_operations_total", counter, "Changes of the kernel's table"},
    {"lvsd_kernel_drift_entries", gauge,
     "Entries that others changed, as the last comparison found them"},
    {"lvsd_kernel_drift_repairs_total", counter, "Entries put back after others changed them"},
    {"lvsd_kernel_services", gauge, "Services of ours in the kernel"},
    {"lvsd_kernel_servers", gauge, "Servers of ours in the kernel"},
    {"lvsd_kernel_foreign_services", gauge, "Services in the kernel that are not ours"},
    {"lvsd_config_last_reload_successful", gauge, "0: the last reload was refused"},
    {"lvsd_config_last_reload_success_timestamp_seconds", gauge,
     "When the configuration in force was loaded"},
    {"lvsd_config_file_changed", gauge,
     "1: the configuration file, or one it includes, is not as it was loaded"},
    {"lvsd_config_generation", gauge, "Number of the configuration in force, from 1 at the start"},
    {"lvsd_overrides", gauge, "What operators have set beside the configuration"},
    {"lvsd_ipvs_timeout_seconds", gauge, "Idle time after which the kernel forgets a connection"},
    {"lvsd_tcp_keepalive_seconds", gauge,
     "Idle time after which this host's keepalive has asked, and once more for a lost probe"},
    {"lvsd_zombie_risk", gauge,
     "1: IPVS forgets idle TCP connections before keepalive has asked, and they die unnoticed"},
    {"lvsd_loop_hold_seconds", MetricKind::histogram,
     "How long lvsd's loop worked at a time before it looked for what else had come"},
    {"lvsd_loop_hold_cpu_seconds", MetricKind::histogram, "CPU time of the same"},
    {"process_cpu_seconds_total", counter, "CPU time of lvsd, without its checkers"},
    {"process_start_time_seconds", gauge, "When lvsd was started"},
    {"process_resident_memory_bytes", gauge, "Memory of lvsd, without its checkers"},
    {"process_virtual_memory_bytes", gauge, "Address space of lvsd"},
    {"process_open_fds", gauge, "Open file descriptors"},
    {"process_max_fds", gauge, "Most file descriptors"},
    {"node_ipvs_connections_total", counter, "The total number of connections made"},
    {"node_ipvs_incoming_packets_total", counter, "The total number of incoming packets"},
    {"node_ipvs_outgoing_packets_total", counter, "The total number of outgoing packets"},
    {"node_ipvs_incoming_bytes_total", counter, "The total amount of incoming data"},
    {"node_ipvs_outgoing_bytes_total", counter, "The total amount of outgoing data"},
    {"node_ipvs_backend_connections_active", gauge,
     "The current active connections by local and remote address"},
    {"node_ipvs_backend_connections_inactive", gauge,
     "The current inactive connections by local and remote address"},
    {"node_ipvs_backend_weight", gauge, "The current backend weight by local and remote address"},
}};

}  // namespace

std::span<const MetricFamily> metric_families() {
  return table;
}

}  // namespace lvsd::api
