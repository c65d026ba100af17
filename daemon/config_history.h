#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/override.h"

namespace lvsd {

// The configurations that were in force, and what follows from an operator having gone back to one.
// Pure: history_store.h has it on the disk.
//
// A configuration that was gone back to is in the place of the file's for as long as the file says
// what it said then: a restart does not bring back what somebody has just got rid of. A reload, or
// a file that says something new when lvsd starts, ends that.

struct PastConfig {
  std::uint64_t first = 0;       // the generations that had it one after the other
  std::uint64_t generation = 0;  // the last of them
  std::string how{};             // "start", "reload", "rollback to 36", "back from 39"
  Author by{};
  std::string
      result{};  // "APPLIED", "PARTLY", and of a trial that nobody confirmed "NOT_CONFIRMED"
  std::string fingerprint{};  // of its Recording
  std::uint64_t size = 0;     // of its texts
  std::uint64_t services = 0;
  std::uint64_t servers = 0;
  std::optional<std::uint64_t> restored{};  // the generation whose configuration it is again
  std::string hides{};  // fingerprint of the file in whose place it is; empty: it is the file's

  bool operator==(const PastConfig&) const = default;
};

// A rollback that is undone unless it is confirmed in time.
struct ConfigTrial {
  std::uint64_t generation = 0;  // that is tried
  std::uint64_t back_to = 0;     // the one before it
  WallTime until;

  bool operator==(const ConfigTrial&) const = default;
};

struct ConfigHistory {
  std::vector<PastConfig> past{};  // oldest first; the last one is, or was, in force
  std::optional<ConfigTrial> trial{};

  bool operator==(const ConfigHistory&) const = default;
};

// Null: it is not kept.
const PastConfig* find(const ConfigHistory& history, std::uint64_t generation);

// The one before the last that had another configuration; null: there is none.
const PastConfig* before_last(const ConfigHistory& history);

// What a configuration that was `restored` while `last` was in force hides: the file's, as it was
// when it was last loaded. Empty: it is the file's own again.
std::string hidden_by(const PastConfig& restored, const PastConfig& last);

// Adds what is in force now. The same configuration as before, only loaded again, becomes the later
// generation of the same entry.
void add(ConfigHistory& history, PastConfig entry);

// Takes out the oldest until there are at most `count` of `size` bytes in all. The last one stays,
// and what a trial would go back to. The first generations of those that
// went.
std::vector<std::uint64_t> trim(ConfigHistory& history, std::size_t count, std::uint64_t size);

// What a start takes on when the file says what `fingerprint` stands for: the file, or one of the
// past in its place.
struct StartChoice {
  std::optional<std::uint64_t> generation{};  // absent: the file's
  bool is_trial_over = false;                 // its time came while there was no daemon
  bool is_file_new = false;  // something was in the file's place, but the file says another thing
};
StartChoice start_choice(const ConfigHistory& history, const std::string& fingerprint,
                         WallTime now);

// For a file of ours: JSON that a person can read.
std::string text(const ConfigHistory& history);
// Error: not a history, or one of a newer version.
std::optional<ConfigHistory> parse_history(std::string_view text);

}  // namespace lvsd
