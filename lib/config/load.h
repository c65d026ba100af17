#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/files.h"
#include "config/origins.h"
#include "model/config.h"

namespace lvsd {

struct LoadOptions {
  // keepalived's mistakes become warnings with keepalived's effect. Absent: the main file's name
  // decides, "keepalived.conf" is read leniently.
  std::optional<bool> lenient;

  // What `@id` lines and ${_INSTANCE} compare with; keepalived takes the host name up to its first
  // dot.
  std::string config_id;

  // For ${_ENV NAME}; empty function: no environment.
  std::function<std::optional<std::string>(const std::string& name)> environment;

  // For ${_RANDOM}, unless the file gives a `random_seed`.
  std::uint32_t random_seed = 0;

  // Given the text of each file when all is read, in the order they were entered; may be empty.
  std::function<void(const std::string& path, std::string text)> keep_text;

  // Remember where each value was written, for `config show --origin`.
  bool origins = false;
};

// `config` is there if and only if no diagnostic is an error.
struct Loaded {
  std::optional<Config> config;
  Diagnostics diagnostics;
  Origins origins;  // empty unless asked for
};

// Reads a configuration file with all it includes and compiles it. Reports every mistake it finds.
// Pure but for `files`.
Loaded load(const std::string& path, const Files& files, const LoadOptions& options);

}  // namespace lvsd
