#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lvsd {

// keepalived's rich quoting, for scripts and regular expressions, and both ways of writing words so
// that they are read back as they were.

struct QuotedWords {
  std::vector<std::string> words;
  std::vector<std::string_view> pieces;  // where each stands in the text, quotes included
  bool unterminated = false;
};

// Single and double quotes, adjacent pieces joined. With `escapes` also backslashes, within quotes
// as well: \a \b \E \f \n \r \t \v, \nnn octal, \xHH, \cX, any other character for itself.
QuotedWords rich_words(std::string_view text, bool escapes);

// As a plain word: in double quotes where blanks, braces or comment characters ask for it. Nothing
// escapes a double quote or a line break there; a plain word that was read has none.
std::string plain_word(const std::string& word);

// As a rich word, in `quote`s (' within a script) where it holds more than letters, digits and the
// like. What would end it or be replaced, and what cannot be seen, is written in octal.
std::string rich_word(const std::string& word, char quote = '"');

}  // namespace lvsd
