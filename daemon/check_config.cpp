#include "daemon/check_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include "config/report.h"
#include "daemon/config_file.h"

namespace lvsd {

Recorded load_config(const Options& options, bool origins) {
  LoadOptions how = machine_options();
  how.lenient = options.lenient;
  how.origins = origins;
  if (!options.config_id.empty()) how.config_id = options.config_id;
  return recorded(options.config_file, disk_files(), how);
}

int check_config(const Options& options) {
  const Loaded loaded = load_config(options).loaded;
  fmt::print(stderr, "{}", text(loaded.diagnostics, ::isatty(STDERR_FILENO) != 0));
  fmt::print(loaded.config ? stdout : stderr, "{}", text(report(options.config_file, loaded)));
  return loaded.config ? exit_done : exit_refused;
}

}  // namespace lvsd
