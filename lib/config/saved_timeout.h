#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/load.h"
#include "model/timeouts.h"

// One of lvs_timeouts written into a configuration file that people wrote. `lvsctl timeouts set
// --save` asks. Nothing else of the file changes by a byte, and a text is given only where reading
// it proves that it says what the file said, but for that value.

namespace lvsd {

struct SavedTimeout {
  std::string before;      // the file as it was read
  std::string after;       // as it is to be
  std::uint32_t line = 0;  // where the value stands now
};

// What to write to the file `path`, or why it cannot be done safely.
struct TimeoutEdit {
  std::optional<SavedTimeout> saved;
  std::string why_not;
};
TimeoutEdit saved_timeout(const std::string& path, const Files& files, const LoadOptions& options,
                          TimeoutKind kind, std::uint32_t seconds);

// The change alone, without the proof: in the one line that begins with lvs_timeouts, or in a line
// of its own at the beginning of the one global_defs, or in a global_defs of its own at the end.
// Nothing: there are several such places.
std::optional<std::pair<std::string, std::uint32_t>> with_timeout(std::string_view text,
                                                                  TimeoutKind kind,
                                                                  std::uint32_t seconds);

}  // namespace lvsd
