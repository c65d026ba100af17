// What the API answers of lvsd's own log.

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>

#include "api/control_views.h"
#include "base/parse_number.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

struct AskedLevel {
  Level level = Level::info;
  std::chrono::seconds length{0};  // 0: for good
};

// Nothing: a word of the query is none.
std::optional<AskedLevel> asked_level(const api::Call& call) {
  AskedLevel asked{.level = log_level_at_start()};
  if (const std::string word = api::word(call.query, "value"); !word.empty()) {
    const auto level = parse_level(word);
    if (!level) return std::nullopt;
    asked.level = *level;
  }
  if (const std::string word = api::word(call.query, "for_seconds"); !word.empty()) {
    const auto seconds = parse_number<std::uint32_t>(word);
    if (!seconds) return std::nullopt;
    asked.length = std::chrono::seconds(*seconds);
  }
  return asked;
}

// REQUIRES: a length.
api::Moment end_of(const AskedLevel& asked) {
  const api::Moment now = wall_clock();
  return {now.at + asked.length, now.offset};
}

api::LogLevelView view_of(Level level, std::optional<api::Moment> until) {
  return {.level = std::string(text(level)),
          .start = std::string(text(log_level_at_start())),
          .until = until};
}

}  // namespace

api::Response Daemon::answer_log_level() const {
  return api::response(api::Head{wall_clock(), generation_},
                       view_of(log_level(), log_level_until_));
}

asio::awaitable<api::Response> Daemon::answer_set_log_level(api::Call call) {
  const auto asked = asked_level(call);
  if (!asked)
    co_return api::response(api::bad_request(
        "value is debug, info, notice, warning, error or critical, and for_seconds a number"));
  const bool is_for_good = asked->length == std::chrono::seconds(0);
  const auto until = is_for_good ? std::nullopt : std::optional(end_of(*asked));
  if (api::is_on(call.query, "dry_run"))
    co_return api::response(api::Head{wall_clock(), generation_}, view_of(asked->level, until));
  const Author by = co_await author_of(call);
  const std::string line = fmt::format("The log goes from {} to {}, by {}", text(log_level()),
                                       text(asked->level), by.user);
  // While it is written: before the log falls silent, or after it begins to speak.
  if (asked->level >= log_level()) log(Level::notice, line);
  const bool is_lower = asked->level < log_level();
  set_log_level(asked->level);
  if (is_lower) log(Level::notice, line);
  log_level_until_ = until;
  log_level_timer_.cancel();
  if (until) {
    log_level_timer_.expires_after(asked->length);
    log_level_timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      set_log_level(log_level_at_start());
      log_level_until_.reset();
      log(Level::notice, fmt::format("The log is at {} again", text(log_level())));
    });
  }
  co_return answer_log_level();
}

}  // namespace lvsd
