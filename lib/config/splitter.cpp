#include "config/splitter.h"

#include "config/characters.h"
#include "config/definitions.h"
#include "config/include.h"

namespace lvsd {

Splitter::Outcome Splitter::split(std::string_view text, bool raw) {
  text_ = text;
  raw_ = raw;
  items_.clear();
  words_.clear();
  oddities_.clear();
  in_statement_ = false;

  std::size_t at = 0;
  while (at < text.size()) {
    switch (character_class(text[at])) {
      case CharacterClass::blank:
        ++at;
        break;
      case CharacterClass::comment:
        if (raw)
          at = text.size();
        else
          at = word(at);
        break;
      case CharacterClass::brace:
        finish_statement();
        items_.push_back({text[at] == '{' ? Kind::open : Kind::close, 0, 0, text.substr(at, 1)});
        ++at;
        break;
      case CharacterClass::quote:
        at = quoted(at);
        if (at == text.npos) return Outcome::live;
        break;
      case CharacterClass::live:
        if (raw) return Outcome::live;
        at = word(at);
        break;
      case CharacterClass::nul:
        oddities_ = {{Oddity::Kind::nul, text.substr(at, 1)}};
        items_.clear();
        return Outcome::split;
      case CharacterClass::wide:
        if (const std::size_t blank = blank_length(at); blank != 0) {
          at += blank;
          break;
        }
        [[fallthrough]];
      case CharacterClass::ordinary: {
        const std::size_t begin = at;
        at = word(at);
        if (at == text.npos) return Outcome::live;
        if (items_.back().words == 1 && take_include(begin)) {
          const bool live = raw && items_.back().raw.find('$') != text.npos;
          return live ? Outcome::live : Outcome::split;
        }
        break;
      }
    }
  }
  finish_statement();
  return Outcome::split;
}

std::size_t Splitter::word(std::size_t at) {
  const std::size_t begin = at;
  for (++at; at < text_.size(); ++at) {
    const CharacterClass next = character_class(text_[at]);
    if (next == CharacterClass::ordinary) continue;
    if (next == CharacterClass::comment || next == CharacterClass::live) {
      if (!raw_) continue;
      if (next == CharacterClass::live) return text_.npos;
    }
    if (next == CharacterClass::wide && blank_length(at) == 0) continue;
    break;
  }
  add_word(text_.substr(begin, at - begin), begin, at);
  return at;
}

std::size_t Splitter::quoted(std::size_t at) {
  const std::size_t close = text_.find('"', at + 1);
  if (close == text_.npos) {
    // What follows is lost, as with keepalived.
    oddities_.push_back({Oddity::Kind::unterminated_quote, text_.substr(at)});
    return text_.size();
  }
  const std::string_view word = text_.substr(at + 1, close - at - 1);
  if (raw_ && word.find('$') != word.npos) return text_.npos;
  add_word(word, at, close + 1);
  return close + 1;
}

std::size_t Splitter::blank_length(std::size_t at) {
  const std::size_t length = wide_blank(text_.substr(at));
  if (length == 0) return 0;
  if (oddities_.empty()) oddities_.push_back({Oddity::Kind::wide_blank, text_.substr(at, length)});
  return wide_blanks_ ? length : 0;
}

void Splitter::add_word(std::string_view word, std::size_t raw_from, std::size_t raw_to) {
  if (!in_statement_) {
    items_.push_back({Kind::statement, static_cast<std::uint32_t>(words_.size()), 0, {}});
    in_statement_ = true;
  }
  Item& item = items_.back();
  const char* const begin = item.words == 0 ? text_.data() + raw_from : item.raw.data();
  item.raw = {begin, static_cast<std::size_t>(text_.data() + raw_to - begin)};
  words_.push_back(word);
  ++item.words;
}

void Splitter::finish_statement() {
  in_statement_ = false;
}

// The rest of the line is the pattern, braces and quotes included, up to a closing brace that
// belongs to a block around it.
bool Splitter::take_include(std::size_t at) {
  const std::string_view keyword = words_.back();
  const std::size_t end = at + keyword.size();
  if (!include_demands(keyword, {}) || end == text_.size() || !is_blank(text_[end])) return false;

  std::string_view rest = text_.substr(end);
  if (raw_) rest = rest.substr(0, length_without_comment(rest));
  int depth = 0;
  std::size_t length = 0;
  for (; length < rest.size(); ++length) {
    if (rest[length] == '{') ++depth;
    if (rest[length] == '}' && --depth < 0) break;
  }
  items_.back() = {Kind::include, 0, 0, text_.substr(at, keyword.size() + length)};
  return true;
}

}  // namespace lvsd
