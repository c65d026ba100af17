#include "config/utf8.h"

#include <array>

namespace lvsd::utf8 {

namespace {

constexpr char32_t broken = 0xfffd;

// Bytes of the sequence that starts with `lead`; 0: not a lead byte.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool in_code_space(char32_t code, std::size_t bytes) {
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code >= least[bytes] && code <= 0x10ffff && !surrogate;
}

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
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t bytes = sequence_length(lead);
  if (bytes == 1) return {lead, text.substr(0, 1)};
  if (bytes == 0 || bytes > text.size()) return {broken, text.substr(0, 1)};

  char32_t code = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {broken, text.substr(0, 1)};
    code = (code << 6) | (next & 0x3fU);
  }
  if (!in_code_space(code, bytes)) return {broken, text.substr(0, 1)};
  return {code, text.substr(0, bytes)};
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
  for (; !text.empty(); ++count)
    text.remove_prefix(first(text).bytes.size());
  return count;
}

std::uint32_t width(char32_t code) {
  if (among(combining, code)) return 0;
  return among(wide, code) ? 2 : 1;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const Character& c : characters(text)) {
    if (c.code == broken || is_control(c.code)) {
      out += "\xef\xbf\xbd";
    } else {
      out += c.bytes;
    }
  }
  return out;
}

}  // namespace lvsd::utf8
