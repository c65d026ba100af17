// The part of Daemon that has its log as the file wants it.

#include <fmt/format.h>

#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/daemon.h"
#include "daemon/log.h"

namespace lvsd {

namespace asio = boost::asio;

// What an operator set at run time holds on until the file says something else.
asio::awaitable<void> Daemon::set_log(LogSettings settings) {
  const Level level =
      options_.verbose ? Level::debug : parse_level(settings.level).value_or(Level::info);
  if (level != log_level_at_start()) {
    set_log_level_at_start(level);
    if (!log_level_until_) set_log_level(level);
  }
  if (settings == log_settings_) co_return;
  const auto direct_it = [settings] { return direct_log(settings); };
  if (const auto directed = co_await files_.run(direct_it); directed)
    log_settings_ = std::move(settings);
  else
    log(Level::error, fmt::format("The log stays where it is: {}", text(directed.error())),
        {.kind = EventKind::daemon});
}

}  // namespace lvsd
