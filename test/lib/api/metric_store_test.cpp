#include "api/metric_store.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <string_view>

using namespace lvsd::api;

namespace {

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

void add_some(MetricStore& store, int things) {
  constexpr std::array<std::string_view, 3> words{"A", "B", "C"};
  const auto choice = store.share_choice("state", words);
  for (int i = 0; i < things; ++i) {
    const auto labels = store.keep(label("service", std::to_string(i)));
    store.add(Metric::service_up, labels, MetricStore::no_labels, 1);
    store.add(Metric::service_downtime, labels, MetricStore::no_labels, 0.5);
    store.add_choice(Metric::service_pool, labels, choice, i % 3);
  }
  store.add(Metric::ready, MetricStore::no_labels, MetricStore::no_labels, 1);
}

std::string written(MetricStore& store, std::size_t piece) {
  std::string all;
  for (std::string out; store.write(out, piece); out.clear())
    all += out;
  return all;
}

}  // namespace

TEST_CASE("a page in pieces of any size is the page") {
  MetricStore whole;
  add_some(whole, 500);
  const std::string page = written(whole, everything);
  for (const std::size_t piece : {1UL, 2UL, 100UL, 1000UL, 4096UL, 1UL << 20}) {
    MetricStore store;
    add_some(store, 500);
    CHECK(written(store, piece) == page);
  }
}

TEST_CASE("a piece is not much longer than was asked for") {
  MetricStore store;
  add_some(store, 5000);
  std::size_t pieces = 0;
  for (std::string out; store.write(out, 8192); out.clear()) {
    ++pieces;
    CHECK(out.size() < 2 * 8192);
  }
  CHECK(pieces > 50);
  std::string more = "left as it is";
  CHECK_FALSE(store.write(more, everything));
  CHECK(more == "left as it is");
}

TEST_CASE("a family is headed once however many lines it has") {
  MetricStore store;
  add_some(store, 500);
  const std::string page = written(store, 100);
  const auto times = [&page](const std::string& what) {
    std::size_t count = 0;
    for (std::size_t at = page.find(what); at != page.npos; at = page.find(what, at + 1))
      ++count;
    return count;
  };
  CHECK(times("# HELP lvsd_service_pool ") == 1);
  CHECK(times("# TYPE lvsd_service_pool gauge\n") == 1);
  CHECK(times("# TYPE lvsd_service_downtime_seconds_total counter\n") == 1);
  CHECK(times("\nlvsd_service_pool{") == 1500);
  CHECK(times("\n") == 4 * 2 + 5 * 500 + 1);
}

TEST_CASE("numbers are the doubles that Prometheus keeps") {
  MetricStore store;
  const auto none = MetricStore::no_labels;
  for (const double value : {9007199254740992.0, -1.0, 0.1, 1e300, 1763711618.123})
    store.add(Metric::ready, none, none, value);
  CHECK_THAT(written(store, everything),
             Catch::EndsWith("\nlvsd_ready 9007199254740992\nlvsd_ready -1\nlvsd_ready 0.1\n"
                             "lvsd_ready 1e+300\nlvsd_ready 1763711618.123\n"));
}

TEST_CASE("what a label says is escaped as Prometheus reads it") {
  const auto line = [](std::string_view value) {
    MetricStore store;
    store.add(Metric::ready, store.keep(label("server", value)), MetricStore::no_labels, 1);
    const std::string page = written(store, everything);
    return page.substr(page.find("\nlvsd_ready") + 1);
  };
  CHECK(line("web01") == "lvsd_ready{server=\"web01\"} 1\n");
  CHECK(line("a\"b\\c\nd") == "lvsd_ready{server=\"a\\\"b\\\\c\\nd\"} 1\n");
  CHECK(line("sch\xc3\xb6n") == "lvsd_ready{server=\"sch\xc3\xb6n\"} 1\n");
  CHECK(line("\xff"
             "x\xc3") == "lvsd_ready{server=\"\xef\xbf\xbdx\xef\xbf\xbd\"} 1\n");
  CHECK(line(std::string_view("a\0b", 3)) ==
        "lvsd_ready{server=\"a\xef\xbf\xbd"
        "b\"} 1\n");
  CHECK(line("") == "lvsd_ready{server=\"\"} 1\n");
}

TEST_CASE("a choice has a line for every word and a 1 for the one that it is") {
  MetricStore store;
  constexpr std::array<std::string_view, 2> words{"x", "y\"z"};
  const auto choice = store.share_choice("state", words);
  store.add_choice(Metric::server_state, store.keep(label("server", "a")), choice, 1);
  store.add_choice(Metric::server_state, store.keep(label("server", "b")), choice, std::nullopt);
  CHECK_THAT(written(store, everything),
             Catch::EndsWith("lvsd_server_state{server=\"a\",state=\"x\"} 0\n"
                             "lvsd_server_state{server=\"a\",state=\"y\\\"z\"} 1\n"
                             "lvsd_server_state{server=\"b\",state=\"x\"} 0\n"
                             "lvsd_server_state{server=\"b\",state=\"y\\\"z\"} 0\n"));
}

TEST_CASE("labels that are shared are kept once and long ones whole") {
  MetricStore store;
  CHECK(store.share(label("a", "1")) == store.share(label("a", "1")));
  CHECK(store.keep(label("a", "1")) != store.keep(label("a", "1")));
  const std::string long_one(200000, 'x');
  store.add(Metric::ready, store.keep(label("a", long_one)), MetricStore::no_labels, 1);
  CHECK_THAT(written(store, everything), Catch::Contains("{a=\"" + long_one + "\"} 1\n"));
}
