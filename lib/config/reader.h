#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/definitions.h"
#include "config/lines.h"
#include "config/load.h"
#include "config/problems.h"
#include "config/splitter.h"
#include "config/statement.h"
#include "model/origin.h"

namespace lvsd {

// Reads files into statements and braces: comments, quotes, definitions, conditionals, sequences
// and includes are gone from what it gives. One line at a time; nothing of a file is kept but its
// text.
class Reader {
 public:
  enum class Kind : std::uint8_t { statement, open, close, end };

  Reader(Sources& sources, const Files& files, const LoadOptions& options, Problems& problems);

  // REQUIRES: called once, first. False: the file cannot be read, and that is reported.
  bool open(const std::string& path);

  Kind next();
  // The next call of `next` gives the same item again.
  void unread() { unread_ = true; }

  // REQUIRES: `next` gave a statement, and was not called since.
  const Statement& statement() const { return statement_; }
  // Where the present item stands: the first word of a statement, or the brace.
  Span span() const;
  Origin origin() const { return {line_.file, line_.number}; }
  // Where a word, or a part of one, of the present statement stands. REQUIRES: it points into it.
  Span span(std::string_view piece) const;

  // The present line ends in a quote that is not closed.
  bool line_is_cut() const;

  Definitions& definitions() { return definitions_; }
  IncludeCheck& include_check() { return lines_.check; }

 private:
  Kind advance();
  bool next_line();
  void take(RawLine line);
  void take_nothing() { splitter_.start({}, 0, true); }
  bool condition_holds(RawLine& line);
  bool take_definition(const RawLine& line);
  bool report_spaced_definition(const RawLine& line);
  void take_more_of_definition(const RawLine& line);
  void expand_rest();
  void report_oddity();
  bool within_limits(const RawLine& line);

  void include(std::string_view statement);
  std::vector<std::string> matches(const std::string& pattern, const IncludeCheck& demands,
                                   Span where);
  void report_unmatched(const std::string& pattern, bool of_braces, const IncludeCheck& demands,
                        Span where);

  Sources& sources_;
  const Files& files_;
  const LoadOptions& options_;
  Problems& problems_;
  Definitions definitions_;
  Lines lines_;
  Splitter splitter_;

  std::size_t made_bytes_ = 0;  // by definitions
  std::size_t made_references_ = 0;
  bool told_of_wide_blanks_ = false;

  // A definition of several lines that is being read; no name: none.
  std::string defining_;
  Definition definition_;

  // The present line; `expanded_` is used where it differs from what stands in the file.
  RawLine line_;
  ExpandedLine expanded_;
  bool is_expanded_ = false;
  bool told_of_oddity_ = false;  // in this line

  Kind kind_ = Kind::end;
  Statement statement_;
  bool unread_ = false;
};

}  // namespace lvsd
