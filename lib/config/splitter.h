#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace lvsd {

// Cuts one line into statements and braces by keepalived's plain rules: words end at blanks,
// braces and double quotes; a double quote starts a word that runs to the next one.
class Splitter {
 public:
  enum class Kind : std::uint8_t { statement, open, close, include, end };

  struct Item {
    Kind kind = Kind::end;
    std::uint32_t first_word = 0;  // of a statement, into words()
    std::uint32_t words = 0;
    std::string_view raw;  // the statement's text, the brace, or the include with its pattern
  };

  enum class Outcome : std::uint8_t {
    split,
    live,  // the line holds a dollar or a backslash: it wants expansion first. Nothing was split
  };

  struct Oddity {
    enum class Kind : std::uint8_t { unterminated_quote, nul, wide_blank };
    Kind kind;
    std::string_view where;
  };

  // `wide_blanks`: no-break and ideographic spaces separate words (keepalived takes them as text).
  explicit Splitter(bool wide_blanks) : wide_blanks_(wide_blanks) {}

  // REQUIRES: text outlives the use of items and words. With `raw` the line stands as it is in the
  // file: comments end it, and what wants expansion is told.
  Outcome split(std::string_view text, bool raw);

  const std::vector<Item>& items() const { return items_; }
  const std::vector<std::string_view>& words() const { return words_; }
  const std::vector<Oddity>& oddities() const { return oddities_; }

 private:
  std::size_t word(std::size_t at);
  std::size_t quoted(std::size_t at);
  std::size_t blank_length(std::size_t at);  // of a wide blank that separates; else 0
  void add_word(std::string_view word, std::size_t raw_from, std::size_t raw_to);
  void finish_statement();
  bool take_include(std::size_t at);

  bool wide_blanks_;
  bool raw_ = false;
  std::string_view text_;
  std::vector<Item> items_;
  std::vector<std::string_view> words_;
  std::vector<Oddity> oddities_;
  bool in_statement_ = false;
};

}  // namespace lvsd
