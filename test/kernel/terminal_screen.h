#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lvsd::testing {

// What a person sees of a terminal that was sent these bytes: as much of an xterm
// (TERM=xterm-256color, its terminfo entry) as ncurses and lines with carriage returns make use of.
// Whatever else comes is an exception, never overlooked.
class TerminalScreen {
 public:
  TerminalScreen(std::size_t width, std::size_t height);

  void take(std::string_view bytes);
  // Keeps what has room, as terminals do that do not flow lines anew.
  void resize(std::size_t width, std::size_t height);

  // The lines, without blanks at their ends and without empty lines at the end.
  std::string text() const;
  // REQUIRES: row < height.
  std::string line(std::size_t row) const;
  // The lines that are shown in reverse.
  std::vector<std::string> reversed() const;

  bool is_alternate() const { return alternate_; }  // the screen of programs that take all of it
  bool shows_cursor() const { return shows_cursor_; }
  // The numbers of all foreground colours that text was written in so far; 39 is none.
  const std::set<int>& colors() const { return colors_; }

 private:
  struct Cell {
    std::string character = " ";
    bool reverse = false;
  };
  using Row = std::vector<Cell>;

  void take_escape(std::string_view& rest);
  void take_control_sequence(std::string_view& rest);
  void obey(char last, const std::vector<int>& numbers);
  void move(char last, int count);
  void erase(char last, int how);
  void shift(char last, std::size_t count);
  void set_mode(int mode, bool on);
  void look(const std::vector<int>& numbers);
  void put(std::string character);
  void feed();
  void scroll(std::size_t top, std::size_t bottom, int by);
  Row blank() const { return Row(width_); }

  std::size_t width_;
  std::size_t height_;
  std::vector<Row> rows_;
  std::vector<Row> main_;                            // while the alternate screen is shown
  std::pair<std::size_t, std::size_t> main_cursor_;  // likewise
  std::size_t x_ = 0;
  std::size_t y_ = 0;
  std::size_t top_ = 0;     // of what scrolls
  std::size_t bottom_ = 0;  // its last line
  bool wraps_next_ = false;
  bool reverse_ = false;
  int color_ = 39;
  bool alternate_ = false;
  bool shows_cursor_ = true;
  std::set<int> colors_;
  std::string unfinished_;  // the beginning of a sequence or of a character
  std::string last_;        // what was written last
};

}  // namespace lvsd::testing
