#include "config/source.h"

#include <algorithm>
#include <utility>

#include "config/characters.h"
#include "config/utf8.h"

namespace lvsd {

namespace {

constexpr std::uint32_t lines_per_mark = 64;

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
  std::uint32_t line = 0;
  for (std::size_t at = 0; at != std::string::npos && at <= file.text.size(); ++line) {
    if (line % lines_per_mark == 0) file.marks.push_back(static_cast<std::uint32_t>(at));
    const std::size_t newline = file.text.find('\n', at);
    at = newline == std::string::npos ? newline : newline + 1;
  }
  return file.marks;
}

std::uint32_t Sources::line(Span span) const {
  const File& file = files_[span.file];
  const auto& known = marks(file);
  const auto mark = std::upper_bound(known.begin(), known.end(), span.offset) - 1;
  const auto from = file.text.begin() + *mark;
  const auto to = file.text.begin() + span.offset;
  return static_cast<std::uint32_t>((mark - known.begin()) * lines_per_mark +
                                    std::count(from, to, '\n') + 1);
}

std::size_t Sources::line_start(const File& file, std::uint32_t offset) {
  if (offset == 0) return 0;
  const std::size_t newline = file.text.rfind('\n', offset - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

Span Sources::first_word(std::uint32_t file, std::uint32_t line) const {
  const std::string& all = files_[file].text;
  const auto& known = marks(files_[file]);
  std::size_t start = known[(line - 1) / lines_per_mark];
  for (std::uint32_t i = (line - 1) % lines_per_mark; i > 0; --i)
    start = all.find('\n', start) + 1;
  const auto offset = static_cast<std::uint32_t>(start);
  const std::string_view text = line_text(Span{file, offset, 0});
  const std::size_t begin = indentation(text);
  const std::size_t end = std::min(text.find_first_of(" \t{", begin), text.size());
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
