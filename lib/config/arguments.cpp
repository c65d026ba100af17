#include "config/arguments.h"

#include <utility>

#include "base/parse_number.h"
#include "config/characters.h"
#include "config/scan.h"

namespace lvsd {

namespace {

std::string quoted(std::string_view word) {
  return "'" + std::string(word) + "'";
}

}  // namespace

Arguments::Arguments(const Keyword& keyword, const Reader& reader, Problems& problems)
    : keyword_(keyword),
      reader_(reader),
      problems_(problems),
      words_(reader.statement().words.subspan(1)) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Argument& expected = keyword.arguments[i];
    if (expected.kind == ArgumentKind::none) break;
    if (expected.kind == ArgumentKind::words) {
      if (at == words_.size() && !expected.optional) break;
      at = words_.size();
      return;
    }
    if (at == words_.size()) {
      if (expected.optional) break;
      problems_.report(Code::missing_argument, reader.span(),
                       quoted(reader.statement().keyword()) + " needs " + text(expected),
                       "usage: " + usage(keyword));
      usable_ = false;
      return;
    }
    if (!read(expected, words_[at], values_[i])) {
      usable_ = false;
      return;
    }
    ++at;
  }
  if (at == words_.size()) return;
  refuse(Code::extra_argument, words_[at], "unexpected " + quoted(words_[at]),
         "usage: " + usage(keyword));
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
    case ArgumentKind::none:
    case ArgumentKind::word:
    case ArgumentKind::words:
      return true;
  }
  return true;
}

bool Arguments::read_number(const Argument& expected, std::string_view word, Value& value) {
  const NumberScan scanned = scan_number(trimmed(word));
  if (scanned.outcome == NumberScan::Outcome::not_a_number)
    return refuse(Code::bad_argument, word, quoted(word) + " is not a number",
                  "expected " + text(expected));
  if (scanned.outcome == NumberScan::Outcome::suffix)
    return refuse(Code::number_suffix, word, "something follows the number in " + quoted(word),
                  "expected " + text(expected));
  const bool fits = scanned.outcome == NumberScan::Outcome::number &&
                    scanned.value >= expected.least && scanned.value <= expected.most;
  if (!fits)
    return refuse(Code::out_of_range, word, std::string(word) + " is out of range",
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
      return refuse(Code::number_suffix, word, quoted(word) + " is not a time",
                    "units are ms, s, m, h and d");
    case TimeScan::Outcome::too_large:
      break;
    case TimeScan::Outcome::time:
      if (scanned.microseconds < expected.least || scanned.microseconds > expected.most) break;
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
  return refuse(Code::bad_argument, word, quoted(word) + " is not known here",
                near.empty() ? "expected " + text(expected) : "did you mean " + quoted(near) + "?");
}

}  // namespace lvsd
