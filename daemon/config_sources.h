#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config_recording.h"
#include "daemon/file_identity.h"

namespace lvsd {

// The files that a configuration was read from, and whether they still say what they said.
class ConfigSources {
 public:
  // Of what was recorded; the texts are not kept.
  ConfigSources(const Recording& recording, std::string fingerprint);

  // Whether a load would read anything else by now: another text, a file more or less where a
  // pattern was given, nothing at all. Blocks, and reads the files only where one of them is not
  // the file it was at the last look.
  bool have_changed(const Files& files);

  // Besides the main one.
  bool has_includes() const { return known_.texts.size() > 1 || !known_.matches.empty(); }

 private:
  // The files as the directory has them; absent: there is none.
  struct Look {
    std::map<std::string, std::optional<FileIdentity>> files;
    std::map<std::string, std::vector<std::string>> matches;

    bool operator==(const Look&) const = default;
  };

  Look look(const Files& files) const;
  bool is_at_rest(const Look& look) const;
  bool read_otherwise(const Files& files) const;

  const Recording known_;  // with empty texts
  std::string fingerprint_;
  std::optional<Look> last_;  // absent: none that can be told from the next
  bool changed_ = false;      // by then
};

}  // namespace lvsd
