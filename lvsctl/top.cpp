#include "lvsctl/top.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "api/filter.h"
#include "base/utf8.h"
#include "lvsctl/display_width.h"
#include "lvsctl/units.h"
#include "lvsctl/words.h"

namespace lvsd::ctl {
namespace {

using api::ServerView;

constexpr std::size_t past_width = 8;
constexpr std::size_t shortest_name = 14;

// What stands beyond the width goes; characters stay whole.
std::string cut(const std::string& text, std::size_t width) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
      ++end;
    std::string longer = out + text.substr(at, end - at);
    if (display_width(longer) > width) return out;
    out = std::move(longer);
    at = end;
  }
  return out;
}

// What stands before the last `width` columns goes: servers of a service differ at their end.
std::string cut_in_front(std::string_view text, std::size_t width, bool unicode) {
  if (display_width(text) <= width) return std::string(text);
  const std::string_view mark = unicode ? "…" : "~";
  while (display_width(text) >= width && !text.empty())
    next_character(text);
  return std::string(mark) + std::string(text);
}

std::uint64_t sum(const std::vector<ServerView>& servers,
                  std::optional<std::uint64_t> api::RatesView::*field) {
  return std::accumulate(servers.begin(), servers.end(), std::uint64_t{0},
                         [field](std::uint64_t so_far, const ServerView& server) {
                           return so_far + (server.rates.*field).value_or(0);
                         });
}

std::string text_of(const std::optional<std::uint64_t>& number) {
  return number ? amount_text(*number) : "-";
}

bool is_printable(const Pressed& key) {
  return key.key == Key::character && static_cast<unsigned char>(key.character) >= 0x20;
}

void erase_last_character(std::string& text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.back());
    text.pop_back();
    if ((byte & 0xc0U) != 0x80U) return;
  }
}

// Numbers have room to grow in, so that columns stand still while they change.
std::vector<Column> columns() {
  return {{"SERVICE/SERVER"},        {"STATE"},       {"    W", true, 2}, {"  ACT", true, 1},
          {"INACT", true, 6},        {"NEW/s", true}, {"60s", false, 3},  {"     IN/s", true, 5},
          {"CHECK       ", false, 4}};
}

}  // namespace

void Top::take(std::vector<ServerView> servers, const api::Moment& at) {
  servers_ = std::move(servers);
  at_ = at;
  trouble_.clear();
  std::map<std::string, std::deque<std::uint64_t>> rates;
  for (const ServerView& server : servers_) {
    const std::string name = name_text(server);
    auto& past = rates[name];
    if (const auto known = rates_.find(name); known != rates_.end())
      past = std::move(known->second);
    past.push_back(server.rates.cps.value_or(0));
    if (past.size() > remembered) past.pop_front();
  }
  rates_ = std::move(rates);  // who is gone is forgotten
}

// ---- keys

TopRequest Top::press(const Pressed& key) {
  message_.clear();
  if (key.key == Key::leave) return {TopRequest::What::quit};
  if (mode_ == Mode::filter) return press_in_filter(key);
  if (mode_ == Mode::list) return press_in_list(key);
  mode_ = Mode::list;
  if (key.key != Key::character || key.character != 'y') {
    message_ = "nothing was done";
    return {};
  }
  const auto slash = asked_.find('/');
  return {TopRequest::What::drain, asked_.substr(0, slash), asked_.substr(slash + 1)};
}

TopRequest Top::press_in_list(const Pressed& key) {
  const auto page = static_cast<std::ptrdiff_t>(page_);
  if (key.key == Key::up) move(-1);
  if (key.key == Key::down) move(1);
  if (key.key == Key::page_up) move(-page);
  if (key.key == Key::page_down) move(page);
  if (key.key != Key::character) return {};
  switch (key.character) {
    case 'q':
      return {TopRequest::What::quit};
    case 'k':
      move(-1);
      break;
    case 'j':
      move(1);
      break;
    case ' ':
      paused_ = !paused_;
      break;
    case 's':
      order_ = order_ == Order::traffic ? Order::name
                                        : static_cast<Order>(static_cast<std::uint8_t>(order_) + 1);
      break;
    case 'f':
      mode_ = Mode::filter;
      typed_ = filter_;
      break;
    case 'd':
      move(0);
      if (!selected_.empty()) mode_ = Mode::confirm;
      asked_ = selected_;
      break;
    default:
      break;
  }
  return {};
}

TopRequest Top::press_in_filter(const Pressed& key) {
  if (is_printable(key)) typed_ += key.character;
  if (key.key == Key::backspace) erase_last_character(typed_);
  if (key.key == Key::escape) mode_ = Mode::list;
  if (key.key != Key::enter) return {};
  mode_ = Mode::list;
  std::vector<ServerView> none;
  if (const auto wrong = api::filter(none, typed_))
    message_ = "filter: " + *wrong;
  else
    filter_ = typed_;
  return {};
}

// Selects another row, or by 0 makes sure that there is one.
void Top::move(std::ptrdiff_t by) {
  const auto rows = shown();
  if (rows.empty()) {
    selected_.clear();
    return;
  }
  const auto found = std::find_if(rows.begin(), rows.end(), [this](const ServerView* server) {
    return name_text(*server) == selected_;
  });
  const std::ptrdiff_t now = found == rows.end() ? 0 : found - rows.begin();
  const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
  const std::ptrdiff_t next = std::clamp<std::ptrdiff_t>(now + by, 0, last);
  selected_ = name_text(*rows[static_cast<std::size_t>(next)]);
}

// ---- what is shown

std::vector<const ServerView*> Top::shown() const {
  std::vector<const ServerView*> out;
  const auto filter = api::Filter::parse(filter_);
  for (const ServerView& server : servers_)
    if (filter_.empty() || (filter && filter->holds(api::fields_of(server))))
      out.push_back(&server);
  const auto amount = [this](const ServerView* server) {
    switch (order_) {
      case Order::name:
        break;
      case Order::rate:
        return server->rates.cps.value_or(0);
      case Order::active:
        return server->connections.active.value_or(0);
      case Order::traffic:
        return server->rates.in_bps.value_or(0);
    }
    return std::uint64_t{0};
  };
  // By name the order is that of the configuration.
  std::stable_sort(out.begin(), out.end(),
                   [&](const ServerView* a, const ServerView* b) { return amount(a) > amount(b); });
  return out;
}

std::string Top::title() const {
  return fmt::format("lvsd top  {}   {} conn/s  {}/s in  {}/s out{}", clock_text(at_, at_),
                     amount_text(sum(servers_, &api::RatesView::cps)),
                     bytes_text(sum(servers_, &api::RatesView::in_bps)),
                     bytes_text(sum(servers_, &api::RatesView::out_bps)),
                     paused_ ? "   PAUSED" : "");
}

std::string Top::prompt() const {
  if (mode_ == Mode::filter) return "filter: " + typed_ + "_";
  if (mode_ == Mode::confirm)
    return "drain " + asked_ + "? It gets no new connections until 'lvsctl undrain'. [y/n]";
  if (!message_.empty()) return message_;
  if (!trouble_.empty()) return trouble_;
  static constexpr std::array orders = {"name", "new/s", "active", "in/s"};
  std::string out = fmt::format("[s]ort:{} [f]ilter [space] pause [d]rain [q]uit",
                                orders[static_cast<std::size_t>(order_)]);
  if (!filter_.empty()) out += "   only: " + filter_;
  return out;
}

// The last minute in a few steps, each the mean of its part, by the greatest of them.
std::string Top::past(const std::string& name) const {
  static constexpr std::array<std::string_view, 8> bars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view marks = "_.:-=+*#";
  const auto found = rates_.find(name);
  if (found == rates_.end()) return std::string(past_width, ' ');
  const std::deque<std::uint64_t>& past = found->second;
  const std::uint64_t most =
      std::max<std::uint64_t>(1, *std::max_element(past.begin(), past.end()));
  std::string out;
  for (std::size_t i = 0; i < past_width; ++i) {
    const std::size_t begin = i * remembered / past_width;
    const std::size_t end = (i + 1) * remembered / past_width;
    std::uint64_t total = 0;
    std::uint64_t count = 0;
    for (std::size_t at = begin; at < end; ++at) {
      if (at + past.size() < remembered) continue;  // before the first reading
      total += past[at + past.size() - remembered];
      ++count;
    }
    if (count == 0) {
      out += ' ';
      continue;
    }
    const std::uint64_t whole = count * most;
    const auto step = static_cast<std::size_t>((total * (bars.size() - 1) + whole / 2) / whole);
    if (unicode_)
      out += bars[step];
    else
      out += marks[step];
  }
  return out;
}

Table Top::table(std::span<const ServerView* const> rows, std::size_t name_width) const {
  Table table{.columns = columns(), .rows = {}};
  for (const ServerView* server : rows)
    table.rows.push_back({{cut_in_front(name_text(*server), name_width, unicode_)},
                          {server->state},
                          {weight_text(server->weight)},
                          {text_of(server->connections.active)},
                          {text_of(server->connections.inactive)},
                          {text_of(server->rates.cps)},
                          {past(name_text(*server))},
                          {server->rates.in_bps ? bytes_text(*server->rates.in_bps) + "/s" : "-"},
                          {last_check_text(server->health)}});
  return table;
}

std::vector<ScreenLine> Top::lines(std::size_t width, std::size_t height) {
  constexpr std::size_t around = 3;  // title, prompt, column titles
  page_ = height > around ? height - around : 1;
  move(0);
  const auto all = shown();
  const auto found = std::find_if(all.begin(), all.end(), [this](const ServerView* server) {
    return name_text(*server) == selected_;
  });
  const auto selected = static_cast<std::size_t>(found == all.end() ? 0 : found - all.begin());
  if (selected < first_) first_ = selected;
  if (selected >= first_ + page_) first_ = selected + 1 - page_;
  // A screen that has grown is filled.
  first_ = std::min(first_, all.size() - std::min(page_, all.size()));

  std::vector<ScreenLine> out = {{cut(title(), width), Style::strong},
                                 {cut(prompt(), width), Style::changing}};
  const auto rows = std::span(all).subspan(first_, std::min(page_, all.size() - first_));
  std::istringstream texts(
      text(table(rows, std::max(shortest_name, width / 3)), {.width = width, .unicode = unicode_}));
  std::string line;
  if (std::getline(texts, line)) out.push_back({cut(line, width), Style::strong});
  for (std::size_t i = 0; std::getline(texts, line); ++i)
    out.push_back({cut(line, width), style_of(rows[i]->state), first_ + i == selected});
  if (rows.empty()) out.push_back({cut("no server", width), Style::rest});
  if (out.size() > height) out.resize(height);
  return out;
}

}  // namespace lvsd::ctl
