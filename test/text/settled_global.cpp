#include <limits>
#include <set>

#include "test/text/random_words.h"
#include "test/text/settled.h"

namespace lvsd::test {

namespace {

constexpr std::int64_t int32_most = 2'147'483'647;
constexpr std::int64_t uint32_most = 4'294'967'295;

template <class T>
std::optional<T> maybe(Random& random, std::int64_t least, std::int64_t most) {
  if (!random.chance(30)) return std::nullopt;
  return random_number<T>(random, least, most);
}

std::optional<bool> maybe(Random& random) {
  if (!random.chance(30)) return std::nullopt;
  return random.chance(50);
}

SyncDaemon random_sync_daemon(Random& random) {
  SyncDaemon out;
  out.interface = random_word(random);
  out.vrrp_instance = random_option(random);
  out.id = maybe<std::uint8_t>(random, 0, 255);
  if (random.chance(50)) out.max_length = random_number<std::uint16_t>(random, 1, 65507);
  if (random.chance(50)) out.port = random_number<std::uint16_t>(random, 1, 65535);
  if (random.chance(50)) out.ttl = random_number<std::uint8_t>(random, 1, 255);
  if (random.chance(50)) out.group = parse_address(random.chance(50) ? "224.0.0.9" : "ff02::9");
  return out;
}

NotifyFifo random_fifo(Random& random) {
  NotifyFifo out;
  out.path = random_option(random);
  if (!out.path.empty()) out.user = random_option(random);
  if (!out.user.empty()) out.group = random_option(random);
  out.script = random_script(random);
  return out;
}

ApiSettings random_api(Random& random) {
  ApiSettings out{random_option(random), random_option(random), random_option(random), {}, {},
                  random.chance(30),     random_option(random)};
  std::set<Endpoint> endpoints;
  for (std::uint32_t left = random.below(3); left > 0; --left)
    endpoints.insert({random_address(random, random.chance(50) ? Family::v4 : Family::v6),
                      random_number<std::uint16_t>(random, 1, 65535)});
  out.listen.assign(endpoints.begin(), endpoints.end());
  for (std::uint32_t left = random.below(3); left > 0; --left)
    out.host_names.push_back(random_word(random));
  out.write = out.write && !out.token_file.empty();
  return out;
}

LogSettings random_log(Random& random) {
  LogSettings out;
  if (random.chance(50)) out.level = random.chance(50) ? "warning" : "debug";
  if (random.chance(50)) out.format = random.chance(50) ? LogFormat::text : LogFormat::json;
  out.target = static_cast<LogTarget>(random.below(5));
  if (out.target == LogTarget::file) out.file = "/" + random_word(random);
  return out;
}

Mail random_mail(Random& random) {
  Mail out;
  for (std::uint32_t left = random.below(3); left > 0; --left)
    out.to.push_back(random_word(random));
  out.from = random_option(random);
  out.server = random_option(random);
  if (!out.server.empty()) out.port = random_number<std::uint16_t>(random, 1, 65535);
  out.helo_name = random_option(random);
  if (random.chance(30)) out.connect_timeout = random_time(random, 1'000'000);
  return out;
}

CheckerProcess random_checker(Random& random) {
  CheckerProcess out;
  if (random.chance(30)) out.count = random_number<std::uint32_t>(random, 0, 256);
  if (random.chance(30)) out.priority = random_number<std::int32_t>(random, -20, 19);
  out.no_swap = random.chance(30);
  if (random.chance(30)) out.realtime_priority = random_number<std::uint32_t>(random, 1, 99);
  if (random.chance(30))
    out.realtime_limit_microseconds = random_number<std::uint64_t>(random, 2, uint32_most);
  for (std::uint32_t left = random.below(4); left > 0; --left)
    out.cpus.push_back(random_number<std::uint32_t>(random, 0, 8191));
  return out;
}

TlsClient random_tls(Random& random) {
  return {random_option(random), random_option(random), random_option(random),
          random_option(random)};
}

void name_files_and_sessions(Random& random, GlobalSettings& out) {
  for (std::uint32_t i = random.below(3); i > 0; --i) {
    TrackFile file;
    file.name = random_word(random) + std::to_string(i);
    file.path = random_word(random);
    if (random.chance(50)) file.weight = random_number<std::int32_t>(random, -254, 254);
    file.reverse = random.chance(30);
    if (random.chance(50))
      file.initial = random_number(random, std::numeric_limits<std::int64_t>::min() / 4,
                                   std::numeric_limits<std::int64_t>::max() / 4);
    file.overwrite = file.initial && random.chance(50);
    out.track_files.push_back(file);
  }
  for (std::uint32_t i = random.below(3); i > 0; --i)
    out.bfd_instances.push_back(
        {random_word(random) + std::to_string(i),
         random_address(random, random.chance(50) ? Family::v4 : Family::v6)});
}

void set_scripts(Random& random, GlobalSettings& out) {
  out.script_user = random.chance(30) ? "user" + std::string(random.chance(30) ? " '" : "") : "";
  if (!out.script_user.empty()) out.script_group = random_option(random);
  out.script_security = random.chance(30);
  out.supplementary_groups = random.chance(30);
  out.symlink_paths = random.chance(30);
  if (random.chance(30)) out.max_scripts = random_number<std::uint32_t>(random, 1, 10000);
  out.umask = maybe<std::uint32_t>(random, 0, 0777);
  for (LifeScript* const life : {&out.startup, &out.shutdown}) {
    life->script = random_script(random);
    if (random.chance(30)) life->timeout_seconds = random_number<std::uint32_t>(random, 1, 1000);
  }
}

void set_kernel(Random& random, GlobalSettings& out) {
  out.timeouts = {maybe<std::uint32_t>(random, 1, 2'678'400),
                  maybe<std::uint32_t>(random, 1, 2'678'400),
                  maybe<std::uint32_t>(random, 1, 2'678'400)};
  out.flush_at_start = random.chance(30);
  out.flush_on_stop =
      random.one_of<FlushOnStop>({FlushOnStop::no, FlushOnStop::all, FlushOnStop::services});
  if (random.chance(30)) out.sync_daemon = random_sync_daemon(random);
  out.nftables.table = random_option(random);
  if (random.chance(30))
    out.nftables.priority = random_number<std::int32_t>(random, -int32_most - 1, int32_most);
  if (random.chance(30))
    out.nftables.start_fwmark = random_number<std::uint32_t>(random, 1, uint32_most);
  out.nftables.counters = random.chance(30);
  out.tcp_keepalive = {maybe<std::uint32_t>(random, 1, 32767),
                       maybe<std::uint32_t>(random, 1, 32767),
                       maybe<std::uint32_t>(random, 1, 127)};
  if (random.chance(30))
    out.load_interval = Duration(1000 * random_number<std::int64_t>(random, 50, 60'000));
  out.min_mtu = maybe<std::uint32_t>(random, 68, 65535);
  if (random.chance(30)) out.sysctls.push_back({"conn_lfactor", "-8"});
  if (random.chance(30)) out.sysctls.push_back({"sync_threshold", "3 50"});
  if (random.chance(30)) out.sysctls.push_back({"est_cpulist", "0-3,8"});
  out.sysctl_auto = random.chance(30);
}

}  // namespace

GlobalSettings random_global_settings(Random& random) {
  GlobalSettings out;
  out.router_id = random_option(random);
  out.instance = random_option(random);
  out.net_namespace = random_option(random);
  if (random.chance(30)) out.net_namespace_ipvs = random_option(random);
  set_kernel(random, out);
  out.log_all_failures = random.chance(30);
  out.rs_init_notifies = random.chance(30);
  out.no_checker_emails = random.chance(30);
  out.checker = random_checker(random);
  out.lvs_fifo = random_fifo(random);
  out.fifo = random_fifo(random);
  out.mail = random_mail(random);
  out.smtp_alert = maybe(random);
  out.smtp_alert_checker = maybe(random);
  set_scripts(random, out);
  if (random.chance(30)) out.tls = random_tls(random);
  name_files_and_sessions(random, out);
  if (random.chance(30)) out.audit_interval = random_time(random, 100'000);
  out.api = random_api(random);
  out.log = random_log(random);
  out.metrics = {random.chance(70), random.chance(70), random.chance(30), random.chance(30)};
  out.panic_percent = random_number<std::uint32_t>(random, 0, 100);
  out.reload_guard = random_number<std::uint32_t>(random, 0, 100);
  if (random.chance(30)) out.flap_hold = random_time(random);
  return out;
}

}  // namespace lvsd::test
