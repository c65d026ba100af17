#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/global.h"

// What probes take from the configuration as a whole. Plain values: they cross a pipe.

namespace lvsd {

// What the configuration says of all programs that are run.
struct ScriptRules {
  std::string user;   // empty: keepalived_script where there is such a user, else our own
  std::string group;  // empty: the user's
  bool security = false;
  bool supplementary_groups = false;
  bool symlink_paths = false;
  std::uint32_t umask = 0177;

  bool operator==(const ScriptRules&) const = default;
};

// A file as it was read: a process that checks may not read what the daemon may.
struct PemFile {
  std::string name;  // empty: there is none
  std::string content;
  std::string refusal;  // why it could not be read; empty: it was

  bool operator==(const PemFile&) const = default;
};

// The `SSL` block's files.
struct TlsMaterial {
  std::string password;
  PemFile ca;
  PemFile certificate;
  PemFile key;

  bool operator==(const TlsMaterial&) const = default;
};

struct ProbeSettings {
  std::optional<TlsMaterial> tls;
  ScriptRules scripts;
  std::uint32_t max_scripts = 64;  // that run at once
  CheckerProcess checker;

  bool operator==(const ProbeSettings&) const = default;
};

}  // namespace lvsd
