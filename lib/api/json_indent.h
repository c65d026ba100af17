#pragma once

// JSON over several lines, made while it comes: lvsctl shows 40 MB of servers without ever having
// all of them.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"

namespace lvsd::api {

// Keeps unknown fields and the order of all, and lets no byte through that a terminal would obey.
class Indenter {
 public:
  explicit Indenter(const JsonLimits& limits = {}) : limits_(limits) {}

  // Appends to `out` what the next bytes of the body are, indented; a word or a character that is
  // cut in two waits for its rest. False: what came is not JSON, or more than the limits; nothing
  // may follow.
  bool take(std::string_view piece, std::string& out);
  // The body ends here. False: it is not whole.
  bool finish(std::string& out);
  Error error() const;

 private:
  // What may come next.
  enum class Next : std::uint8_t { value, first_item, first_key, key, colon, comma, nothing };

  bool take_one(std::string_view& rest, std::string& out);
  bool take_inside(std::string_view& rest, std::string& out);
  bool take_escaped(char c, std::string& out);
  bool take_wide(char c, std::string& out);
  bool take_literal(std::string& out);
  bool begin_value(std::string& out);
  bool begin_text(std::string& out);
  bool open(char bracket, std::string& out);
  bool close(char bracket, std::string& out);
  void end_value();
  void new_line(std::string& out) const;
  bool fail(std::string_view why);

  JsonLimits limits_;
  std::string_view why_;  // it failed; empty: it did not
  std::size_t taken_ = 0;
  Next next_ = Next::value;
  std::vector<char> open_;    // brackets
  std::string literal_;       // a number, true, false or null, as far as it came
  std::string wide_;          // a character of several bytes, as far as it came
  bool in_text_ = false;      // between quotes
  bool is_key_ = false;       // of a text
  bool escaped_ = false;      // behind a backslash
  std::size_t hex_left_ = 0;  // digits of \u that are still to come
};

}  // namespace lvsd::api
