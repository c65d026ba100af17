#include "config/source.h"

#include <algorithm>
#include <utility>

#include "config/characters.h"
#include "config/utf8.h"

namespace lvsd {

namespace {

constexpr std::size_t bytes_per_mark = 4096;

}  // namespace

std::uint32_t Sources::add(std::string name, std::string text, Span included_from) {
  files_.push_back(File{std::move(name), std::move(text), included_from, {}});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::vector<std::string> Sources::names() const {
  std::vector<std::string> out;
  for (const File& file : files_)
    out.push_back(file.name);
  return out;
}

const std::vector<std::uint32_t>& Sources::marks(const File& file) {
  if (!file.marks.empty()) return file.marks;
  std::uint32_t ends = 0;
  for (std::size_t at = 0; at <= file.text.size(); at += bytes_per_mark) {
    file.marks.push_back(ends);
    const std::string_view piece = std::string_view(file.text).substr(at, bytes_per_mark);
    ends += static_cast<std::uint32_t>(std::count(piece.begin(), piece.end(), '\n'));
  }
  return file.marks;
}

std::uint32_t Sources::line(Span span) const {
  const File& file = files_[span.file];
  const std::size_t mark = span.offset / bytes_per_mark;
  const auto from = file.text.begin() + static_cast<std::ptrdiff_t>(mark * bytes_per_mark);
  const auto to = file.text.begin() + span.offset;
  return marks(file)[mark] + static_cast<std::uint32_t>(std::count(from, to, '\n')) + 1;
}

std::size_t Sources::line_start(const File& file, std::uint32_t offset) {
  if (offset == 0) return 0;
  const std::size_t newline = file.text.rfind('\n', offset - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

// Behind the last line end before line `line`: from the last mark that has fewer line ends.
std::size_t Sources::line_offset(const File& file, std::uint32_t line) {
  if (line == 1) return 0;
  const auto& known = marks(file);
  const auto after = std::lower_bound(known.begin(), known.end(), line - 1);
  const auto mark = static_cast<std::size_t>(after - known.begin() - 1);
  std::size_t at = mark * bytes_per_mark;
  for (std::uint32_t left = line - 1 - known[mark]; left > 0; --left)
    at = file.text.find('\n', at) + 1;
  return at;
}

Span Sources::first_word(std::uint32_t file, std::uint32_t line) const {
  const auto offset = static_cast<std::uint32_t>(line_offset(files_[file], line));
  // Not the whole line, which may hold everything.
  const std::string_view text = std::string_view(files_[file].text).substr(offset);
  const std::size_t begin = indentation(text);
  const std::size_t end = std::min(text.find_first_of(" \t\r\n{", begin), text.size());
  return Span{file, offset + static_cast<std::uint32_t>(begin),
              static_cast<std::uint32_t>(end - begin)};
}

std::string_view Sources::line_text(Span span) const {
  const File& file = files_[span.file];
  const std::string_view rest = std::string_view(file.text).substr(line_start(file, span.offset));
  std::string_view text = rest.substr(0, rest.find('\n'));
  while (!text.empty() && text.back() == '\r')
    text.remove_suffix(1);
  return text;
}

Where Sources::where(Span span) const {
  if (!span.known()) return {};
  const File& file = files_[span.file];
  if (span.is_whole()) return Where{.file = file.name};
  const std::string_view whole = line_text(span);
  const std::size_t before =
      std::min<std::size_t>(span.offset - line_start(file, span.offset), whole.size());
  return Where{.file = file.name,
               .line = line(span),
               .column = utf8::length(whole.substr(0, before)) + 1,
               .length = utf8::length(whole.substr(before, span.length))};
}

std::vector<Where> Sources::include_stack(Span span) const {
  std::vector<Where> out;
  if (!span.known()) return out;
  for (Span from = files_[span.file].included_from; from.known();
       from = files_[from.file].included_from)
    out.push_back(where(from));
  return out;
}

}  // namespace lvsd
