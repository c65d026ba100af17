#include "plan/scheduler.h"

namespace lvsd {

bool has_hash_flags(std::string_view scheduler) {
  return scheduler == "sh" || scheduler == "mh";
}

ServiceSettings with_scheduler(ServiceSettings settings, const std::string& scheduler) {
  if (settings.scheduler == scheduler) return settings;
  const bool keeps_flags = has_hash_flags(settings.scheduler) && has_hash_flags(scheduler);
  settings.flags = {.one_packet = settings.flags.one_packet,
                    .flag_1 = keeps_flags && settings.flags.flag_1,
                    .flag_2 = keeps_flags && settings.flags.flag_2};
  settings.scheduler = scheduler;
  return settings;
}

}  // namespace lvsd
