#include "test/kernel/terminal_screen.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace lvsd::testing {
namespace {

constexpr char escape = '\x1b';

[[noreturn]] void refuse(std::string_view what) {
  std::string shown;
  for (const char c : what.substr(0, 20))
    shown += c == escape ? std::string("ESC") : std::string(1, c);
  throw std::runtime_error("a terminal is sent what this one does not know: " + shown);
}

// Thrown where more bytes have to come first.
struct Unfinished {};

char next(std::string_view& rest) {
  if (rest.empty()) throw Unfinished{};
  const char c = rest.front();
  rest.remove_prefix(1);
  return c;
}

// Bytes of a character of UTF-8, by the first of them.
std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

}  // namespace

TerminalScreen::TerminalScreen(std::size_t width, std::size_t height)
    : width_(width), height_(height), rows_(height, Row(width)), bottom_(height - 1) {}

void TerminalScreen::resize(std::size_t width, std::size_t height) {
  width_ = width;
  height_ = height;
  for (auto* rows : {&rows_, &main_}) {
    if (rows->empty()) continue;
    rows->resize(height);
    for (Row& row : *rows)
      row.resize(width);
  }
  x_ = std::min(x_, width - 1);
  y_ = std::min(y_, height - 1);
  top_ = 0;
  bottom_ = height - 1;
}

void TerminalScreen::take(std::string_view bytes) {
  const std::string all = std::exchange(unfinished_, {}) + std::string(bytes);
  std::string_view rest = all;
  while (!rest.empty()) {
    const std::string_view before = rest;
    try {
      take_escape(rest);
    } catch (const Unfinished&) {
      unfinished_ = before;
      return;
    }
  }
}

// ---- what there is to see

std::string TerminalScreen::line(std::size_t row) const {
  std::string out;
  for (const Cell& cell : rows_.at(row))
    out += cell.character;
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

std::string TerminalScreen::text() const {
  std::string out;
  for (std::size_t row = 0; row < height_; ++row)
    out += line(row) + "\n";
  out.erase(out.find_last_not_of('\n') + 1);
  return out.empty() ? out : out + "\n";
}

std::vector<std::string> TerminalScreen::reversed() const {
  std::vector<std::string> out;
  for (std::size_t row = 0; row < height_; ++row)
    if (std::any_of(rows_[row].begin(), rows_[row].end(), [](const Cell& c) { return c.reverse; }))
      out.push_back(line(row));
  return out;
}

// ---- what is written

void TerminalScreen::put(std::string character) {
  if (wraps_next_) {
    x_ = 0;
    feed();
  }
  colors_.insert(color_);
  last_ = character;
  rows_[y_][x_] = {std::move(character), reverse_};
  wraps_next_ = x_ + 1 == width_;
  if (!wraps_next_) ++x_;
}

void TerminalScreen::feed() {
  wraps_next_ = false;
  if (y_ == bottom_)
    scroll(top_, bottom_, 1);
  else if (y_ + 1 < height_)
    ++y_;
}

// Upwards, or down where `by` is less than 0.
void TerminalScreen::scroll(std::size_t top, std::size_t bottom, int by) {
  const auto first = rows_.begin() + static_cast<std::ptrdiff_t>(top);
  const auto end = rows_.begin() + static_cast<std::ptrdiff_t>(bottom) + 1;
  const auto count = std::min<std::ptrdiff_t>(std::abs(by), end - first);
  if (by > 0) {
    std::rotate(first, first + count, end);
    std::fill(end - count, end, blank());
  } else {
    std::rotate(first, end - count, end);
    std::fill(first, first + count, blank());
  }
}

void TerminalScreen::take_escape(std::string_view& rest) {
  const std::string_view all = rest;
  const char c = next(rest);
  if (c == escape) {
    const char kind = next(rest);
    if (kind == '[') return take_control_sequence(rest);
    // The character set, the keypad's mode: nothing to see of it.
    if (kind == '(') {
      if (next(rest) != 'B') refuse(all);
    } else if (kind == 'M') {
      y_ == top_ ? scroll(top_, bottom_, -1) : void(--y_);
    } else if (kind != '=' && kind != '>') {
      refuse(all);
    }
    return;
  }
  if (c == '\r')
    x_ = 0, wraps_next_ = false;
  else if (c == '\n')
    feed();
  else if (c == '\b')
    x_ -= x_ != 0 ? 1 : 0, wraps_next_ = false;
  else if (c == '\t')
    x_ = std::min(width_ - 1, (x_ / 8 + 1) * 8);
  else if (static_cast<unsigned char>(c) < 0x20 && c != '\a')
    refuse(all);
  if (static_cast<unsigned char>(c) < 0x20) return;
  const std::size_t length = length_of(c);
  if (all.size() < length) throw Unfinished{};
  put(std::string(all.substr(0, length)));
  rest = all.substr(length);
}

void TerminalScreen::take_control_sequence(std::string_view& rest) {
  const std::string_view all = rest;
  bool is_private = false;
  std::vector<int> numbers;
  while (true) {
    const char c = next(rest);
    if (c == '?' && !is_private && numbers.empty()) {
      is_private = true;
    } else if (c >= '0' && c <= '9') {
      if (numbers.empty()) numbers.push_back(0);
      numbers.back() = numbers.back() * 10 + (c - '0');
    } else if (c == ';') {
      if (numbers.empty()) numbers.push_back(0);
      numbers.push_back(0);
    } else if (is_private && (c == 'h' || c == 'l')) {
      for (const int mode : numbers)
        set_mode(mode, c == 'h');
      return;
    } else if (is_private || c < '@' || c > '~') {
      refuse(all);
    } else {
      return obey(c, numbers);
    }
  }
}

void TerminalScreen::obey(char last, const std::vector<int>& numbers) {
  const auto number = [&numbers](std::size_t at, int otherwise) {
    return at < numbers.size() && numbers[at] != 0 ? numbers[at] : otherwise;
  };
  const int count = number(0, 1);
  switch (last) {
    case 'm':
      return look(numbers);
    case 'H':
      y_ = std::min<std::size_t>(static_cast<std::size_t>(count) - 1, height_ - 1);
      x_ = std::min<std::size_t>(static_cast<std::size_t>(number(1, 1)) - 1, width_ - 1);
      wraps_next_ = false;
      return;
    case 'A':
    case 'B':
    case 'C':
    case 'D':
    case 'G':
    case 'd':
      return move(last, count);
    case 'J':
    case 'K':
      return erase(last, number(0, 0));
    case 'X':
    case 'P':
    case '@':
    case 'L':
    case 'M':
    case 'S':
    case 'T':
      return shift(last, static_cast<std::size_t>(count));
    case 'b':
      for (int i = 0; i < count; ++i)
        put(last_);
      return;
    case 'r':
      top_ = static_cast<std::size_t>(count) - 1;
      bottom_ = static_cast<std::size_t>(number(1, static_cast<int>(height_))) - 1;
      x_ = y_ = 0;
      return;
    case 't':  // the title of the window
      return;
    case 'l':
      if (number(0, 0) == 4) return;  // insertion is off
      break;
    default:
      break;
  }
  refuse(std::string("ESC[…") + last);
}

void TerminalScreen::move(char last, int count) {
  wraps_next_ = false;
  const auto by = static_cast<std::size_t>(count);
  if (last == 'A') y_ -= std::min(y_, by);
  if (last == 'B') y_ = std::min(y_ + by, height_ - 1);
  if (last == 'C') x_ = std::min(x_ + by, width_ - 1);
  if (last == 'D') x_ -= std::min(x_, by);
  if (last == 'G') x_ = std::min(by - 1, width_ - 1);
  if (last == 'd') y_ = std::min(by - 1, height_ - 1);
}

void TerminalScreen::erase(char last, int how) {
  Row& row = rows_[y_];
  const auto here = static_cast<std::ptrdiff_t>(x_);
  if (how == 0) std::fill(row.begin() + here, row.end(), Cell{});
  if (how == 1) std::fill(row.begin(), row.begin() + here + 1, Cell{});
  if (how >= 2) std::fill(row.begin(), row.end(), Cell{});
  if (last != 'J') return;
  for (std::size_t y = 0; y < height_; ++y)
    if (how >= 2 || (how == 0 ? y > y_ : y < y_)) rows_[y] = blank();
}

// Characters or lines that come or go at the cursor.
void TerminalScreen::shift(char last, std::size_t count) {
  Row& row = rows_[y_];
  const auto here = row.begin() + static_cast<std::ptrdiff_t>(x_);
  const auto by = static_cast<std::ptrdiff_t>(std::min(count, width_ - x_));
  if (last == 'X') std::fill(here, here + by, Cell{});
  if (last == 'P') {
    std::rotate(here, here + by, row.end());
    std::fill(row.end() - by, row.end(), Cell{});
  }
  if (last == '@') {
    std::rotate(here, row.end() - by, row.end());
    std::fill(here, here + by, Cell{});
  }
  if (last == 'L') scroll(y_, bottom_, -static_cast<int>(count));
  if (last == 'M') scroll(y_, bottom_, static_cast<int>(count));
  if (last == 'S') scroll(top_, bottom_, static_cast<int>(count));
  if (last == 'T') scroll(top_, bottom_, -static_cast<int>(count));
}

void TerminalScreen::set_mode(int mode, bool on) {
  switch (mode) {
    case 1:   // what the arrow keys send
    case 7:   // lines wrap
    case 12:  // the cursor blinks
      return;
    case 25:
      shows_cursor_ = on;
      return;
    case 1049:
      if (on == alternate_) return;
      alternate_ = on;
      if (on) {
        main_ = std::exchange(rows_, std::vector<Row>(height_, blank()));
        main_cursor_ = {x_, y_};
      } else {
        rows_ = std::exchange(main_, {});
        std::tie(x_, y_) = main_cursor_;
      }
      return;
    default:
      refuse("ESC[?" + std::to_string(mode));
  }
}

void TerminalScreen::look(const std::vector<int>& numbers) {
  for (const int number : numbers.empty() ? std::vector<int>{0} : numbers) {
    if (number == 0) {
      reverse_ = false;
      color_ = 39;
    } else if (number == 7 || number == 27) {
      reverse_ = number == 7;
    } else if ((number >= 30 && number <= 37) || number == 39) {
      color_ = number;
    } else if (number != 1 && number != 22 && number != 49 && number != 2) {
      refuse("ESC[" + std::to_string(number) + "m");
    }
  }
}

}  // namespace lvsd::testing
