#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lvsctl/units.h"

// Tables and lines for people. Pure: values in, text out.

namespace lvsd::ctl {

// Colour helps, words carry the meaning. HAProxy's colours: green works, red does not, yellow is on
// its way, blue is being drained, grey rests.
enum class Style { plain, good, changing, bad, drain, rest, strong };
std::string painted(std::string_view text, Style style, bool color);

struct Cell {
  std::string text;
  Style style = Style::plain;
};

struct Column {
  std::string_view title;
  bool right = false;  // aligned so
  int rank = 0;        // the higher, the sooner a narrow screen goes without it; 0 always shows
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // REQUIRES: as many cells as there are columns
};

// Puts the rows in the order of a column, by its title in whatever case: numbers with their units,
// times and addresses as what they are. False: there is no such column.
bool sort_rows(Table& table, std::string_view title);

// Where text goes.
struct Screen {
  std::optional<std::size_t> width;  // absent: a pipe, everything is shown
  bool color = false;
  bool unicode = true;
  bool header = true;
  Digits digits = Digits::some;
};

// Every line ends; nothing at all for a table without rows.
std::string text(const Table& table, const Screen& screen, std::size_t indent = 0);

// Pieces side by side, three blanks between them, on as many lines as the screen's width asks for;
// all but the first line start with `indent` blanks. No line end.
std::string flowing(const std::vector<std::string>& pieces, const Screen& screen,
                    std::size_t indent);

// A text on as many lines as the screen's width asks for, broken at blanks; all but the first line
// start with `indent` blanks, and the first is that far to the right, too. No line end.
std::string wrapped(std::string_view text, const Screen& screen, std::size_t indent);

}  // namespace lvsd::ctl
