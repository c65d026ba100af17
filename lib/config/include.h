#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lvsd {

// What turns a problem with an include into a refusal of the whole file (keepalived 1.5).
struct IncludeCheck {
  bool read = false;            // a matched file cannot be read
  bool match = false;           // a name without wildcards matches nothing
  bool wildcard_match = false;  // a pattern with wildcards matches nothing
  bool brace_match = false;     // one of {a,b} matches nothing

  bool operator==(const IncludeCheck&) const = default;
};

// What the keyword demands ("include": `plain`, as include_check set it); nothing: not an include.
std::optional<IncludeCheck> include_demands(std::string_view keyword, const IncludeCheck& plain);

// The words of `include_check`: "+read", "match"; false: one is not known.
bool adjust(IncludeCheck& check, std::string_view word, bool first);

bool has_wildcards(std::string_view pattern);

// "a/{b,c}" -> "a/b", "a/c"; all combinations, innermost braces included. At most 1,000.
std::vector<std::string> brace_alternatives(const std::string& pattern);

std::string directory_of(const std::string& path);  // "." for a bare name
std::string resolved(const std::string& path, const std::string& directory);

}  // namespace lvsd
