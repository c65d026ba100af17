// What the API answers of traffic and of what happened: counters, connections, events.

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

#include "api/event_stream.h"
#include "base/parse_number.h"
#include "daemon/connections.h"
#include "daemon/daemon.h"
#include "daemon/ipvs_stats.h"
#include "daemon/list_pieces.h"
#include "daemon/named_objects.h"
#include "daemon/stats_views.h"
#include "daemon/wall_clock.h"

namespace lvsd {

namespace asio = boost::asio;

asio::awaitable<api::Response> Daemon::answer_stats(api::Call call) {
  const std::string word = api::word(call.query, "service");
  if (word.empty()) {
    const auto read = co_await reconciler_.measured();
    const Look look = [this, read] { return outlook(read); };
    co_return listed<api::ServiceStatsView>(look, stats_views, call);
  }
  const Outlook now = co_await outlook(word);
  const auto found = named_service(now.pools.config(), word);
  if (const auto* refusal = std::get_if<api::Response>(&found)) co_return *refusal;
  const auto index = static_cast<std::size_t>(std::get<const VirtualServer*>(found) -
                                              now.pools.config().virtual_servers.data());
  co_return api::response(head(now), std::vector{stats_view(now, index)});
}

namespace {

// The words of a query as a filter, or what is wrong with them.
struct ConnectionQuery {
  ConnectionFilter filter;
  std::optional<api::Filter> terms{};
  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
};

void select_service(const VirtualServer& service, ConnectionFilter& filter) {
  filter.services = service.services;
  for (const ServiceKey& key : service.services) {
    if (key.fwmark == 0) continue;
    for (const RealServer& server : service.real_servers)
      filter.servers_of_marks.push_back(
          destination_key(service, key, server.endpoint, server.settings.forwarding));
    for (const SorryServer& server : service.sorry_servers)
      filter.servers_of_marks.push_back(
          destination_key(service, key, server.endpoint, server.settings.forwarding));
  }
}

// A server's word: an address with or without port, or what its service calls it.
std::variant<Endpoint, api::Response> server_of(const VirtualServer* service,
                                                const std::string& word) {
  if (const auto endpoint = parse_endpoint(word)) return *endpoint;
  if (const auto address = parse_address(word)) return Endpoint{*address, 0};
  if (service == nullptr)
    return api::response(api::bad_request("server: not an address; a name needs service as well"));
  const auto real = named_server(*service, word);
  if (const auto* refusal = std::get_if<api::Response>(&real)) return *refusal;
  return std::get<const RealServer*>(real)->endpoint;
}

std::variant<ConnectionQuery, api::Response> connection_query(const Config& config,
                                                              const api::Words& words) {
  ConnectionQuery query;
  const VirtualServer* service = nullptr;
  if (const std::string word = api::word(words, "service"); !word.empty()) {
    const auto found = named_service(config, word);
    if (const auto* refusal = std::get_if<api::Response>(&found)) return *refusal;
    service = std::get<const VirtualServer*>(found);
    select_service(*service, query.filter);
  }
  if (const std::string word = api::word(words, "server"); !word.empty()) {
    auto server = server_of(service, word);
    if (auto* refusal = std::get_if<api::Response>(&server)) return std::move(*refusal);
    query.filter.server = std::get<Endpoint>(server);
  }
  query.filter.state = api::word(words, "state");
  if (const std::string word = api::word(words, "client"); !word.empty()) {
    query.filter.client = parse_network(word);
    if (!query.filter.client)
      return api::response(api::bad_request("client: not an address or a network"));
  }
  if (const std::string word = api::word(words, "limit"); !word.empty()) {
    const auto limit = parse_number<std::uint64_t>(word);
    if (!limit) return api::response(api::bad_request("limit: not a whole number"));
    query.limit = *limit;
  }
  if (const std::string word = api::word(words, "filter"); !word.empty()) {
    auto terms = api::filter_of<api::ConnectionView>(word);
    if (!terms) return api::response(api::bad_request("filter: " + terms.error()));
    query.terms = *std::move(terms);
  }
  return query;
}

}  // namespace

// Without Last-Event-ID a stream begins where the words say.
api::Response Daemon::answer_events(const api::Call& call) const {
  auto query = api::event_query(call.query);
  if (const auto* problem = std::get_if<api::ProblemView>(&query)) return api::response(*problem);
  auto& asked = std::get<api::EventQuery>(query);
  // What the reconciler reports bears the names of the kernel's services.
  if (!asked.filter.services.empty()) {
    const auto found = named_service(pools_.config(), asked.filter.services.front());
    if (const auto* service = std::get_if<const VirtualServer*>(&found)) {
      asked.filter.services.push_back(id(**service));
      for (const ServiceKey& key : (*service)->services)
        asked.filter.services.push_back(id(key));
    }
  }
  if (call.accept.find(api::event_stream_type) == std::string::npos)
    return events_.list(api::Head{wall_clock(), generation_}, asked);
  if (!call.last_event_id.empty()) {
    asked.after = parse_number<std::uint64_t>(call.last_event_id);
    if (!asked.after)
      return api::response(api::bad_request("Last-Event-ID: not the number of an event"));
    asked.limit.reset();  // it was of the first time
  }
  return events_.followed(asked, !call.peer.address.empty());
}

// Counted on the walkers' thread, a bounded time at a go; the client is answered with the sum.
asio::awaitable<api::Response> Daemon::answer_connection_counts(api::Call call) {
  auto query = connection_query(pools_.config(), call.query);
  if (auto* refusal = std::get_if<api::Response>(&query)) co_return std::move(*refusal);
  auto& [filter, terms, limit] = std::get<ConnectionQuery>(query);
  auto by = parse_connection_parts(api::word(call.query, "by"));
  if (!by)
    co_return api::response(
        api::bad_request("by: some of protocol, client, service, server and state"));
  const auto open_it = [where = ipvs_namespace_] { return ConnectionList::open(where); };
  const auto opened = co_await walkers_.run(open_it);
  if (!opened) co_return api::response(api::unavailable(text(opened.error())));
  (*opened)->select(std::move(filter), std::move(terms), 0);
  const auto counts = std::make_shared<ConnectionCounts>(*std::move(by));
  const auto count_some = [list = *opened, counts] { return list->count(*counts); };
  while (co_await walkers_.run(count_some)) {
  }
  const auto view_them = [counts, most = limit] { return count_views(*counts, most); };
  const auto views = co_await walkers_.run(view_them);
  co_return api::response(api::Head{wall_clock(), generation_}, views);
}

asio::awaitable<api::Response> Daemon::answer_cpu_stats() {
  const auto ask = [where = ipvs_namespace_] { return ipvs_cpu_stats(where); };
  const auto read = co_await walkers_.run(ask);
  if (!read) co_return api::response(api::unavailable(text(read.error())));
  co_return api::response(api::Head{wall_clock(), generation_}, cpu_stats_views(*read));
}

asio::awaitable<api::Response> Daemon::answer_connections(api::Call call) {
  auto query = connection_query(pools_.config(), call.query);
  if (auto* refusal = std::get_if<api::Response>(&query)) co_return std::move(*refusal);
  auto& [filter, terms, limit] = std::get<ConnectionQuery>(query);
  const auto open_it = [where = ipvs_namespace_] { return ConnectionList::open(where); };
  const auto opened = co_await walkers_.run(open_it);
  if (!opened) co_return api::response(api::unavailable(text(opened.error())));
  (*opened)->select(std::move(filter), std::move(terms), limit);
  auto frame = api::list_frame<api::ConnectionView>({wall_clock(), generation_});
  co_return api::Response{.body = std::move(frame.opening),
                          .pieces = connection_pieces(loop_.get_executor(), walkers_,
                                                      std::move(frame.closing), *opened)};
}

}  // namespace lvsd
