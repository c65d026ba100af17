// The part of Daemon that opens the API to TCP, and the page that is read there.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>

#include "api/status_page.h"
#include "daemon/api_token.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/service_views.h"
#include "daemon/status_view.h"

namespace lvsd {

namespace asio = boost::asio;

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

// A token that cannot be had leaves the listeners open for reading.
asio::awaitable<void> Daemon::set_listeners() {
  const ApiSettings settings = pools_.config().global.api;
  api::WebRules rules{.names = settings.host_names, .token = {}};
  rules.names.push_back(host_name());
  if (!settings.listen.empty() && settings.write) {
    const auto read_it = [file = settings.token_file] { return api_token(file); };
    auto token = co_await files_.run(read_it);
    if (token)
      rules.token = std::move(*token);
    else
      log(Level::error, fmt::format("The API takes no changes over TCP: {}", text(token.error())),
          {.kind = EventKind::daemon});
  }
  listeners_.set(settings.listen, rules);
}

asio::awaitable<api::Response> Daemon::answer_page() {
  const Outlook now = co_await outlook();
  co_return api::status_page(head(now), status_view(now), service_views(now));
}

}  // namespace lvsd
