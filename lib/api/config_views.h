#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/views.h"

// What the API and lvsctl say of configurations and of their language.

namespace lvsd::api {

// A configuration file as it would be loaded.
struct ConfigCheckView {
  std::string file;
  bool valid = false;
  std::uint64_t errors = 0;
  std::uint64_t warnings = 0;
  std::uint64_t virtual_servers = 0;  // these three of a valid file
  std::uint64_t real_servers = 0;
  std::vector<std::string> modules;  // of the kernel, that it needs
  std::vector<DiagnosticView> diagnostics;

  bool operator==(const ConfigCheckView&) const = default;
};

// One statement of a configuration.
struct EntryView {
  std::string keyword;    // of a list: the first word of the line
  std::string arguments;  // as a file would have them
  std::string source;     // "written", "inherited", "default"
  std::optional<std::string> file;
  std::optional<std::uint32_t> line;
  std::optional<std::vector<EntryView>> block;  // null: it opens none

  bool operator==(const EntryView&) const = default;
};

// A configuration, as the statements that say it or as text that loads to it.
struct ConfigView {
  std::string file;
  std::optional<std::string> text;
  std::optional<std::vector<EntryView>> entries;

  bool operator==(const ConfigView&) const = default;
};

// What putting a configuration in force would change, and the kernel operations it would cause now.
struct ConfigDiffView {
  std::string file;
  std::vector<ChangeView> changes;
  std::vector<std::string> operations;      // "add tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 1"
  std::vector<DiagnosticView> diagnostics;  // warnings
  std::vector<std::string> dropped;         // wishes of operators that would end: "web scheduler"

  bool operator==(const ConfigDiffView&) const = default;
};

// A configuration that was in force, or is.
struct PastConfigView {
  std::uint64_t generation = 0;
  std::uint64_t first_generation = 0;  // that had the same, only loaded again since
  Moment loaded;
  std::string how;     // "start", "reload", "rollback to 36", "back from 39"
  std::string user;    // empty: nobody in particular
  std::string reason;  // may be empty
  std::string result;  // "APPLIED", "PARTLY", "NOT_CONFIRMED"
  bool in_force = false;
  bool from_file = true;                  // false: it was in the place of what the file said
  std::optional<std::uint64_t> restored;  // the generation whose configuration it was again
  std::optional<std::uint64_t> back_to;   // of a trial: what comes back unless it is confirmed
  std::optional<Moment> confirm_until;
  std::uint64_t services = 0;
  std::uint64_t servers = 0;
  std::uint64_t bytes = 0;

  bool operator==(const PastConfigView&) const = default;
};

struct ArgumentView {
  std::string kind;   // "number", "time", "choice" …
  std::string label;  // as in the usage: "NUMBER"
  std::string text;   // "a number from 0 to 65535"
  bool optional = false;
  std::optional<double> least;  // of numbers, ports and times; times in seconds
  std::optional<double> most;
  std::vector<std::string> choices;

  bool operator==(const ArgumentView&) const = default;
};

struct KeywordView {
  std::string keyword;
  std::string usage;                 // "weight NUMBER"
  std::string help;                  // one line
  std::vector<std::string> blocks;   // where it may stand; "" is the top level
  std::optional<std::string> opens;  // the block that follows it
  std::vector<ArgumentView> arguments;
  std::optional<std::string> fallback;  // "default": what holds without it, in words
  std::vector<std::string> synonyms;
  std::vector<std::string> aliases;  // old spellings
  std::string effect;                // "acted on", "not acted on yet", "obsolete"
  std::string origin;                // "keepalived", "lvsd"
  bool inherited = false;            // from the blocks around
  std::string since;                 // version of lvsd

  bool operator==(const KeywordView&) const = default;
};

}  // namespace lvsd::api
