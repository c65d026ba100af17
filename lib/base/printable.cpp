#include "base/printable.h"

namespace lvsd {

namespace {

constexpr std::string_view ellipsis = "...";

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
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
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return std::string(1, c);
  return {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
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

}  // namespace lvsd
