#include "daemon/event_book.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "api/event_stream.h"
#include "api/json.h"
#include "daemon/wall_clock.h"
#include "model/time.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kept = 10000;
constexpr std::size_t longest_text = 1024;  // of an event, that strangers may have a say in
constexpr std::size_t piece_size = 32768;   // of an answer, about
// Events that are held against a filter in one turn of the loop: a millisecond or two.
constexpr std::uint64_t judged_a_piece = 500;
constexpr long most_followers = 64;         // of the API's connections; others want to ask, too
constexpr long most_remote_followers = 32;  // likewise over TCP
// A client that went away shows when it is written to.
constexpr auto heartbeat = 10s;

std::optional<std::string> some(const std::string& word) {
  return word.empty() ? std::nullopt : std::optional(word.substr(0, longest_text));
}

}  // namespace

struct EventDesk {
  EventDesk(asio::any_io_executor executor, std::uint64_t first)
      : strand(std::move(executor)), ring(kept, first), news(strand, Time::max()) {}

  // Returns at the next event, or when it is time for a heartbeat. All who wait share one timer.
  asio::awaitable<void> wait() {
    const Time now = Time::clock::now();
    if (news.expiry() <= now || news.expiry() == Time::max()) news.expires_at(now + heartbeat);
    co_await news.async_wait(asio::as_tuple(asio::use_awaitable));
  }

  asio::any_io_executor strand;
  api::EventRing ring;
  asio::steady_timer news;  // cancelled by every event
  std::shared_ptr<int> followers = std::make_shared<int>();
  std::shared_ptr<int> remote_followers = std::make_shared<int>();
};

namespace {

// What has been sent of the ring, and what is asked for of the rest.
struct Reading {
  api::EventFilter filter;
  api::EventRing::Beginning from;
  std::uint64_t left = 0;   // of the limit
  std::uint64_t until = 0;  // the last one that is asked for
};

constexpr auto no_end = std::numeric_limits<std::uint64_t>::max();

Reading reading_of(const api::EventRing& ring, const api::EventQuery& query, std::uint64_t until) {
  const bool counts = query.after && query.limit;
  return {.filter = query.filter,
          .from = ring.beginning(query),
          .left = counts ? *query.limit : no_end,
          .until = until};
}

// Looks for where it begins, some events at a time; whether that is found.
bool seek(const api::EventRing& ring, Reading& reading) {
  return ring.seek(reading.from, reading.filter, judged_a_piece);
}

// Calls `use` with the events that come next, until `out` is a piece or enough were looked at;
// whether there is nothing more for now.
// REQUIRES: its beginning is found.
template <class Use>
bool take_piece(const api::EventRing& ring, Reading& reading, std::string& out, Use use) {
  std::uint64_t& after = reading.from.after;
  if (const auto gap = ring.gap(after, wall_clock())) use(*gap);
  const std::uint64_t last = std::min(reading.until, after + judged_a_piece);
  while (reading.left != 0 && out.size() < piece_size) {
    const api::EventView* event = ring.next(after, reading.filter, last);
    if (event == nullptr) break;
    use(*event);
    --reading.left;
  }
  return reading.left == 0 || after >= std::min(reading.until, ring.newest());
}

}  // namespace

EventBook::EventBook(asio::any_io_executor strand, std::uint64_t first)
    : desk_(std::make_shared<EventDesk>(std::move(strand), first)) {}

void EventBook::note(Level level, std::string_view line, const EventSubject& subject) {
  desk_->ring.append({.time = wall_clock(),
                      .severity = std::string(text(level)),
                      .event = std::string(text(subject.kind)),
                      .service = some(subject.service),
                      .server = some(subject.server),
                      .before = some(subject.before),
                      .state = some(subject.after),
                      .reason = some(subject.reason),
                      .text = std::string(line.substr(0, longest_text))});
  desk_->news.cancel();
}

namespace {

// The events there were when it was asked for them: what comes while they are sent is not among
// them, so that the list ends.
class ListPieces final : public api::Pieces {
 public:
  ListPieces(std::shared_ptr<const EventDesk> desk, Reading reading, std::string closing)
      : desk_(std::move(desk)), reading_(std::move(reading)), closing_(std::move(closing)) {}

  void next(Take take) override {
    if (closing_.empty()) return take(std::nullopt);
    std::string out;
    if (!seek(desk_->ring, reading_)) return take(std::move(out));
    const bool is_over = take_piece(desk_->ring, reading_, out, [&](const api::EventView& event) {
      if (!std::exchange(is_first_, false)) out += ',';
      api::append_item(out, event);
    });
    if (is_over) out += std::exchange(closing_, {});
    take(std::move(out));
  }

 private:
  std::shared_ptr<const EventDesk> desk_;
  Reading reading_;
  std::string closing_;
  bool is_first_ = true;
};

class StreamPieces final : public api::Pieces {
 public:
  StreamPieces(const std::shared_ptr<EventDesk>& desk, std::shared_ptr<int> place, Reading reading)
      : here_(std::make_shared<Here>(desk, std::move(place), std::move(reading))) {}

  void next(Take take) override {
    asio::co_spawn(here_->desk->strand, pass_on(here_, std::move(take)),
                   [](const std::exception_ptr& failure) {
                     if (failure) std::rethrow_exception(failure);
                   });
  }

 private:
  struct Here {
    Here(std::shared_ptr<EventDesk> its_desk, std::shared_ptr<int> its_place, Reading its_reading)
        : desk(std::move(its_desk)), place(std::move(its_place)), reading(std::move(its_reading)) {}
    std::shared_ptr<EventDesk> desk;
    std::shared_ptr<int> place;  // counted
    Reading reading;
    bool is_open = false;  // its reader knows where it stands
  };

  // Whether there is nothing more for now.
  static bool append_piece(Here& here, std::string& out) {
    return take_piece(here.desk->ring, here.reading, out, [&out](const api::EventView& event) {
      api::append_stream_event(out, event);
    });
  }

  static asio::awaitable<void> pass_on(std::shared_ptr<Here> here, Take take) {
    if (here->is_open && here->reading.left == 0) {
      take(std::nullopt);
      co_return;
    }
    while (!seek(here->desk->ring, here->reading))
      co_await asio::post(here->desk->strand, asio::use_awaitable);
    std::string out;
    if (!std::exchange(here->is_open, true)) out = api::stream_opening(here->reading.from.after);
    const auto beat = Time::clock::now() + heartbeat;
    for (;;) {
      const bool is_all = append_piece(*here, out);
      if (!out.empty()) break;
      if (Time::clock::now() >= beat) {
        out = api::stream_heartbeat;
        break;
      }
      if (is_all)
        co_await here->desk->wait();
      else
        co_await asio::post(here->desk->strand, asio::use_awaitable);
    }
    take(std::move(out));
  }

  std::shared_ptr<Here> here_;
};

}  // namespace

api::Response EventBook::list(const api::Head& head, const api::EventQuery& query) const {
  auto frame = api::list_frame<api::EventView>(head);
  return {
      .body = std::move(frame.opening),
      .pieces = std::make_shared<ListPieces>(
          desk_, reading_of(desk_->ring, query, desk_->ring.newest()), std::move(frame.closing))};
}

std::vector<api::EventView> EventBook::latest(std::size_t count) const {
  std::vector<api::EventView> events;
  const api::EventQuery query{.filter = {}, .after = {}, .limit = count};
  api::EventRing::Beginning from = desk_->ring.beginning(query);
  desk_->ring.seek(from, query.filter, no_end);
  while (const api::EventView* event = desk_->ring.next(from.after, query.filter))
    events.push_back(*event);
  std::reverse(events.begin(), events.end());
  return events;
}

std::uint64_t EventBook::newest() const {
  return desk_->ring.newest();
}

api::Response EventBook::followed(const api::EventQuery& query, bool is_remote) const {
  const auto& places = is_remote ? desk_->remote_followers : desk_->followers;
  if (places.use_count() > (is_remote ? most_remote_followers : most_followers))
    return api::response(api::unavailable("as many clients as may follow the events do"));
  return {.content_type = std::string(api::event_stream_type),
          .body = {},
          .pieces = std::make_shared<StreamPieces>(desk_, places,
                                                   reading_of(desk_->ring, query, no_end))};
}

}  // namespace lvsd
