#include "config/saved_timeout.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lvsd {

namespace {

constexpr std::string_view blanks = " \t\r";

struct Word {
  std::size_t begin = 0;
  std::size_t size = 0;
};

// The words of a line up to its comment.
std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  for (std::size_t at = 0;;) {
    at = line.find_first_not_of(blanks, at);
    if (at == line.npos || line[at] == '#' || line[at] == '!') return words;
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    words.push_back({at, end - at});
    at = end;
  }
}

std::string_view word(std::string_view line, const Word& at) {
  return line.substr(at.begin, at.size);
}

// `line` says lvs_timeouts.
std::string with_value(std::string_view line, TimeoutKind kind, const std::string& value) {
  const std::vector<Word> words = words_of(line);
  std::string out(line);
  for (std::size_t i = 1; i + 1 < words.size(); i += 2)
    if (word(line, words[i]) == text(kind))
      return out.replace(words[i + 1].begin, words[i + 1].size, value);
  const std::size_t end = words.back().begin + words.back().size;
  return out.insert(end, " " + std::string(text(kind)) + " " + value);
}

struct Line {
  std::size_t begin = 0;
  std::size_t size = 0;  // without its end
  std::uint32_t number = 0;
};

// Those that may be changed; null: there is none.
struct Places {
  std::optional<Line> timeouts;
  std::optional<Line> global_defs;
  bool ambiguous = false;
};

Places places_in(std::string_view text) {
  Places places;
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const Line here{begin, end - begin, ++number};
    const std::vector<Word> words = words_of(line);
    const auto note = [&](std::optional<Line>& place) {
      places.ambiguous = places.ambiguous || place;
      place = here;
    };
    if (!words.empty() && word(line, words[0]) == "lvs_timeouts") note(places.timeouts);
    const bool opens = words.size() == 2 && word(line, words[1]) == "{";
    if (opens && word(line, words[0]) == "global_defs") note(places.global_defs);
    begin = end + 1;
  }
  return places;
}

}  // namespace

std::optional<std::pair<std::string, std::uint32_t>> with_timeout(std::string_view text,
                                                                  TimeoutKind kind,
                                                                  std::uint32_t seconds) {
  const Places places = places_in(text);
  if (places.ambiguous) return std::nullopt;
  const std::string value = std::to_string(seconds);
  const std::string added =
      "    lvs_timeouts " + std::string(lvsd::text(kind)) + " " + value + "\n";
  std::string out(text);
  if (const auto& line = places.timeouts) {
    out.replace(line->begin, line->size,
                with_value(text.substr(line->begin, line->size), kind, value));
    return std::pair(std::move(out), line->number);
  }
  if (const auto& line = places.global_defs) {
    const std::size_t end = line->begin + line->size;
    if (end == out.size()) return std::nullopt;  // a block that is not closed
    out.insert(end + 1, added);
    return std::pair(std::move(out), line->number + 1);
  }
  if (!out.empty() && out.back() != '\n') out += '\n';
  out += "\nglobal_defs {\n" + added + "}\n";
  const auto lines = static_cast<std::uint32_t>(std::count(out.begin(), out.end(), '\n'));
  return std::pair(std::move(out), lines - 1);
}

namespace {

TimeoutEdit refusal(std::string why) {
  return {.saved = {}, .why_not = std::move(why)};
}

}  // namespace

TimeoutEdit saved_timeout(const std::string& path, const Files& files, const LoadOptions& options,
                          TimeoutKind kind, std::uint32_t seconds) {
  auto before = files.read(path);
  if (!before) return refusal(text(before.error()));
  const Loaded now = load(path, files, options);
  if (!now.config) return refusal("'" + path + "' is not valid as it is");
  auto changed = with_timeout(*before, kind, seconds);
  if (!changed) return refusal("'" + path + "' says lvs_timeouts or global_defs more than once");

  std::string after = std::move(changed->first);
  Files edited = files;
  edited.read = [&](const std::string& asked) -> Result<std::string> {
    return asked == path ? Result<std::string>(after) : files.read(asked);
  };
  Config wanted = *now.config;
  timeout(wanted.global.timeouts, kind) = seconds;
  const Loaded then = load(path, edited, options);
  if (!then.config || *then.config != wanted)
    return refusal("'" + path + "' is written in a way that a line cannot be changed in");
  return {.saved = SavedTimeout{*std::move(before), std::move(after), changed->second},
          .why_not = {}};
}

}  // namespace lvsd
