#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "model/override.h"
#include "plan/settle.h"
#include "test/text/words.h"

// A virtual server that lives: events come, time passes, and what everyone does is read off. The
// setting, a line each:
//
//   udp | mh | mh-fallback | group                   else it is tcp and wlc
//   quorum 2 hysteresis 1     panic_percent 50     flap_hold 10s     interval 5s
//   graceful_removal
//   real a weight 3 max 5 resume 2 inhibit disabled graceful alpha drain_timeout 30s
//     slow_start 10s backup b preempt no preempt_delay 5s on_return drain backup_at 80
//   sorry s weight 1 inhibit
//
// Events:
//
//   a down          one of the words of health
//   a wants drain   through its check; "wants none", "wants maint"
//   load a 5        connections; "load a 0+7": 7 inactive; "load a 0+7 packets 9"; "templates 2"
//   10s             time; what is due meanwhile happens
//   drain a 30s     with or without a limit; "drain a until all", "drain a soft";
//                   undrain a, disable a, enable a, also of a backup; failback a, calm
//   weight a 5      "weight a file" takes it back; max a 3
//   reload a …      the file says something else of it now; remove a

namespace lvsd::test {

class Play {
 public:
  explicit Play(std::string_view setting);

  // Several, with ";" between them.
  void events(std::string_view text);
  void event(std::string_view text);

  // "a ACTIVE 3, b STANDBY, s STANDBY": the weight where it is in the kernel.
  std::string outcome() const;
  // The reason of one of them.
  std::string why(const std::string& name) const;

  const VirtualServer& server() const { return server_; }
  const PoolFacts& facts() const { return facts_; }
  Desired desired() const { return lvsd::desired(server_, facts_); }
  const Override& wishes(std::size_t i) const { return wishes_[i]; }
  Time now() const { return now_; }
  Duration flap_hold() const { return flap_hold_; }
  std::uint32_t panic_percent() const { return panic_percent_; }

 private:
  void take_setting(Words& words);
  void add_real(Words& words);
  void add_sorry(Words& words);
  RealServer take_real(Words& words, const std::string& name, bool& has_check);
  void settle(std::optional<std::size_t> failback = {});
  void pass(Duration duration);
  void take_load(Words& words);
  void remove(const std::string& name);
  bool take_wish(Words& words);
  void take_health(Words& words);
  std::size_t real_of(const std::string& name) const;
  std::size_t master_of(const std::string& name) const;  // itself, or that of a backup
  HealthState& health_of(const std::string& name);
  const Decision& decision_of(const Desired& desired, const std::string& name) const;
  void apply_wishes();
  PoolSight sight(const std::vector<ServerSight>& servers,
                  const std::vector<std::optional<Load>>& removed) const;

  VirtualServer server_;
  PoolFacts facts_;
  Time now_{};
  Duration flap_hold_{};
  std::uint32_t panic_percent_ = 0;
  Duration interval_ = std::chrono::seconds(5);
  std::vector<Override> wishes_;
  std::vector<AdminWish> own_wishes_;
  std::map<std::string, Load> loads_;
};

}  // namespace lvsd::test
