#include "daemon/check_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>

#include "daemon/config_file.h"

namespace lvsd {

namespace {

// What keepalived compares `@id` with when it is told nothing.
std::string default_config_id() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  const std::string host = name.data();
  return host.substr(0, host.find('.'));
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

Loaded load_config(const Options& options) {
  return load(options.config_file, disk_files(),
              {.lenient = options.lenient ? std::optional(true) : std::nullopt,
               .config_id = options.config_id.empty() ? default_config_id() : options.config_id,
               .environment = environment,
               .random_seed = std::random_device{}()});
}

int check_config(const Options& options) {
  const Loaded loaded = load_config(options);
  fmt::print(stderr, "{}", text(loaded.diagnostics, ::isatty(STDERR_FILENO) != 0));
  if (!loaded.config) return exit_refused;
  std::size_t servers = 0;
  for (const VirtualServer& service : loaded.config->virtual_servers)
    servers += service.real_servers.size();
  fmt::print("{}: ok, {} virtual servers, {} real servers\n", options.config_file,
             loaded.config->virtual_servers.size(), servers);
  return exit_done;
}

}  // namespace lvsd
