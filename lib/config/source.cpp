#include "config/source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "config/characters.h"
#include "config/utf8.h"

namespace lvsd {

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

const std::vector<std::uint32_t>& Sources::line_starts(const File& file) const {
  if (!file.line_starts.empty()) return file.line_starts;
  file.line_starts.push_back(0);
  const char* const begin = file.text.data();
  const char* const end = begin + file.text.size();
  for (const char* at = begin; at != end;) {
    const void* const newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (newline == nullptr) break;
    at = static_cast<const char*>(newline) + 1;
    file.line_starts.push_back(static_cast<std::uint32_t>(at - begin));
  }
  return file.line_starts;
}

std::uint32_t Sources::line(Span span) const {
  const auto& starts = line_starts(files_[span.file]);
  const auto after = std::upper_bound(starts.begin(), starts.end(), span.offset);
  return static_cast<std::uint32_t>(after - starts.begin());
}

Span Sources::first_word(std::uint32_t file, std::uint32_t line) const {
  const std::uint32_t start = line_starts(files_[file])[line - 1];
  const std::string_view text = line_text(Span{file, start, 0});
  const std::size_t begin = indentation(text);
  const std::size_t end = std::min(text.find_first_of(" \t{", begin), text.size());
  return Span{file, start + static_cast<std::uint32_t>(begin),
              static_cast<std::uint32_t>(end - begin)};
}

std::string_view Sources::line_text(Span span) const {
  const File& file = files_[span.file];
  const std::size_t start = line_starts(file)[line(span) - 1];
  const std::string_view rest = std::string_view(file.text).substr(start);
  std::string_view text = rest.substr(0, rest.find('\n'));
  while (!text.empty() && text.back() == '\r')
    text.remove_suffix(1);
  return text;
}

Where Sources::where(Span span) const {
  if (!span.known()) return {};
  const File& file = files_[span.file];
  if (span.is_whole()) return Where{.file = file.name};
  const std::uint32_t line_number = line(span);
  const std::string_view whole = line_text(span);
  const std::size_t before =
      std::min<std::size_t>(span.offset - line_starts(file)[line_number - 1], whole.size());
  return Where{.file = file.name,
               .line = line_number,
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
