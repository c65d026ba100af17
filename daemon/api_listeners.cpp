#include "daemon/api_listeners.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "daemon/die_of.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto retry = 2s;
constexpr auto grace = 2s;  // for what is under way where a listener closes

// Each has room of its own, so that strangers never use up that of the Unix socket.
constexpr ApiLimits limits{.connections = 64, .reserved = 0};

}  // namespace

ApiListeners::ApiListeners(asio::io_context& loop, ApiAnswer answer, ApiReport report, Say say)
    : loop_(loop),
      answer_(std::move(answer)),
      report_(std::move(report)),
      say_(std::move(say)),
      again_(loop) {}

void ApiListeners::set(const std::vector<Endpoint>& endpoints, const api::WebRules& rules) {
  rules_ = rules;
  wanted_ = {endpoints.begin(), endpoints.end()};
  std::erase_if(troubles_, [this](const auto& one) { return !wanted_.contains(one.first); });
  std::erase_if(leaving_, [](const ApiServer& server) { return server.connections() == 0; });
  for (auto one = open_.begin(); one != open_.end();) {
    if (wanted_.contains(one->first)) {
      one->second.set_rules(rules_);
      ++one;
      continue;
    }
    one->second.stop(grace);
    leaving_.push_back(std::move(one->second));
    say_(false, "The API listens on " + text(one->first) + " no more");
    one = open_.erase(one);
  }
  open_missing();
}

void ApiListeners::open_missing() {
  for (const Endpoint& endpoint : wanted_) {
    if (open_.contains(endpoint)) continue;
    auto server = ApiServer::open(loop_, endpoint, rules_, answer_, report_, limits);
    if (!server) {
      std::string why = text(server.error());
      std::string& known = troubles_[endpoint];
      if (known != why) say_(true, "The API: " + why + ". It is tried again every 2 s");
      known = std::move(why);
      continue;
    }
    server->start();
    open_.emplace(endpoint, std::move(*server));
    troubles_.erase(endpoint);
    say_(false, "The API listens on " + text(endpoint) +
                    (rules_.token.empty() ? ", for reading" : ", for changes with the token"));
  }
  if (!troubles_.empty() && !std::exchange(is_waiting_, true))
    asio::co_spawn(loop_, try_again(), die_of);
}

asio::awaitable<void> ApiListeners::try_again() {
  while (!troubles_.empty()) {
    again_.expires_after(retry);
    std::ignore = co_await again_.async_wait(asio::as_tuple(asio::use_awaitable));
    open_missing();
  }
  is_waiting_ = false;
}

void ApiListeners::stop() {
  wanted_.clear();
  troubles_.clear();
  again_.cancel();
  open_.clear();
  leaving_.clear();
}

std::vector<std::string> ApiListeners::troubles() const {
  std::vector<std::string> out;
  out.reserve(troubles_.size());
  for (const auto& [endpoint, why] : troubles_)
    out.push_back(why);
  return out;
}

}  // namespace lvsd
