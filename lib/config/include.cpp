#include "config/include.h"

#include <iterator>
#include <utility>

namespace lvsd {

std::optional<IncludeCheck> include_demands(std::string_view keyword, const IncludeCheck& plain) {
  constexpr std::string_view word = "include";
  if (keyword == word) return plain;
  if (keyword.size() != word.size() + 1 || !keyword.starts_with(word)) return std::nullopt;
  switch (keyword.back()) {
    case 'r':
      return IncludeCheck{.read = true};
    case 'm':
      return IncludeCheck{.read = true, .match = true};
    case 'w':
      return IncludeCheck{.read = true, .match = true, .wildcard_match = true};
    case 'b':
      return IncludeCheck{.read = true, .brace_match = true};
    case 'a':
      return IncludeCheck{true, true, true, true};
    default:
      return std::nullopt;
  }
}

bool adjust(IncludeCheck& check, std::string_view word, bool first) {
  const bool sign = !word.empty() && (word.front() == '+' || word.front() == '-');
  const bool on = word.empty() || word.front() != '-';
  if (sign) word.remove_prefix(1);
  if (!sign && !first) return false;

  IncludeCheck changed = sign ? check : IncludeCheck{};
  // keepalived's man page says "readable", its code "read".
  if (word == "read" || word == "readable") {
    changed.read = on;
  } else if (word == "match") {
    changed.match = on;
  } else if (word == "wildcard_match") {
    changed.wildcard_match = on;
  } else if (word == "brace_match") {
    changed.brace_match = on;
  } else {
    return false;
  }
  check = changed;
  return true;
}

bool has_wildcards(std::string_view pattern) {
  return pattern.find_first_of("*?[") != pattern.npos;
}

namespace {

// The first outermost brace list; false: none.
bool find_list(const std::string& pattern, std::size_t& open, std::size_t& close) {
  open = pattern.find('{');
  if (open == pattern.npos) return false;
  int depth = 0;
  for (close = open; close < pattern.size(); ++close) {
    if (pattern[close] == '{') ++depth;
    if (pattern[close] == '}' && --depth == 0) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> brace_alternatives(const std::string& pattern) {
  constexpr std::size_t most = 1000;
  std::size_t open = 0;
  std::size_t close = 0;
  if (!find_list(pattern, open, close)) return {pattern};

  std::vector<std::string> out;
  int depth = 0;
  std::size_t start = open + 1;
  for (std::size_t at = open + 1; at <= close && out.size() < most; ++at) {
    if (pattern[at] == '{') ++depth;
    if (pattern[at] == '}' && at != close) --depth;
    if ((pattern[at] != ',' || depth != 0) && at != close) continue;
    auto more = brace_alternatives(pattern.substr(0, open) + pattern.substr(start, at - start) +
                                   pattern.substr(close + 1));
    out.insert(out.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
    start = at + 1;
  }
  return out;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string resolved(const std::string& path, const std::string& directory) {
  if (path.empty() || path.front() == '/' || directory == ".") return path;
  return directory == "/" ? "/" + path : directory + "/" + path;
}

}  // namespace lvsd
