#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "config/keywords.h"
#include "config/problems.h"
#include "config/reader.h"
#include "model/address.h"
#include "model/check.h"
#include "model/time.h"

namespace lvsd {

// What stands behind a keyword, read as its row says.
class Arguments {
 public:
  // Reads the reader's present statement. Reports what is wrong; `usable` is false when nothing
  // can be made of it and the statement is to be left out.
  Arguments(const Keyword& keyword, const Reader& reader, Problems& problems);
  bool usable() const { return usable_; }

  bool has(std::size_t i) const { return values_[i].given; }
  std::string_view word(std::size_t i) const { return values_[i].word; }
  template <class T = std::int64_t>
  T number(std::size_t i) const {
    return static_cast<T>(values_[i].number);
  }
  Duration time(std::size_t i) const { return Duration(values_[i].number); }
  bool flag(std::size_t i, bool otherwise) const {
    return has(i) ? values_[i].number != 0 : otherwise;
  }
  const Address& address(std::size_t i) const { return values_[i].address; }
  // 0 when it is not given.
  std::uint16_t port(std::size_t i) const { return number<std::uint16_t>(i); }

  // Of keywords that take one.
  const Script& script() const { return *script_; }
  const std::string& pattern() const { return script_->argv.front(); }

  // As written, which may be an old spelling.
  std::string_view keyword() const { return reader_.statement().keyword(); }
  // Everything behind the keyword.
  std::span<const std::string_view> words() const { return words_; }
  Span where(std::string_view word) const { return reader_.span(word); }
  Span where() const { return reader_.span(); }
  Origin origin() const { return reader_.origin(); }

 private:
  struct Value {
    std::string_view word;
    std::int64_t number = 0;
    Address address;
    bool given = false;
  };

  bool read(const Argument& expected, std::string_view word, Value& value);
  bool read_number(const Argument& expected, std::string_view word, Value& value);
  bool read_time(const Argument& expected, std::string_view word, Value& value);
  bool read_boolean(std::string_view word, Value& value);
  bool read_choice(const Argument& expected, std::string_view word);
  void read_all();
  bool read_script();
  bool read_pattern();
  Code suffix_code() const;
  void report_missing(const Argument& expected);
  void report_extra(std::string_view word);
  bool refuse(Code code, std::string_view word, std::string why, std::string hint = {});

  const Keyword& keyword_;
  const Reader& reader_;
  Problems& problems_;
  std::span<const std::string_view> words_;
  std::array<Value, 3> values_;
  std::optional<Script> script_;  // a pattern is kept as its only word
  bool usable_ = true;
};

}  // namespace lvsd
