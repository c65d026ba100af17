#include "config/utf8.h"

#include <array>

#include "base/utf8.h"

namespace lvsd::utf8 {

namespace {

constexpr char32_t broken = 0xfffd;

struct Range {
  char32_t from;
  char32_t to;
};

// The blocks that people use; a caret one column off in a rare script is no harm.
constexpr auto wide = std::to_array<Range>({
    {0x1100, 0x115f},
    {0x2e80, 0x303e},
    {0x3041, 0xa4cf},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff00, 0xff60},
    {0xffe0, 0xffe6},
    {0x1f300, 0x1faff},
    {0x20000, 0x3fffd},
});
constexpr auto combining = std::to_array<Range>(
    {{0x300, 0x36f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}});

template <std::size_t N>
bool among(const std::array<Range, N>& ranges, char32_t code) {
  for (const Range& range : ranges)
    if (code >= range.from && code <= range.to) return true;
  return false;
}

bool is_control(char32_t code) {
  return (code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0) || code == 0x2028 ||
         code == 0x2029 || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

Character first(std::string_view text) {
  std::string_view rest = text;
  const auto code = next_character(rest);
  return {code.value_or(broken), text.substr(0, text.size() - rest.size())};
}

std::vector<Character> characters(std::string_view text) {
  std::vector<Character> out;
  while (!text.empty()) {
    out.push_back(first(text));
    text.remove_prefix(out.back().bytes.size());
  }
  return out;
}

std::uint32_t length(std::string_view text) {
  std::uint32_t count = 0;
  for (; !text.empty(); ++count) {
    const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
    text.remove_prefix(ascii ? 1 : first(text).bytes.size());
  }
  return count;
}

std::uint32_t width(char32_t code) {
  if (among(combining, code)) return 0;
  return among(wide, code) ? 2 : 1;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first(text);
    text.remove_prefix(c.bytes.size());
    if (c.code == broken || is_control(c.code)) {
      out += "\xef\xbf\xbd";
    } else {
      out += c.bytes;
    }
  }
  return out;
}

}  // namespace lvsd::utf8
