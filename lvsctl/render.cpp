#include "lvsctl/render.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>
#include <numeric>

#include "lvsctl/display_width.h"

namespace lvsd::ctl {
namespace {

constexpr std::size_t gap = 2;  // between columns

std::string_view escape(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::good:
      return "\x1b[32m";
    case Style::changing:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
    case Style::drain:
      return "\x1b[34m";
    case Style::rest:
      return "\x1b[90m";
    case Style::strong:
      return "\x1b[1m";
  }
  return "";
}

std::vector<std::size_t> widths(const Table& table, bool header) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t width = header ? display_width(table.columns[i].title) : 0;
    for (const auto& row : table.rows)
      width = std::max(width, display_width(row[i].text));
    out.push_back(width);
  }
  return out;
}

// Columns by index: all, or without those of the highest rank until the rest fits.
std::vector<std::size_t> shown(const Table& table, const std::vector<std::size_t>& widths,
                               const Screen& screen, std::size_t indent) {
  std::vector<std::size_t> columns(table.columns.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  const auto needed = [&] {
    std::size_t sum = indent;
    for (const std::size_t column : columns)
      sum += widths[column] + gap;
    return sum - gap;
  };
  const auto rank = [&](std::size_t column) { return table.columns[column].rank; };
  while (screen.width && needed() > *screen.width) {
    const auto least = std::max_element(columns.begin(), columns.end(),
                                        [&](auto a, auto b) { return rank(a) < rank(b); });
    if (rank(*least) == 0) break;
    columns.erase(least);
  }
  return columns;
}

void append_padded(std::string& line, const Cell& cell, std::size_t width, bool right, bool color) {
  const std::size_t blanks = width - std::min(width, display_width(cell.text));
  if (right) line.append(blanks, ' ');
  if (color)
    line += painted(cell.text, cell.style, color);
  else
    line += cell.text;
  if (!right) line.append(blanks, ' ');
}

// The line that is being written, which has something in it.
void end_line(std::string& out) {
  out.resize(out.find_last_not_of(' ') + 1);
  out += '\n';
}

// "1.2K", "3.1 MB", "310"; nothing for what is no amount.
std::optional<double> amount(std::string_view text) {
  static constexpr std::string_view prefixes = "KMGTPE";
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with('B')) text.remove_suffix(1);
  if (text.empty()) return value;
  const auto step = prefixes.find(text == "k" ? 'K' : text.front());
  if (text.size() > 1 || step == prefixes.npos) return std::nullopt;
  return value * std::pow(1000.0, static_cast<double>(step + 1));
}

// "3d2h", "4m12s", "87ms": in seconds.
std::optional<double> length(std::string_view text) {
  struct Unit {
    std::string_view name;
    double seconds;
  };
  static constexpr Unit units[] = {{"ms", 0.001}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}};
  double sum = 0;
  while (!text.empty()) {
    double count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto* const unit = std::find_if(std::begin(units), std::end(units), [&](const Unit& one) {
      return text.starts_with(one.name);
    });
    if (unit == std::end(units)) return std::nullopt;
    text.remove_prefix(unit->name.size());
    sum += count * unit->seconds;
  }
  return sum;
}

// Runs of digits are compared as numbers: 10.0.0.9 before 10.0.0.10.
bool is_naturally_before(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
  };
  while (!a.empty() && !b.empty()) {
    const auto size_a = digits(a);
    const auto size_b = digits(b);
    if (size_a == 0 || size_b == 0) {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (size_a != size_b) return size_a < size_b;
    if (a.substr(0, size_a) != b.substr(0, size_b)) return a < b;
    a.remove_prefix(size_a);
    b.remove_prefix(size_b);
  }
  return a.empty() && !b.empty();
}

// Numbers, then times, then texts.
struct SortKey {
  int kind = 2;
  double value = 0;
  std::string_view text;
};

SortKey sort_key(std::string_view text) {
  if (const auto value = amount(text)) return {0, *value, text};
  if (const auto value = length(text); value && !text.empty()) return {1, *value, text};
  return {2, 0, text};
}

bool is_before(const SortKey& a, const SortKey& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  return a.kind == 2 ? is_naturally_before(a.text, b.text) : a.value < b.value;
}

bool is_same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace

bool sort_rows(Table& table, std::string_view title) {
  const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                   [&](const Column& c) { return is_same_word(c.title, title); });
  if (column == table.columns.end()) return false;
  const auto index = static_cast<std::size_t>(column - table.columns.begin());
  std::stable_sort(table.rows.begin(), table.rows.end(), [index](const auto& a, const auto& b) {
    return is_before(sort_key(a[index].text), sort_key(b[index].text));
  });
  return true;
}

std::string painted(std::string_view text, Style style, bool color) {
  if (!color || style == Style::plain || text.empty()) return std::string(text);
  return std::string(escape(style)) + std::string(text) + "\x1b[0m";
}

std::string text(const Table& table, const Screen& screen, std::size_t indent) {
  if (table.rows.empty()) return {};
  const auto width = widths(table, screen.header);
  const auto columns = shown(table, width, screen, indent);
  std::string out;
  const auto add_line = [&](const std::vector<Cell>& cells) {
    out.append(indent, ' ');
    for (const std::size_t column : columns) {
      if (column != columns.front()) out.append(gap, ' ');
      append_padded(out, cells[column], width[column], table.columns[column].right, screen.color);
    }
    end_line(out);
  };
  std::size_t longest = indent + 1;
  for (const std::size_t column : columns)
    longest += width[column] + gap;
  out.reserve(longest * (table.rows.size() + 1));
  if (screen.header) {
    std::vector<Cell> titles;
    for (const Column& column : table.columns)
      titles.push_back({std::string(column.title)});
    add_line(titles);
  }
  for (const auto& row : table.rows)
    add_line(row);
  return out;
}

std::string flowing(const std::vector<std::string>& pieces, const Screen& screen,
                    std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  for (const std::string& piece : pieces) {
    const std::size_t width = display_width(piece);
    if (column > 0 && screen.width && column + 3 + width > *screen.width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > 0) {
      out += "   ";
      column += 3;
    }
    out += piece;
    column += width;
  }
  return out;
}

std::string wrapped(std::string_view text, const Screen& screen, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const std::size_t width = display_width(word);
    const bool first = column == indent;
    if (!first && screen.width && column + 1 + width > *screen.width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
  }
  return out;
}

}  // namespace lvsd::ctl
