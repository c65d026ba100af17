#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/keywords.h"
#include "config/origins.h"
#include "model/config.h"

namespace lvsd {

// A Config as the statements that say it: what `lvsctl config show` prints, as text or as JSON, and
// what two configurations are compared by.

enum class Detail : std::uint8_t {
  effective,  // every value, defaults and what was inherited included
  changed,    // only what is not the default; what all servers have in common is said once
};

struct Entry {
  enum class Source : std::uint8_t { written, inherited, fallback };

  std::string word;                  // the keyword, or of a list the first word of the line
  std::string arguments;             // as the file would have them; may be empty
  const Keyword* keyword = nullptr;  // null: a line of a list
  Source source = Source::written;
  std::optional<Origin> origin;  // where it is written, here or above; absent: not known
  bool is_block = false;
  std::vector<Entry> block;

  bool operator==(const Entry&) const = default;
};

using Entries = std::vector<Entry>;

// global_defs and everything at the top level but virtual servers. `origins` may be null.
Entries global_entries(const Config& config, Detail detail, const Origins* origins = nullptr);
// One virtual_server block.
Entry entry(const Config& config, const VirtualServer& server, Detail detail,
            const Origins* origins = nullptr);

// As configuration text. With `files` (Config::files) each line says where it is from.
std::string text(const Entries& entries, const std::vector<std::string>* files = nullptr);
std::string text(const Entry& entry, const std::vector<std::string>* files = nullptr);

// The whole configuration; loading it gives an equal Config.
std::string configuration_text(const Config& config, Detail detail,
                               const Origins* origins = nullptr);

}  // namespace lvsd
