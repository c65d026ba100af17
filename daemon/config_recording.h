#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace lvsd {

// All that a configuration was made of when it was read: the text of every file, what patterns
// matched, and what it asked of the machine. It can be read again from this, whatever has become of
// the files since.
struct Recording {
  std::string file;  // the main one
  std::optional<bool> lenient{};
  std::string config_id{};
  std::uint32_t random_seed = 0;
  std::map<std::string, std::string> texts{};                 // by path
  std::map<std::string, std::vector<std::string>> matches{};  // by pattern
  std::set<std::string> executables{};
  std::map<std::string, std::optional<std::string>> environment{};  // what was asked for

  bool operator==(const Recording&) const = default;
};

struct Recorded {
  Loaded loaded;
  Recording recording;
  std::string fingerprint;  // of the recording
};

// load(), and what it read for that.
Recorded recorded(const std::string& path, const Files& files, const LoadOptions& options);

// What the same load gives again.
Loaded replayed(const Recording& recording);

// For a file of ours: lengths, names and contents, every byte as it was.
std::string text(const Recording& recording);
void give_pieces(const Recording& recording,
                 const std::function<void(std::string_view piece)>& take);
std::optional<Recording> parse_recording(std::string_view text);

// The same for the same content, different for any other; random_seed does not count, since it is
// another one each time.
std::string fingerprint(const Recording& recording);

}  // namespace lvsd
