#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostic.h"

namespace lvsd {

// A stretch of a file by byte offset; small, resolved to line and column only when shown.
struct Span {
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t file = nowhere;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;

  bool known() const { return file != nowhere; }

  // The file as a whole.
  static Span whole(std::uint32_t file) { return Span{file, nowhere, 0}; }
  bool is_whole() const { return offset == nowhere; }
};

// The files of one load, kept whole until it ends. Words of the parser point into them.
class Sources {
 public:
  // `included_from` is where the include stands; nowhere for the main file. Returns its number.
  std::uint32_t add(std::string name, std::string text, Span included_from);

  std::string_view text(std::uint32_t file) const { return files_[file].text; }
  const std::string& name(std::uint32_t file) const { return files_[file].name; }
  // At the end; nothing points into it any more.
  std::string take_text(std::uint32_t file) { return std::move(files_[file].text); }
  std::size_t count() const { return files_.size(); }
  std::vector<std::string> names() const;

  std::uint32_t line(Span span) const;                            // from 1
  Span first_word(std::uint32_t file, std::uint32_t line) const;  // of a line
  Where where(Span span) const;
  std::string_view line_text(Span span) const;
  std::vector<Where> include_stack(Span span) const;

 private:
  struct File {
    std::string name;
    std::string text;
    Span included_from;
    // Line ends before every 4,096th byte, counted when first asked for: a table of all lines would
    // be as large as the Config.
    mutable std::vector<std::uint32_t> marks;
  };

  static const std::vector<std::uint32_t>& marks(const File& file);
  static std::size_t line_offset(const File& file, std::uint32_t line);
  static std::size_t line_start(const File& file, std::uint32_t offset);

  std::deque<File> files_;  // texts never move
};

}  // namespace lvsd
