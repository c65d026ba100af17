#include <curses.h>
#include <unistd.h>

#include <clocale>
#include <csignal>

#include "lvsctl/terminal.h"

namespace lvsd::ctl {
namespace {

constexpr int escape = 27;
constexpr int delete_key = 127;

// The number of a pair of colours.
short pair_of(Style style) {
  switch (style) {
    case Style::good:
      return 1;
    case Style::changing:
      return 2;
    case Style::bad:
      return 3;
    case Style::drain:
      return 4;
    case Style::plain:
    case Style::rest:
    case Style::strong:
      break;
  }
  return 0;
}

void begin_colors() {
  ::start_color();
  ::use_default_colors();
  ::init_pair(pair_of(Style::good), COLOR_GREEN, -1);
  ::init_pair(pair_of(Style::changing), COLOR_YELLOW, -1);
  ::init_pair(pair_of(Style::bad), COLOR_RED, -1);
  ::init_pair(pair_of(Style::drain), COLOR_BLUE, -1);
}

Pressed pressed(int code) {
  switch (code) {
    case KEY_UP:
      return {Key::up};
    case KEY_DOWN:
      return {Key::down};
    case KEY_PPAGE:
      return {Key::page_up};
    case KEY_NPAGE:
      return {Key::page_down};
    case KEY_ENTER:
    case '\n':
    case '\r':
      return {Key::enter};
    case KEY_BACKSPACE:
    case delete_key:
    case '\b':
      return {Key::backspace};
    case escape:
      return {Key::escape};
    default:
      return {Key::character, code > 0 && code < 256 ? static_cast<char>(code) : '\0'};
  }
}

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) {
  interrupted = 1;
}

// ncurses would end the process with an exit code that means something else here.
void catch_interrupt() {
  struct sigaction action {};
  action.sa_handler = interrupt;
  ::sigaction(SIGINT, &action, nullptr);
}

class CursesTerminal : public Terminal {
 public:
  explicit CursesTerminal(SCREEN* screen, bool color) : screen_(screen), color_(color) {
    ::set_term(screen);
    catch_interrupt();
    ::cbreak();
    ::noecho();
    ::curs_set(0);
    ::keypad(stdscr, TRUE);
    ::set_escdelay(25);
    color_ = color_ && ::has_colors();
    if (color_) begin_colors();
  }
  ~CursesTerminal() override {
    ::endwin();
    ::delscreen(screen_);
  }
  CursesTerminal(const CursesTerminal&) = delete;
  CursesTerminal& operator=(const CursesTerminal&) = delete;

  std::size_t width() const override { return static_cast<std::size_t>(getmaxx(stdscr)); }
  std::size_t height() const override { return static_cast<std::size_t>(getmaxy(stdscr)); }

  void draw(const std::vector<ScreenLine>& lines) override {
    ::werase(stdscr);
    int y = 0;
    for (const ScreenLine& line : lines) {
      attr_t look = line.selected ? A_REVERSE : A_NORMAL;
      if (line.style == Style::strong) look |= A_BOLD;
      ::wattr_set(stdscr, look, color_ ? pair_of(line.style) : short{0}, nullptr);
      ::wmove(stdscr, y++, 0);
      ::waddnstr(stdscr, line.text.c_str(), -1);
    }
    ::wattr_set(stdscr, A_NORMAL, 0, nullptr);
    ::wrefresh(stdscr);
  }

  std::optional<Pressed> key(std::chrono::milliseconds limit) override {
    ::wtimeout(stdscr, static_cast<int>(limit.count()));
    const int code = ::wgetch(stdscr);
    if (interrupted != 0) return Pressed{Key::leave};
    // What was on its way to a terminal of another size is not where it is believed to be.
    if (code == KEY_RESIZE) ::clearok(curscr, TRUE);
    if (code == ERR || code == KEY_RESIZE) return std::nullopt;
    return pressed(code);
  }

 private:
  SCREEN* screen_;
  bool color_;
};

}  // namespace

std::unique_ptr<Terminal> open_terminal(bool color) {
  if (::isatty(STDOUT_FILENO) != 1 || ::isatty(STDIN_FILENO) != 1) return nullptr;
  SCREEN* screen = ::newterm(nullptr, stdout, stdin);
  if (screen == nullptr) return nullptr;
  return std::make_unique<CursesTerminal>(screen, color);
}

}  // namespace lvsd::ctl
