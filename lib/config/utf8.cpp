#include "config/utf8.h"

#include "base/utf8.h"

namespace lvsd::utf8 {

namespace {

constexpr char32_t broken = 0xfffd;

bool is_replaced(char32_t code) {
  return code == broken || (steers(code) && code != '\t');
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
  return is_replaced(code) ? 1 : columns(code);
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = first(text);
    text.remove_prefix(c.bytes.size());
    out += is_replaced(c.code) ? "\xef\xbf\xbd" : c.bytes;
  }
  return out;
}

}  // namespace lvsd::utf8
