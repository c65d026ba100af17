// The part of Daemon that answers monitors: /metrics, and whether one service works.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "api/metrics.h"
#include "daemon/daemon.h"
#include "daemon/ipvs_stats.h"
#include "daemon/metrics_samples.h"
#include "daemon/named_objects.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Of lvsd itself a page has how many entries the kernel holds, and nothing that they count: as old
// as an audit leaves it is young enough.
constexpr Duration count_age = 15s;

// Servers that are looked at in one turn of the loop: a few milliseconds.
constexpr std::size_t servers_a_turn = 500;

constexpr std::size_t piece_size = std::size_t{256} << 10;

// The page, written out on the thread of long answers as fast as the client takes it.
class PagePieces final : public api::Pieces {
 public:
  PagePieces(asio::any_io_executor strand, SideThread& thread,
             std::shared_ptr<api::MetricsPage> page)
      : strand_(std::move(strand)), thread_(thread), page_(std::move(page)) {}

  void next(Take take) override {
    asio::co_spawn(strand_, pass_on(thread_, page_, std::move(take)),
                   [](const std::exception_ptr& failure) {
                     if (failure) std::rethrow_exception(failure);
                   });
  }

 private:
  static asio::awaitable<void> pass_on(SideThread& thread, std::shared_ptr<api::MetricsPage> page,
                                       Take take) {
    auto write = [page]() -> std::optional<std::string> {
      std::string out;
      out.reserve(piece_size + piece_size / 16);
      if (!page->write(out, piece_size)) return std::nullopt;
      return out;
    };
    auto piece = co_await thread.run(std::move(write));
    take(std::move(piece));
  }

  asio::any_io_executor strand_;
  SideThread& thread_;
  std::shared_ptr<api::MetricsPage> page_;
};

api::Response plain(int status, std::string body) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

}  // namespace

// For those who route traffic by it, such as a BGP speaker: they read the code, people the word.
api::Response Daemon::answer_service_health(const std::string& word) const {
  const auto found = named_service(pools_.config(), word);
  if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
  const auto index = static_cast<std::size_t>(std::get<const VirtualServer*>(found) -
                                              pools_.config().virtual_servers.data());
  const bool works = applied_ && pools_.pool(index).quorum;
  return plain(works ? 200 : 503, works ? "UP\n" : "DOWN\n");
}

asio::awaitable<Result<Measured>> Daemon::measured_for(const api::MetricsPage& page) {
  if (!page.has_services() && !page.has_node_ipvs())
    co_return co_await reconciler_.measured(count_age);
  const auto read = co_await reconciler_.snapshot(fresh_counters);
  if (!read) co_return read.error();
  co_return Measured{.table = *read, .at = std::chrono::steady_clock::now()};
}

// What there is to say is looked at in slices, between which everything else has its turn, and
// written out on the thread of long answers. Nothing if a reload came in between: what was looked
// at is of two configurations.
asio::awaitable<bool> Daemon::fill(std::shared_ptr<api::MetricsPage> page,
                                   std::optional<std::string> service) {
  const std::uint64_t generation = generation_;
  const auto read = co_await measured_for(*page);
  std::size_t next = page->has_services() ? 0 : pools_.config().virtual_servers.size();
  while (generation == generation_ && next < pools_.config().virtual_servers.size()) {
    const Outlook now = outlook(read);
    std::vector<api::ServiceSample> samples;
    for (std::size_t servers = 0;
         servers < servers_a_turn && next < pools_.config().virtual_servers.size(); ++next) {
      if (service && id(pools_.config().virtual_servers[next]) != *service) continue;
      samples.push_back(service_sample(now, totals_, next, ViewDetail::figures));
      servers += samples.back().servers.size() + 1;
    }
    auto write = [page, samples = std::move(samples), wall = now.wall] {
      for (const api::ServiceSample& sample : samples)
        page->add(sample, wall);
      return true;
    };
    co_await pages_.run(std::move(write));
  }
  co_await sources_look_.seen();
  if (generation != generation_) co_return false;
  api::DaemonSample daemon = daemon_sample(outlook(read));
  daemon.ready = readiness().ready;
  daemon.reloaded = reloaded_;
  daemon.idle = idle_;
  daemon.operations_done = kernel_.operations().done;
  daemon.operations_refused = kernel_.operations().refused;
  page->add(daemon);
  if (loop_watch_) page->add(loop_watch_->sample());
  if (!page->has_node_ipvs()) co_return true;
  api::NodeIpvsSample sample{.table = read ? read->table : nullptr, .total = {}};
  const auto ask = [where = ipvs_namespace_] { return ipvs_stats(where); };
  if (const auto stats = co_await walkers_.run(ask)) sample.total = *stats;
  auto write = [page, sample = std::move(sample)] {
    page->add(sample);
    return true;
  };
  co_await pages_.run(std::move(write));
  co_return true;
}

asio::awaitable<api::Response> Daemon::answer_metrics(api::Call call) {
  const auto word = [&call](const char* name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? std::string() : found->second;
  };
  const std::string parts = word(call.query.contains("collect") ? "collect" : "collect[]");
  const auto choice = parts.empty() ? api::metrics_choice(pools_.config().global.metrics)
                                    : api::parse_metrics_choice(parts);
  if (!choice)
    co_return api::response(
        api::bad_request("collect: services, servers, checks, process, rates and node_ipvs are "
                         "the parts"));
  std::optional<std::string> service;
  if (call.query.contains("service")) {
    const auto found = named_service(pools_.config(), word("service"));
    if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
    service = id(*std::get<const VirtualServer*>(found));
  }
  auto page = std::make_shared<api::MetricsPage>(*choice);
  while (!co_await fill(page, service))
    page = std::make_shared<api::MetricsPage>(*choice);
  auto add_process = [page] {
    page->add(process_sample());
    return true;
  };
  co_await pages_.run(std::move(add_process));
  co_return api::Response{
      .content_type = std::string(api::metrics_content_type),
      .body = {},
      .pieces = std::make_shared<PagePieces>(loop_.get_executor(), pages_, std::move(page))};
}

}  // namespace lvsd
