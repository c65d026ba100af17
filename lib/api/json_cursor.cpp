#include "api/json_cursor.h"

#include "api/json_characters.h"
#include "base/utf8.h"

namespace lvsd::api {
namespace {

std::uint32_t hexadecimal(std::string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits)
    value = value * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  return value;
}

void append_utf8(std::string& out, std::uint32_t character) {
  const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (character < 0x80) return add(character);
  if (character < 0x800) {
    add(0xc0 | character >> 6);
  } else {
    if (character < 0x10000) {
      add(0xe0 | character >> 12);
    } else {
      add(0xf0 | character >> 18);
      add(0x80 | (character >> 12 & 0x3f));
    }
    add(0x80 | (character >> 6 & 0x3f));
  }
  add(0x80 | (character & 0x3f));
}

// What stands behind a backslash, which is skipped. REQUIRES: it was looked at by skip_escape().
void append_unescaped(std::string& out, std::string_view& rest) {
  const char c = rest.front();
  rest.remove_prefix(1);
  if (c != 'u') {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meant = "\b\f\n\r\t";
    const auto found = letters.find(c);
    out += found == letters.npos ? c : meant[found];
    return;
  }
  std::uint32_t character = hexadecimal(rest.substr(0, 4));
  rest.remove_prefix(4);
  if (character >= 0xd800 && character < 0xdc00) {  // the first half of a pair: \uD83D\uDE00
    character = 0x10000 + ((character & 0x3ff) << 10) + (hexadecimal(rest.substr(2, 4)) & 0x3ff);
    rest.remove_prefix(6);
  }
  append_utf8(out, character);
}

std::string unescaped(std::string_view rest) {
  std::string out;
  out.reserve(rest.size());
  for (;;) {
    const auto escape = rest.find('\\');
    out += rest.substr(0, escape);
    if (escape == rest.npos) return out;
    rest.remove_prefix(escape + 1);
    append_unescaped(out, rest);
  }
}

bool is_hexadecimal(std::string_view four) {
  return four.size() == 4 && four.find_first_not_of("0123456789abcdefABCDEF") == four.npos;
}

}  // namespace

JsonKind JsonCursor::kind() {
  skip_blanks();
  if (broken_) return JsonKind::none;
  switch (at_ < text_.size() ? text_[at_] : '\0') {
    case '"':
      return JsonKind::text;
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::list;
    case 't':
    case 'f':
      return JsonKind::truth;
    case 'n':
      return JsonKind::null;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return JsonKind::number;
    default:
      fail();
      return JsonKind::none;
  }
}

std::string JsonCursor::take_text() {
  const std::size_t begin = at_ + 1;
  if (!skip_text()) return {};
  const std::string_view inside = text_.substr(begin, at_ - begin - 1);
  if (inside.find('\\') == inside.npos) return std::string(inside);
  return unescaped(inside);
}

std::string_view JsonCursor::take_literal() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_of_literal(text_[at_]))
    ++at_;
  const std::string_view literal = text_.substr(begin, at_ - begin);
  if (is_literal(literal)) return literal;
  at_ = begin;
  fail();
  return {};
}

// Depth is bounded, so what is inside is skipped by going into it.
void JsonCursor::skip() {
  switch (kind()) {
    case JsonKind::none:
      return;
    case JsonKind::text:
      skip_text();
      return;
    case JsonKind::number:
    case JsonKind::truth:
    case JsonKind::null:
      take_literal();
      return;
    case JsonKind::object: {
      enter();
      std::string key;
      while (next_member(key))
        skip();
      return;
    }
    case JsonKind::list:
      enter();
      while (next_item())
        skip();
      return;
  }
}

void JsonCursor::enter() {
  if (++level_ > depth_) {
    fail();
    return;
  }
  ++at_;
  is_first_ = true;
}

bool JsonCursor::next_member(std::string& key) {
  if (!next('}')) return false;
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != '"') return fail();
  key = take_text();
  skip_blanks();
  if (broken_ || at_ >= text_.size() || text_[at_] != ':') return fail();
  ++at_;
  return true;
}

bool JsonCursor::next_item() {
  return next(']');
}

// Past the comma, or the end.
bool JsonCursor::next(char closing) {
  skip_blanks();
  if (broken_ || at_ >= text_.size()) return fail();
  if (text_[at_] == closing) {
    ++at_;
    --level_;
    is_first_ = false;  // of what is around it one is passed now
    return false;
  }
  if (is_first_) {
    is_first_ = false;
    return true;
  }
  if (text_[at_] != ',') return fail();
  ++at_;
  return true;
}

void JsonCursor::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_]))
    ++at_;
}

bool JsonCursor::skip_text() {
  ++at_;
  while (at_ < text_.size()) {
    while (at_ < text_.size() && is_plain(text_[at_]))
      ++at_;
    if (at_ >= text_.size()) break;
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      if (!skip_escape()) return fail();
    } else if (c == 0x7f) {
      ++at_;
    } else {
      std::string_view rest = text_.substr(at_);
      if (c < 0x20 || !next_character(rest)) return fail();
      at_ = text_.size() - rest.size();
    }
  }
  return fail();
}

// At a backslash. Halves of a pair that stand alone are no characters.
bool JsonCursor::skip_escape() {
  const std::string_view escape = text_.substr(at_ + 1);
  if (escape.empty()) return false;
  if (escape.front() != 'u') {
    at_ += 2;
    return std::string_view("\"\\/bfnrt").find(escape.front()) != std::string_view::npos;
  }
  if (!is_hexadecimal(escape.substr(1, 4))) return false;
  at_ += 6;
  const std::uint32_t first = hexadecimal(escape.substr(1, 4));
  if (first < 0xd800 || first > 0xdfff) return true;
  if (first > 0xdbff || !escape.substr(5).starts_with("\\u")) return false;
  if (!is_hexadecimal(escape.substr(7, 4))) return false;
  at_ += 6;
  const std::uint32_t second = hexadecimal(escape.substr(7, 4));
  return second >= 0xdc00 && second <= 0xdfff;
}

bool JsonCursor::is_over() {
  skip_blanks();
  if (!broken_ && at_ == text_.size()) return true;
  fail();
  return false;
}

bool JsonCursor::fail() {
  if (broken_) return false;
  broken_ = true;
  text_ = text_.substr(0, at_);  // nothing comes any more
  return false;
}

std::string JsonCursor::fault() const {
  if (level_ > depth_) return "nested deeper than " + std::to_string(depth_) + " levels";
  return "not JSON from byte " + std::to_string(at_) + " on";
}

}  // namespace lvsd::api
