#include "api/json_indent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/json_characters.h"
#include "base/utf8.h"

namespace lvsd::api {
namespace {

// Of a character that begins with that byte.
std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xf0) return 4;
  return byte >= 0xe0 ? 3 : 2;
}

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void append_escape(std::string& out, char32_t character) {
  out += fmt::format("\\u{:04x}", static_cast<unsigned>(character));
}

}  // namespace

bool Indenter::take(std::string_view piece, std::string& out) {
  taken_ += piece.size();
  if (taken_ > limits_.bytes) return fail("too long");
  while (!piece.empty()) {
    const bool good = in_text_ ? take_inside(piece, out) : take_one(piece, out);
    if (!good) return fail("not JSON");
  }
  return why_.empty();
}

bool Indenter::finish(std::string& out) {
  if (!literal_.empty() && !take_literal(out)) return fail("not JSON");
  return next_ == Next::nothing || fail("it ends in the middle");
}

Error Indenter::error() const {
  return Error{{}, std::string(why_)};
}

// Outside of texts.
bool Indenter::take_one(std::string_view& rest, std::string& out) {
  const char c = rest.front();
  if (is_of_literal(c)) {
    if (literal_.empty() && !begin_value(out)) return false;
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_of_literal);
    literal_.append(rest.begin(), end);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
    return true;
  }
  if (!literal_.empty() && !take_literal(out)) return false;
  rest.remove_prefix(1);
  if (is_blank(c)) return true;
  if (c == '"') return begin_text(out);
  if (c == '{' || c == '[') return open(c, out);
  if (c == '}' || c == ']') return close(c, out);
  if (c == ':' && next_ == Next::colon) {
    out += ": ";
    next_ = Next::value;
    return true;
  }
  if (c != ',' || next_ != Next::comma) return false;
  out += ',';
  new_line(out);
  next_ = open_.back() == '{' ? Next::key : Next::value;
  return true;
}

bool Indenter::take_literal(std::string& out) {
  const std::string word = std::exchange(literal_, {});
  if (!is_literal(word)) return false;
  out += word;
  end_value();
  return true;
}

// Whether one may stand here; the first of a list begins a line.
bool Indenter::begin_value(std::string& out) {
  if (next_ == Next::first_item) new_line(out);
  return next_ == Next::first_item || next_ == Next::value;
}

bool Indenter::begin_text(std::string& out) {
  is_key_ = next_ == Next::key || next_ == Next::first_key;
  if (next_ == Next::first_key) new_line(out);
  if (!is_key_ && !begin_value(out)) return false;
  out += '"';
  in_text_ = true;
  return true;
}

// An empty list or object stays on its line.
bool Indenter::open(char bracket, std::string& out) {
  if (!begin_value(out)) return false;
  if (open_.size() == limits_.depth) return fail("nested too deep");
  out += bracket;
  open_.push_back(bracket);
  next_ = bracket == '{' ? Next::first_key : Next::first_item;
  return true;
}

bool Indenter::close(char bracket, std::string& out) {
  const char opened = bracket == '}' ? '{' : '[';
  const Next if_empty = bracket == '}' ? Next::first_key : Next::first_item;
  if (open_.empty() || open_.back() != opened) return false;
  if (next_ != Next::comma && next_ != if_empty) return false;
  open_.pop_back();
  if (next_ == Next::comma) new_line(out);
  out += bracket;
  end_value();
  return true;
}

void Indenter::end_value() {
  next_ = open_.empty() ? Next::nothing : Next::comma;
}

void Indenter::new_line(std::string& out) const {
  out += '\n';
  out.append(2 * open_.size(), ' ');
}

bool Indenter::take_inside(std::string_view& rest, std::string& out) {
  const char c = rest.front();
  if (!wide_.empty() || escaped_ || hex_left_ != 0 || !is_plain(c)) {
    rest.remove_prefix(1);
    if (!wide_.empty()) return take_wide(c, out);
    return take_escaped(c, out);
  }
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_plain);
  out.append(rest.begin(), end);
  rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
  return true;
}

// What is not plain, or is part of an escape. DEL and the C1 controls are what JSON lets through
// unescaped and a terminal obeys.
bool Indenter::take_escaped(char c, std::string& out) {
  if (hex_left_ != 0) {
    --hex_left_;
    out += c;
    return is_hexadecimal(c);
  }
  if (std::exchange(escaped_, c == '\\' && !escaped_)) {
    out += c;
    if (c == 'u') hex_left_ = 4;
    return std::string_view("\"\\/bfnrtu").find(c) != std::string_view::npos;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return take_wide(c, out);
  if (byte == 0x7f) {
    append_escape(out, byte);
    return true;
  }
  if (byte < 0x20) return false;
  out += c;
  if (c != '"') return true;
  in_text_ = false;
  if (is_key_)
    next_ = Next::colon;
  else
    end_value();
  return true;
}

bool Indenter::take_wide(char c, std::string& out) {
  wide_ += c;
  if (wide_.size() < length_of(wide_.front())) return true;
  const std::string bytes = std::exchange(wide_, {});
  std::string_view rest = bytes;
  const auto character = next_character(rest);
  if (!character || !rest.empty()) return false;
  if (*character < 0xa0)
    append_escape(out, *character);
  else
    out += bytes;
  return true;
}

bool Indenter::fail(std::string_view why) {
  if (why_.empty()) why_ = why;
  return false;
}

Result<std::string> indented(std::string_view body, const JsonLimits& limits) {
  Indenter indenter(limits);
  std::string out;
  out.reserve(body.size() * 3 / 2);
  if (!indenter.take(body, out) || !indenter.finish(out)) return indenter.error();
  return out;
}

}  // namespace lvsd::api
