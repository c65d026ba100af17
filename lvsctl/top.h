#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/views.h"
#include "lvsctl/render.h"

// What `top` shows and what its keys do. Pure: servers and keys in, lines and requests out.

namespace lvsd::ctl {

enum class Key : std::uint8_t {
  character,
  up,
  down,
  page_up,
  page_down,
  enter,
  backspace,
  escape,
  leave,  // Ctrl-C: out of it, whatever is asked
};

struct Pressed {
  Key key = Key::character;
  char character = 0;  // of `character`
};

struct ScreenLine {
  std::string text;
  Style style = Style::plain;
  bool selected = false;

  bool operator==(const ScreenLine&) const = default;
};

// What a key asks of the world.
struct TopRequest {
  enum class What : std::uint8_t { nothing, quit, drain } what = What::nothing;
  std::string service = {};  // of drain
  std::string server = {};
};

class Top {
 public:
  static constexpr std::size_t remembered = 30;  // readings, for the line of the last minute

  explicit Top(bool unicode) : unicode_(unicode) {}

  void take(std::vector<api::ServerView> servers, const api::Moment& at);
  // Why there is no new reading, until there is one.
  void miss(std::string why) { trouble_ = std::move(why); }
  TopRequest press(const Pressed& key);
  // Until the next key.
  void say(std::string message) { message_ = std::move(message); }

  bool is_paused() const { return paused_; }
  // At most `height` lines of at most `width` columns.
  std::vector<ScreenLine> lines(std::size_t width, std::size_t height);

 private:
  enum class Order : std::uint8_t { name, rate, active, traffic };
  enum class Mode : std::uint8_t { list, filter, confirm };

  std::vector<const api::ServerView*> shown() const;
  std::string title() const;
  std::string prompt() const;
  Table table(std::span<const api::ServerView* const> rows, std::size_t name_width) const;
  std::string past(const std::string& name) const;
  TopRequest press_in_list(const Pressed& key);
  TopRequest press_in_filter(const Pressed& key);
  void move(std::ptrdiff_t by);

  const bool unicode_;
  std::vector<api::ServerView> servers_;
  std::map<std::string, std::deque<std::uint64_t>> rates_;  // of each server, the newest last
  api::Moment at_;
  Order order_ = Order::name;
  Mode mode_ = Mode::list;
  bool paused_ = false;
  std::string filter_;
  std::string typed_;     // of a filter that is being written
  std::string selected_;  // name of a server; empty: the first
  std::string asked_;     // whose drain is to be confirmed
  std::string message_;
  std::string trouble_;
  std::size_t first_ = 0;  // row at the top
  std::size_t page_ = 1;   // rows there are on the screen
};

}  // namespace lvsd::ctl
