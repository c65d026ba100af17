#include "lvsctl/render.h"

#include <algorithm>
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

std::string padded(const Cell& cell, std::size_t width, bool right, bool color) {
  const std::string blanks(width - std::min(width, display_width(cell.text)), ' ');
  const std::string word = painted(cell.text, cell.style, color);
  return right ? blanks + word : word + blanks;
}

std::string without_end_blanks(std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string painted(std::string_view text, Style style, bool color) {
  if (!color || style == Style::plain || text.empty()) return std::string(text);
  return std::string(escape(style)) + std::string(text) + "\x1b[0m";
}

std::string text(const Table& table, const Screen& screen, std::size_t indent) {
  if (table.rows.empty()) return {};
  const auto width = widths(table, screen.header);
  const auto columns = shown(table, width, screen, indent);
  const auto line = [&](auto&& cell_of) {
    std::string out(indent, ' ');
    for (const std::size_t column : columns) {
      if (column != columns.front()) out += std::string(gap, ' ');
      out += padded(cell_of(column), width[column], table.columns[column].right, screen.color);
    }
    return without_end_blanks(std::move(out)) + "\n";
  };
  std::string out;
  if (screen.header)
    out += line([&](std::size_t i) { return Cell{std::string(table.columns[i].title)}; });
  for (const auto& row : table.rows)
    out += line([&](std::size_t i) { return row[i]; });
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

}  // namespace lvsd::ctl
