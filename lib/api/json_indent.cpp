#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/json_bounds.h"

// Works on the text, not on a tree of it: a list of 50,000 servers is 40 MB.

namespace lvsd::api {
namespace {

class Indenter {
 public:
  // REQUIRES: `body` is JSON.
  explicit Indenter(std::string_view body) : rest_(body) { out_.reserve(body.size() * 3 / 2); }

  std::string indented() && {
    while (skip_blanks())
      take(rest_.front());
    return std::move(out_);
  }

 private:
  // False at the end.
  bool skip_blanks() {
    const auto next = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(next, rest_.size()));
    return !rest_.empty();
  }

  void take(char c) {
    if (c == '"') return take_text();
    rest_.remove_prefix(1);
    if (c == '{' || c == '[') return open(c);
    if (c == '}' || c == ']') {
      --level_;
      new_line();
    }
    out_ += c;
    if (c == ',') new_line();
    if (c == ':') out_ += ' ';
  }

  // An empty list or object stays on its line.
  void open(char c) {
    out_ += c;
    skip_blanks();
    if (rest_.front() == '}' || rest_.front() == ']') {
      out_ += rest_.front();
      rest_.remove_prefix(1);
      return;
    }
    ++level_;
    new_line();
  }

  void new_line() {
    out_ += '\n';
    out_.append(2 * level_, ' ');
  }

  // DEL and the C1 controls (0xc2 0x80 to 0xc2 0x9f) are what JSON lets through unescaped and a
  // terminal obeys.
  void take_text() {
    copy(1);
    while (rest_.front() != '"') {
      copy(rest_.find_first_of("\"\\\x7f\xc2"));
      const auto second = static_cast<unsigned char>(rest_.size() > 1 ? rest_[1] : 0);
      if (rest_.front() == '\x7f')
        escape(0x7f, 1);
      else if (rest_.front() == '\xc2' && second < 0xa0)
        escape(second, 2);
      else if (rest_.front() != '"')
        copy(2);  // an escape, or a harmless character that begins with 0xc2
    }
    copy(1);
  }

  void copy(std::size_t bytes) {
    out_ += rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
  }
  void escape(unsigned character, std::size_t bytes) {
    out_ += fmt::format("\\u{:04x}", character);
    rest_.remove_prefix(bytes);
  }

  std::string_view rest_;
  std::string out_;
  std::size_t level_ = 0;
};

}  // namespace

Result<std::string> indented(std::string_view body, const JsonLimits& limits) {
  if (const auto excess = beyond(body, limits)) return *excess;
  if (!nlohmann::json::accept(body)) return Error{{}, "not JSON"};
  return Indenter(body).indented();
}

}  // namespace lvsd::api
