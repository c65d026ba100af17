#include "config/splitter.h"

#include "config/characters.h"
#include "config/definitions.h"
#include "config/include.h"

namespace lvsd {

void Splitter::start(std::string_view text, std::size_t at, bool raw) {
  text_ = text;
  raw_ = raw;
  at_ = at;
  oddity_.reset();
}

Splitter::Kind Splitter::next() {
  if (!skip_blanks()) return Kind::end;
  if (character_class(text_[at_]) == CharacterClass::brace) return brace();
  return statement(at_);
}

Splitter::Kind Splitter::brace() {
  item_ = text_.substr(at_, 1);
  ++at_;
  return item_.front() == '{' ? Kind::open : Kind::close;
}

// False at the end of the line, or of what counts of it.
bool Splitter::skip_blanks() {
  while (at_ < text_.size()) {
    const CharacterClass next = character_class(text_[at_]);
    if (next == CharacterClass::blank) {
      ++at_;
    } else if (next == CharacterClass::comment && raw_) {
      at_ = text_.size();
    } else if (next == CharacterClass::wide && blank_length(at_) != 0) {
      at_ += blank_length(at_);
    } else {
      return true;
    }
  }
  return false;
}

// Words up to a brace or the end. Where one wants expansion, nothing is taken.
Splitter::Kind Splitter::statement(std::size_t begin) {
  words_.clear();
  std::size_t end = begin;
  do {
    const CharacterClass next = character_class(text_[at_]);
    if (next == CharacterClass::brace) break;
    const bool quoted = next == CharacterClass::quote;
    if (!(quoted ? take_quoted() : take_word())) {
      at_ = begin;
      return Kind::live;
    }
    if (words_.size() == 1 && !quoted && takes_include(begin)) {
      const bool live = raw_ && item_.find('$') != item_.npos;
      if (live) at_ = begin;
      return live ? Kind::live : Kind::include;
    }
    end = at_;
  } while (skip_blanks());
  item_ = text_.substr(begin, end - begin);
  return words_.empty() ? Kind::end : Kind::statement;
}

// False where the word wants expansion.
bool Splitter::take_word() {
  const std::string_view text = text_;
  std::size_t at = at_;
  if (raw_ && character_class(text[at]) == CharacterClass::live) return false;
  for (++at; at < text.size(); ++at) {
    const CharacterClass next = character_class(text[at]);
    if (next == CharacterClass::ordinary) continue;
    if (next == CharacterClass::live || next == CharacterClass::comment) {
      if (!raw_) continue;
      if (next == CharacterClass::live) return false;
    }
    if (next == CharacterClass::wide && blank_length(at) == 0) continue;
    break;
  }
  words_.push_back(text.substr(at_, at - at_));
  at_ = at;
  return true;
}

bool Splitter::take_quoted() {
  const std::size_t close = text_.find('"', at_ + 1);
  if (close == text_.npos) {
    // What follows is lost, as with keepalived.
    oddity_ = {Oddity::Kind::unterminated_quote, text_.substr(at_)};
    at_ = text_.size();
    return true;
  }
  const std::string_view word = text_.substr(at_ + 1, close - at_ - 1);
  if (raw_ && word.find('$') != word.npos) return false;
  words_.push_back(word);
  at_ = close + 1;
  return true;
}

std::size_t Splitter::blank_length(std::size_t at) {
  const std::size_t length = wide_blank(text_.substr(at));
  if (length == 0) return 0;
  if (!oddity_) oddity_ = {Oddity::Kind::wide_blank, text_.substr(at, length)};
  return wide_blanks_ ? length : 0;
}

// The rest of the line is the pattern, braces and quotes included, up to a closing brace that
// belongs to a block around it.
bool Splitter::takes_include(std::size_t begin) {
  const std::string_view keyword = words_.back();
  if (!keyword.starts_with('i') || at_ == text_.size() || !is_blank(text_[at_])) return false;
  if (!include_demands(keyword, {})) return false;

  std::string_view rest = text_.substr(at_);
  if (raw_) rest = rest.substr(0, length_without_comment(rest));
  int depth = 0;
  std::size_t length = 0;
  for (; length < rest.size(); ++length) {
    if (rest[length] == '{') ++depth;
    if (rest[length] == '}' && --depth < 0) break;
  }
  at_ += length;
  item_ = text_.substr(begin, at_ - begin);
  return true;
}

}  // namespace lvsd
