#include "config/arguments.h"

#include <utility>

#include "base/parse_number.h"
#include "config/characters.h"
#include "config/quoting.h"
#include "config/scan.h"

namespace lvsd {

Arguments::Arguments(const Keyword& keyword, const Reader& reader, Problems& problems)
    : keyword_(keyword),
      reader_(reader),
      problems_(problems),
      words_(reader.statement().words.subspan(1)) {
  read_all();
  // keepalived looks at nothing that stands behind a flag.
  if (!usable_ && keyword.excess_ignored && problems.lenient()) {
    usable_ = true;
    values_[0] = {};
  }
}

void Arguments::read_all() {
  std::size_t at = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Argument& expected = keyword_.arguments[i];
    if (expected.kind == ArgumentKind::none) break;
    if (at == words_.size()) {
      if (expected.optional) return;
      report_missing(expected);
      usable_ = false;
      return;
    }
    if (expected.kind == ArgumentKind::words) return;
    if (expected.kind == ArgumentKind::script) {
      usable_ = read_script();
      return;
    }
    if (expected.kind == ArgumentKind::pattern) {
      usable_ = read_pattern();
      return;
    }
    if (!read(expected, words_[at], values_[i])) {
      usable_ = false;
      return;
    }
    ++at;
  }
  if (at != words_.size()) report_extra(words_[at]);
}

// Not told where a quote that is not closed has swallowed it.
void Arguments::report_missing(const Argument& expected) {
  if (reader_.line_is_cut() && !problems_.lenient()) return;
  const bool is_told_by_usage = expected.kind == ArgumentKind::words;
  problems_.report(
      Code::missing_argument, reader_.span(),
      quoted(keyword()) + " needs " + (is_told_by_usage ? "an argument" : text(expected)),
      "usage: " + usage(keyword_));
}

void Arguments::report_extra(std::string_view word) {
  refuse(Code::extra_argument, word, "unexpected " + quoted(word), "usage: " + usage(keyword_));
}

// keepalived splits scripts twice: quotes first, which gives the program with its arguments and
// perhaps a user and a group; then the program's words with quotes and escapes.
bool Arguments::read_script() {
  const std::string_view raw = reader_.statement().raw;
  const QuotedWords outer = rich_words(raw, false);
  if (outer.unterminated)
    problems_.report(Code::unterminated_quote, reader_.span(outer.pieces.back()),
                     "the quote is not closed on this line");
  if (outer.words.size() < 2) return false;
  script_.emplace();
  QuotedWords inner = rich_words(outer.words[1], true);
  if (inner.unterminated)
    problems_.report(Code::unterminated_quote, reader_.span(outer.pieces[1]),
                     "a quote within the program's words is not closed");
  script_->argv = std::move(inner.words);
  const bool has_user = keyword_.script_user;
  std::size_t used = 2;
  for (std::string* const name : {&script_->user, &script_->group}) {
    if (!has_user || used == outer.words.size()) break;
    *name = outer.words[used];
    if (name->empty() || name->find('"') != name->npos)
      return refuse(Code::bad_argument, outer.pieces[used],
                    quoted(*name) + " is no name of a user or group");
    ++used;
  }
  if (script_->argv.empty())
    return refuse(Code::bad_argument, words_[0], "the program's name is empty");
  if (used == outer.words.size()) return true;
  // Stance: what keepalived drops silently are arguments.
  const bool plain = outer.pieces[1].find_first_of("\"'") == std::string_view::npos;
  if (!has_user && plain) {
    problems_.report(Code::keepalived_differs, reader_.span(outer.pieces[2]),
                     "taken as an argument of the program; keepalived drops it",
                     "put the program and its arguments in one pair of quotes");
    for (; used < outer.words.size(); ++used)
      script_->argv.push_back(outer.words[used]);
    return true;
  }
  refuse(Code::extra_argument, outer.pieces[used], "unexpected " + quoted(outer.words[used]),
         "put the program and its arguments in one pair of quotes");
  return true;
}

bool Arguments::read_pattern() {
  const QuotedWords words = rich_words(reader_.statement().raw, true);
  if (words.unterminated)
    problems_.report(Code::unterminated_quote, reader_.span(words.pieces.back()),
                     "the quote is not closed on this line");
  if (words.words.size() < 2 || words.words[1].empty())
    return refuse(Code::bad_argument, words_[0], "the pattern is empty");
  script_.emplace();
  script_->argv = {words.words[1]};
  if (words.words.size() > 2)
    refuse(Code::extra_argument, words.pieces[2], "unexpected " + quoted(words.words[2]),
           "put a pattern with blanks in quotes");
  return true;
}

bool Arguments::refuse(Code code, std::string_view word, std::string why, std::string hint) {
  problems_.report(code, reader_.span(word), std::move(why), std::move(hint));
  return false;
}

bool Arguments::read(const Argument& expected, std::string_view word, Value& value) {
  value.word = word;
  value.given = true;
  switch (expected.kind) {
    case ArgumentKind::number:
    case ArgumentKind::port:
      return read_number(expected, word, value);
    case ArgumentKind::time:
      return read_time(expected, word, value);
    case ArgumentKind::boolean:
      return read_boolean(word, value);
    case ArgumentKind::choice:
      return read_choice(expected, word);
    case ArgumentKind::address:
      if (const auto address = parse_address(word)) {
        value.address = *address;
        return true;
      }
      return refuse(Code::bad_argument, word, quoted(word) + " is not an IP address",
                    address_hint(word));
    case ArgumentKind::word:
      return !word.empty() ||
             refuse(Code::bad_argument, word, quoted(keyword()) + " cannot be empty");
    case ArgumentKind::none:
    case ArgumentKind::script:
    case ArgumentKind::pattern:
    case ArgumentKind::words:
      return true;
  }
  return true;
}

// A suffix is never overlooked, as keepalived does, but where nothing comes of the value.
Code Arguments::suffix_code() const {
  return keyword_.effect == Effect::inert ? Code::bad_argument : Code::number_suffix;
}

bool Arguments::read_number(const Argument& expected, std::string_view word, Value& value) {
  const NumberScan scanned = scan_number(trimmed(word));
  if (scanned.outcome == NumberScan::Outcome::not_a_number)
    return refuse(Code::bad_argument, word, quoted(word) + " is not a number",
                  "expected " + text(expected));
  const bool in_range = scanned.outcome != NumberScan::Outcome::too_large &&
                        scanned.value >= expected.least && scanned.value <= expected.most;
  if (!in_range)
    return refuse(Code::out_of_range, word, std::string(word) + " is out of range",
                  "expected " + text(expected));
  if (scanned.outcome == NumberScan::Outcome::suffix)
    return refuse(suffix_code(), word, "something follows the number in " + quoted(word),
                  "expected " + text(expected));
  value.number = scanned.value;
  return true;
}

bool Arguments::read_time(const Argument& expected, std::string_view word, Value& value) {
  const TimeScan scanned = scan_time(trimmed(word));
  switch (scanned.outcome) {
    case TimeScan::Outcome::not_a_time:
      return refuse(Code::bad_argument, word, quoted(word) + " is not a time",
                    "expected " + text(expected));
    case TimeScan::Outcome::suffix:
      return refuse(suffix_code(), word, quoted(word) + " is not a time",
                    "units are ms, s, m, h and d");
    case TimeScan::Outcome::too_large:
      break;
    case TimeScan::Outcome::time:
      if (scanned.microseconds < expected.least || scanned.microseconds > expected.most) break;
      if (scanned.unit && problems_.lenient())
        problems_.report(Code::keepalived_differs, reader_.span(word),
                         quoted(word) + " is taken as it reads; keepalived knows no units");
      value.number = scanned.microseconds;
      return true;
  }
  return refuse(Code::out_of_range, word, std::string(word) + " is out of range",
                "expected " + text(expected));
}

bool Arguments::read_boolean(std::string_view word, Value& value) {
  const auto truth = scan_boolean(word);
  if (!truth)
    return refuse(Code::bad_argument, word, quoted(word) + " is neither yes nor no",
                  "expected on, true or yes, or off, false or no");
  value.number = *truth ? 1 : 0;
  return true;
}

bool Arguments::read_choice(const Argument& expected, std::string_view word) {
  if (among(expected.choices, word, expected.any_case)) return true;
  const auto near = nearest(word, expected.choices);
  std::string hint =
      near.empty() ? "expected " + text(expected) : "did you mean " + quoted(near) + "?";
  if (among(expected.choices, word, true))
    hint = "capital and small letters count: " + text(expected);
  return refuse(Code::bad_argument, word, quoted(word) + " is not known here", std::move(hint));
}

}  // namespace lvsd
