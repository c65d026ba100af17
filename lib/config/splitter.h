#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lvsd {

// Cuts a line into statements and braces by keepalived's plain rules: words end at blanks, braces
// and double quotes; a double quote starts a word that runs to the next one.
class Splitter {
 public:
  enum class Kind : std::uint8_t {
    statement,
    open,
    close,
    include,  // with its pattern, which may hold braces and quotes
    live,     // what is left of the line holds a dollar or a backslash: it wants expansion first
    end,      // of the line
  };

  struct Oddity {
    enum class Kind : std::uint8_t { unterminated_quote, wide_blank };
    Kind kind;
    std::string_view where;
  };

  // `wide_blanks`: no-break and ideographic spaces separate words (keepalived takes them as text).
  explicit Splitter(bool wide_blanks) : wide_blanks_(wide_blanks) {}

  // From `at` on. REQUIRES: text outlives the use of words. With `raw` the line stands as it is in
  // the file: comments end it, and what wants expansion is told.
  void start(std::string_view text, std::size_t at, bool raw);

  Kind next();

  // Of the last statement.
  const std::vector<std::string_view>& words() const { return words_; }
  // The text of the last statement, brace or include.
  std::string_view text() const { return item_; }
  // What is left of the line.
  std::string_view rest() const { return text_.substr(at_); }

  // Found in this line so far.
  const std::optional<Oddity>& oddity() const { return oddity_; }

 private:
  Kind brace();
  Kind statement(std::size_t begin);
  bool skip_blanks();
  bool take_word();
  bool take_quoted();
  bool takes_include(std::size_t begin);
  std::size_t blank_length(std::size_t at);  // of a wide blank that separates; else 0

  bool wide_blanks_;
  bool raw_ = false;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view item_;
  std::vector<std::string_view> words_;
  std::optional<Oddity> oddity_;
};

}  // namespace lvsd
