// The part of Daemon that answers people's browsers: the status page.

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "base/digest.h"
#include "daemon/check_views.h"
#include "daemon/daemon.h"
#include "daemon/page_choice.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Servers that are looked at in one turn of the loop: a few milliseconds.
constexpr std::size_t servers_a_turn = 1000;

// 'sha256-…' of what stands in a <style> or a <script>: it may be there, and nothing else.
std::string source_of(std::string_view content) {
  Sha256 sum;
  sum.add(content);
  return fmt::format("'sha256-{}'", base64(sum.bytes()));
}

// Nothing is fetched from elsewhere, nothing runs but what the page came with, and no page of
// others shows it in a frame.
const std::string& policy() {
  static const std::string text = fmt::format(
      "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data:; "
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      source_of(api::page_assets().style), source_of(api::page_assets().script));
  return text;
}

api::Response response_of(std::string text) {
  return {.content_type = "text/html; charset=utf-8",
          .body = std::move(text),
          .headers = {{"Content-Security-Policy", policy()}}};
}

}  // namespace

// Nothing if a reload came in between: what was looked at is of two configurations.
asio::awaitable<std::optional<api::StatusPage>> Daemon::looked_at(const api::PageQuery& query) {
  const std::uint64_t generation = generation_;
  const auto read = co_await reconciler_.measured();
  if (generation != generation_) co_return std::nullopt;
  PageChoice choice(query);
  for (std::size_t next = 0; next < pools_.config().virtual_servers.size();) {
    const Outlook now = outlook(read);
    for (std::size_t looked = 0;
         looked < servers_a_turn && next < pools_.config().virtual_servers.size(); ++next)
      looked += choice.look(now, next) + 1;
    co_await asio::post(loop_, asio::use_awaitable);
    if (generation != generation_) co_return std::nullopt;
  }

  const Outlook now = outlook(read);
  api::StatusPage page = choice.page(now);
  for (const std::size_t index : choice.services()) {
    page.services.push_back(choice.service(now, totals_, index));
    const auto* checks = checks_of_row(pools_.config().virtual_servers[index], query.open);
    if (checks != nullptr) page.checks = check_history_views(checks_, *checks, {now.now, now.wall});
  }
  page.head = head(now);
  page.events = events_.latest(api::events_shown);
  page.newest_event = events_.newest();
  co_return page;
}

asio::awaitable<api::Response> Daemon::answer_page(api::Call call) {
  const auto query = api::page_query(call.query);
  if (const auto* problem = std::get_if<api::ProblemView>(&query))
    co_return api::response(*problem);
  std::optional<api::StatusPage> page;
  while (!page)
    page = co_await looked_at(std::get<api::PageQuery>(query));
  // Over a Unix socket the browser is somebody else's: who forwards it could change things, and so
  // could any page that their browser shows.
  page->may_write = !call.peer.address.empty() && pools_.config().global.api.write;
  auto write = [page = std::move(*page)] { return api::html(page); };
  std::string text = co_await pages_.run(std::move(write));
  co_return response_of(std::move(text));
}

}  // namespace lvsd
