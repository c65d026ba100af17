// The part of Daemon that opens the API to TCP.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>

#include "daemon/api_token.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

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
  no_token_.reset();
  if (!settings.listen.empty() && settings.write) {
    const auto read_it = [file = settings.token_file] { return api_token(file); };
    auto token = co_await files_.run(read_it);
    if (token)
      rules.token = std::move(*token);
    else
      no_token_ = fmt::format("The API takes no changes over TCP: {}", text(token.error()));
    if (no_token_) log(Level::error, *no_token_, {.kind = EventKind::daemon});
  }
  listeners_.set(settings.listen, rules);
}

std::vector<std::string> Daemon::listener_troubles() const {
  std::vector<std::string> troubles;
  for (const std::string& why : listeners_.troubles())
    troubles.push_back("The API: " + why);
  if (no_token_) troubles.push_back(*no_token_);
  return troubles;
}

}  // namespace lvsd
