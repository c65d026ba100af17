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
    const auto labels = store.keep("service=\"" + std::to_string(i) + "\"");
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
  for (std::string out; store.write(out, 4096); out.clear()) {
    ++pieces;
    CHECK(out.size() < 4096 + 512);
  }
  CHECK(pieces > 100);
  std::string more = "left as it is";
  CHECK_FALSE(store.write(more, everything));
  CHECK(more == "left as it is");
}

TEST_CASE("numbers are written as they are") {
  MetricStore store;
  const auto none = MetricStore::no_labels;
  store.add(Metric::ready, none, none, std::numeric_limits<std::uint64_t>::max());
  store.add(Metric::ready, none, none, std::numeric_limits<std::int64_t>::min());
  store.add(Metric::ready, none, none, -1);
  store.add(Metric::ready, none, none, 0.1);
  store.add(Metric::ready, none, none, 1e300);
  const std::string page = written(store, everything);
  CHECK_THAT(page, Catch::EndsWith("\nlvsd_ready 18446744073709551615\n"
                                   "lvsd_ready -9223372036854775808\n"
                                   "lvsd_ready -1\nlvsd_ready 0.1\nlvsd_ready 1e+300\n"));
}

TEST_CASE("a choice has a line for every word and a 1 for the one that it is") {
  MetricStore store;
  constexpr std::array<std::string_view, 2> words{"x", "y\"z"};
  const auto choice = store.share_choice("state", words);
  store.add_choice(Metric::server_state, store.keep("server=\"a\""), choice, 1);
  store.add_choice(Metric::server_state, store.keep("server=\"b\""), choice, std::nullopt);
  CHECK_THAT(written(store, everything),
             Catch::EndsWith("lvsd_server_state{server=\"a\",state=\"x\"} 0\n"
                             "lvsd_server_state{server=\"a\",state=\"y\\\"z\"} 1\n"
                             "lvsd_server_state{server=\"b\",state=\"x\"} 0\n"
                             "lvsd_server_state{server=\"b\",state=\"y\\\"z\"} 0\n"));
}

TEST_CASE("labels that are shared are kept once and long ones whole") {
  MetricStore store;
  CHECK(store.share("a=\"1\"") == store.share("a=\"1\""));
  CHECK(store.keep("a=\"1\"") != store.keep("a=\"1\""));
  const std::string long_one = "a=\"" + std::string(200000, 'x') + "\"";
  store.add(Metric::ready, store.keep(long_one), MetricStore::no_labels, 1);
  CHECK_THAT(written(store, everything), Catch::Contains("{" + long_one + "} 1\n"));
}
