#include "base/printable.h"

#include "base/utf8.h"

namespace lvsd {

namespace {

constexpr std::string_view ellipsis = "...";

std::string hexadecimal(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
}

std::string escaped(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\\':
      return "\\\\";
  }
  const bool is_shown = c >= 0x20 && c < 0x7f;
  return is_shown ? std::string(1, c) : hexadecimal(c);
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t most) {
  std::string out;
  std::size_t fits = 0;  // what can stand in front of an ellipsis
  for (const char c : bytes) {
    out += escaped(c);
    if (out.size() + ellipsis.size() <= most) fits = out.size();
    if (out.size() > most) {
      out.resize(fits);
      return out.append(ellipsis);
    }
  }
  return out;
}

std::string printable_line(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  while (!line.empty()) {
    const std::string_view rest = line;
    const auto character = next_character(line);
    const std::string_view bytes = rest.substr(0, rest.size() - line.size());
    const bool is_shown =
        character && *character >= 0x20 && (*character < 0x7f || *character > 0x9f);
    if (is_shown) {
      out += bytes;
    } else {
      for (const char c : bytes)
        out += hexadecimal(c);
    }
  }
  return out;
}

}  // namespace lvsd
